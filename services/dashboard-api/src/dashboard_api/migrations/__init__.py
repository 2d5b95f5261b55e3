"""The history of the schema `dashboard`."""
