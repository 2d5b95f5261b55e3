"""What the figures mean: pure functions over values, standard library and the shared words only."""
