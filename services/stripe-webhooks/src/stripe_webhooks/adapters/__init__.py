"""Stripe's API, the inbox topic and PostgreSQL behind the ports."""
