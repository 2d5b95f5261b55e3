"""Receives Stripe webhooks, re-reads what they point at and announces it."""
