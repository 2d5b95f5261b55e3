"""Stores facts and decides: variance, bands, payment status, forecast, timeline."""
