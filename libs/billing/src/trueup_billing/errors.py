"""The errors of the shared words.

BillingError
├── InvalidValue       a value that cannot be what it claims to be (code "invalid_value")
└── CurrencyMismatch   two currencies met in one sum or comparison (code "currency_mismatch")
"""


class BillingError(Exception):
    """Base of every error raised by the shared words; `code` is stable and safe to show."""

    code = "billing_error"


class InvalidValue(BillingError, ValueError):
    """A value that cannot be what it claims to be: a float as money, an unknown currency, a broken ref."""

    code = "invalid_value"


class CurrencyMismatch(BillingError, ValueError):
    """Amounts of two currencies met. They are never added or compared; show one total per currency."""

    code = "currency_mismatch"
