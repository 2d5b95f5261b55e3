-- Roles, schemas and rights of Trueup's database. Plain SQL, safe to repeat, run as superuser in the database itself.
-- Passwords are not here: a role without one cannot log in by password, so whoever runs this sets them afterwards.

SELECT pg_advisory_xact_lock(7205759403792);  -- roles belong to the whole server: two databases may be set up at once

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['migrator', 'ingest_amplitude', 'ingest_quickbooks', 'stripe_webhooks', 'reconciler', 'dashboard_api'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), wanted);
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Schema → the roles that read and write its tables. The migrator owns every object; nobody else creates any.
-- The dashboard reads the read model through security-barrier views in its own schema, which run as their owner.
DO $$
DECLARE
    pair record;
BEGIN
    FOR pair IN
        SELECT * FROM (VALUES
            ('ingest_amplitude', 'ingest_amplitude'),
            ('ingest_quickbooks', 'ingest_quickbooks'),
            ('stripe_webhooks', 'stripe_webhooks'),
            ('reconciler', 'reconciler'),
            ('read_model', 'reconciler'),
            ('dashboard', 'dashboard_api')
        ) AS rights (schema_name, role_name)
    LOOP
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION migrator', pair.schema_name);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', pair.schema_name, pair.role_name);
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
            pair.schema_name, pair.role_name);
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I',
            pair.schema_name, pair.role_name);
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA %I GRANT EXECUTE ON FUNCTIONS TO %I',
            pair.schema_name, pair.role_name);
    END LOOP;
END
$$;
