"""The shared words of billing: money, currency, quantity, period, refs, errors; and what judgements are told in (`words`).

Standard library only. No decisions live here: what a variance means is the reconciler's business.
"""

from trueup_billing.errors import BillingError, CurrencyMismatch, InvalidValue
from trueup_billing.money import Currency, Money
from trueup_billing.period import Period, month_of, months_between, quarter_of
from trueup_billing.quantity import format_decimal, parse_decimal, round_half_up
from trueup_billing.refs import Ref, Source, decode_part, encode_part, join_key
from trueup_billing.texts import clean_text

__all__ = [
    "BillingError",
    "Currency",
    "CurrencyMismatch",
    "InvalidValue",
    "Money",
    "Period",
    "Ref",
    "Source",
    "clean_text",
    "decode_part",
    "encode_part",
    "format_decimal",
    "join_key",
    "month_of",
    "months_between",
    "parse_decimal",
    "quarter_of",
    "round_half_up",
]
