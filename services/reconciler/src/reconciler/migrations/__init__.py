"""Alembic history of the schema `reconciler`."""
