"""Decisions of the service as pure functions: who may see what, what a query means, what an import changes."""
