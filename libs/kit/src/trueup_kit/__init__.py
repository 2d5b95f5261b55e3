"""Plumbing each service needs: settings, logs, health, PostgreSQL, broker, outbox, leases, limits."""
