"""What each discrepancy means to its reader: the rule that was broken, and what to do next."""

from __future__ import annotations

from typing import get_args

from trueup_billing.words import Band

UNJUDGED = frozenset(
    {
        *("cannot_judge", "unlinked", "never_complete", "partial", "stale"),
        *("no_rate_card", "no_price", "month_grain", "currency_mismatch"),
    }
)
"""Codes that say that there is no judgement."""
JUDGED = frozenset(get_args(Band)) - {"not_due", "cannot_judge"}

_COMPLETE = "an account is judged only when usage, invoices and payments are complete and linked."
_RESTORE = "restore what is missing below; the account is judged again by itself as soon as it is complete."
_WORDS: dict[str, tuple[str, str]] = {
    "over_billed": (
        "what is billed may exceed what was used by at most 5 %; this is more.",
        "compare the invoice with the usage below, then correct it by a credit memo or explain the difference.",
    ),
    "under_billed": (
        "what is billed may fall short of what was used by at most 5 %; this is more.",
        "compare the invoice with the usage below, then bill the rest or explain the difference.",
    ),
    "missing_invoice": (
        "usage of a finished period is invoiced within the invoicing time; no invoice was found.",
        "issue the invoice, or say why none is due.",
    ),
    "billed_without_usage": (
        "what is billed for a period was used in it; no usage was found.",
        "check whether usage is missing or the invoice belongs to another account or period.",
    ),
    "needs_review": (
        "a difference over the money cap is reviewed, however small it is in percent.",
        "look at the lines below and accept the difference or correct the invoice.",
    ),
    "auto_resolved": (
        "a difference under 2 % resolves itself; somebody wants it looked at all the same.",
        "look at the lines below and say whether the rule was right here.",
    ),
    "within_tolerance": (
        "a difference of at most 5 % is within tolerance; somebody wants it looked at all the same.",
        "look at the lines below and say whether anything is to be corrected.",
    ),
    "paid_in_one_system": (
        "an invoice is paid in QuickBooks and Stripe or in neither.",
        "find the payment and enter it in the system where it is missing, or take it back where it is wrong.",
    ),
    "dispute_lost": (
        "what a lost dispute takes back is unpaid again.",
        "ask the customer for another payment, or write the sum off; enter in QuickBooks that the payment is gone.",
    ),
    "unapplied_credit": (
        "a credit memo lowers a bill only once it is set against an invoice.",
        "set the credit memo against the invoice that it is for.",
    ),
    "unapplied_payment": (
        "money that no invoice has taken is the customer's own.",
        "set the payment against an open invoice, or give it back.",
    ),
    "overpaid": (
        "what is paid beyond an invoice is the customer's own.",
        "set it against an open invoice, or give it back.",
    ),
    "cannot_judge": (_COMPLETE, _RESTORE),
    "unlinked": (_COMPLETE, "link the customer of that source to the account."),
    "never_complete": (_COMPLETE, "wait for the first complete reading of that source, or find out what holds it up."),
    "partial": (_COMPLETE, "repair what the source could not deliver."),
    "stale": (_COMPLETE, "restore the connection to that source."),
    "no_rate_card": ("usage becomes money by the account's rate card; there is none.", "import the rate card."),
    "no_price": (
        "usage becomes money by the rate card or by the invoices' own prices; neither tells one.",
        "bill the item once, or give the rate card a price for it.",
    ),
    "month_grain": (
        "what is counted by the month can be priced by whole months only.",
        "let the rate card begin and end with a calendar month for that metric.",
    ),
    "currency_mismatch": (
        "an account is billed in the currency of its rate card.",
        "correct the rate card, or bill in its currency.",
    ),
}
_OTHER = (
    "no rule is broken by the figures; somebody wants this account looked at.",
    "look at the account and answer the person who flagged it.",
)


def words_of(code: str) -> tuple[str, str]:
    """The rule and the next action; a code of a later version has plain ones."""
    return _WORDS.get(code, _OTHER)
