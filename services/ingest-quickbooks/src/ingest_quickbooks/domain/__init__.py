"""What QuickBooks' objects mean, without any network, database or framework."""
