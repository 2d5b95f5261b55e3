"""Seeded histories of what can happen between a source and a figure: whatever happens, the figure is the oracle's.

Log, owners, crashes and the store are simulated in one thread by a scheduler that a seed drives; what reads, stores,
links, counts and decides is the product's own code.
"""
