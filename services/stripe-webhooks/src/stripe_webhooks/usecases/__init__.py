"""What the service does: accept a webhook, look again at what it points at, poll for what never came, load all."""
