"""Pulls metered usage from Amplitude and announces it."""
