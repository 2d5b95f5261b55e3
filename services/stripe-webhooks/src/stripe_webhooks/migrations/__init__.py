"""The history of the schema `stripe_webhooks`."""
