"""Pure translation: what a signature proves, what an event points at, what a Stripe object says.

Standard library and the shared words only. Stripe's bodies come in as plain JSON objects, in the shapes before and
since 2025-03-31.basil; vocabularies are open: an unknown word is passed on and never means success.
"""
