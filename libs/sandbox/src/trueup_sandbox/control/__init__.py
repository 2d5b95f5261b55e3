"""The controls: what the world is, making things happen, faults, counters, exports for the import, and the answer key."""
