"""Stripe as of 2026-10-28.endive: lists, objects, events, and the one command that moves money."""
