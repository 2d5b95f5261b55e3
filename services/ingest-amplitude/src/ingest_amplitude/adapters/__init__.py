"""Amplitude over HTTP, and PostgreSQL and Kafka for what is remembered and announced."""
