"""The outside world for demo and tests: Amplitude, QuickBooks, Stripe and an OpenID issuer behind real HTTP."""
