"""Serves the read model to people and programs, and puts their commands on the bus."""
