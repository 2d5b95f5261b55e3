"""The outside world for demo and tests: Amplitude, QuickBooks, Stripe and an OpenID issuer behind real HTTP.

One process, one seed, one scenario file. It shares the words of `trueup_billing` with the product and nothing else, so
that its answer key can find the product wrong.
"""
