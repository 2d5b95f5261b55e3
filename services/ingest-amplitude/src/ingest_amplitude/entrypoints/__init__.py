"""What sets a pull going: the clock, and a person's wish."""
