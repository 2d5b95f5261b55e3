"""Amplitude: event segmentation with its cost budget, and the raw export."""
