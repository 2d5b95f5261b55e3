"""Where things begin: the webhook route, the inbox, the poll's tick, a person's wish for a refresh."""
