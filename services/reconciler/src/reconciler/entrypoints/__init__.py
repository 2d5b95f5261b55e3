"""What sets the reconciler to work: subscriptions and loops."""
