"""What this service adds to the `trueup` command."""
