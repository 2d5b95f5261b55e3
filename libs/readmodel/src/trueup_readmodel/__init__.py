"""The read model: tables and migrations between reconciler (writes) and dashboard-api (reads)."""
