"""The history of the schema `ingest_quickbooks`."""
