#!/bin/sh
# Makes what `docker compose` hands to the containers as files: deploy/docker/secrets/NAME, one value each. What is there is
# kept, so it may run at any time. Passwords and keys are made by chance; the credentials of the sandbox are its fixed
# development words, and are where real ones go: write them into the files.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
# The folder keeps other people of this machine out; the files are read inside containers, by users of another number.
chmod 700 secrets
umask 022

random() { # BYTES: URL-safe base64
	head -c "$1" /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'
}

keep() { # NAME VALUE: unless it is there
	[ -s "secrets/$1" ] || {
		printf '%s' "$2" >"secrets/.$1"
		mv "secrets/.$1" "secrets/$1"
		echo "made deploy/docker/secrets/$1"
	}
}

keep postgres_password "$(random 24)"
keep trueup_migrator_dsn "postgresql://migrator:$(random 24)@postgres:5432/trueup"
for role in ingest_amplitude ingest_quickbooks stripe_webhooks reconciler dashboard_api; do
	keep "${role}_postgres_dsn" "postgresql://$role:$(random 24)@postgres:5432/trueup"
done
keep ingest_quickbooks_token_key "$(random 32)"
keep dashboard_api_audit_key "$(random 32)"

keep ingest_amplitude_api_key amp_key
keep ingest_amplitude_secret_key amp_secret
keep ingest_quickbooks_client_secret qb_secret
keep ingest_quickbooks_initial_refresh_token qb_refresh_0
keep stripe_webhooks_stripe_api_key sk_test_sandbox
keep stripe_webhooks_webhook_secrets whsec_sandbox
keep dashboard_api_oidc_client_secret oidc_secret
keep dashboard_api_slack_token xoxb-sandbox
