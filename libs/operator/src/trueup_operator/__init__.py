"""The `trueup` command: migrate, topics, import, dlq, users, token, verify."""
