"""Alembic history of the schema `read_model`."""
