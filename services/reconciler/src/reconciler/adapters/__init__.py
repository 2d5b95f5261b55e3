"""PostgreSQL: facts, fences, dirt, snapshots, the read model."""
