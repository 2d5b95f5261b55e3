"""What the use cases need from outside, and the values that pass through; a module for each concern.

Every method raises `Unavailable` when what it stands for cannot be reached in time.
"""
