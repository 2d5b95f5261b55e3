"""The embedded default: real Kafka and PostgreSQL without Docker, process supervision."""
