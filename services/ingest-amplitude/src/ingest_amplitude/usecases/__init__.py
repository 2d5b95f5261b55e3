"""What this service does: read metered usage and announce the current value of each day."""
