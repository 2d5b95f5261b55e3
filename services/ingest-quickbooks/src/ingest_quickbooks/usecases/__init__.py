"""What this service does: pull everything that changed in QuickBooks and announce it."""
