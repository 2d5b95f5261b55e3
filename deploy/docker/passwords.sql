-- The password of each role, taken out of the address that its service is given; run by psql after roles.sql.
\set password `sed 's,^.*://[^:]*:\(.*\)@.*$,\1,' /run/secrets/trueup_migrator_dsn`
ALTER ROLE migrator PASSWORD :'password';
\set password `sed 's,^.*://[^:]*:\(.*\)@.*$,\1,' /run/secrets/ingest_amplitude_postgres_dsn`
ALTER ROLE ingest_amplitude PASSWORD :'password';
\set password `sed 's,^.*://[^:]*:\(.*\)@.*$,\1,' /run/secrets/ingest_quickbooks_postgres_dsn`
ALTER ROLE ingest_quickbooks PASSWORD :'password';
\set password `sed 's,^.*://[^:]*:\(.*\)@.*$,\1,' /run/secrets/stripe_webhooks_postgres_dsn`
ALTER ROLE stripe_webhooks PASSWORD :'password';
\set password `sed 's,^.*://[^:]*:\(.*\)@.*$,\1,' /run/secrets/reconciler_postgres_dsn`
ALTER ROLE reconciler PASSWORD :'password';
\set password `sed 's,^.*://[^:]*:\(.*\)@.*$,\1,' /run/secrets/dashboard_api_postgres_dsn`
ALTER ROLE dashboard_api PASSWORD :'password';
