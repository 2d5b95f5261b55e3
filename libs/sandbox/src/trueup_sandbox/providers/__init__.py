"""The three providers as their clients see them: each a web application of its own, reading one world."""
