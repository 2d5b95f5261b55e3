"""Credits: which of the ledger's applications are credit and not cash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from reconciler.domain.snapshot import Application, Document, Payment
from trueup_billing import Source, round_half_up

_NEVER_APPLIED = frozenset({"void", "deleted"})


def credits_by_invoice(
    payments: Iterable[Payment], documents: Mapping[str, Document], *, before_tax: bool = False
) -> dict[str, int]:
    """Minor units of credit per invoice (document id); `before_tax`: less the tax that its memos give back.

    The ledger sets a credit memo against an invoice by a payment that names both. What it names of the invoice is
    credit up to the sum of its credit memos, in the order of its lines; anything above is cash.
    """
    credited: defaultdict[str, int] = defaultdict(int)
    for payment in payments:
        if payment.kind != "payment" or payment.source is not Source.QUICKBOOKS or payment.status != "succeeded":
            continue
        memos = [part for part in payment.applied if _is_credit(part.document_id, documents)]
        if not memos:
            continue
        whole_minor = left_minor = sum(part.amount_minor for part in memos)
        untaxed = sum((_untaxed(part, documents) for part in memos), Fraction(0))
        share = untaxed / whole_minor if before_tax and whole_minor > 0 else Fraction(1)
        given_minor = 0
        for part in payment.applied:
            if left_minor <= 0:
                break
            if part.document_id.split(":")[1] == "invoice":
                left_minor -= min(part.amount_minor, left_minor)
                # Summed and then rounded: what several invoices get adds up to what the memos give.
                upto_minor = round_half_up(share * (whole_minor - left_minor))
                amount_minor, given_minor = upto_minor - given_minor, upto_minor
                credited[part.document_id] += amount_minor
    return dict(credited)


def _untaxed(memo_part: Application, documents: Mapping[str, Document]) -> Fraction:
    """What is applied of a memo, less as much of its tax; one that is not known (yet) is taken to bear none."""
    memo = documents.get(memo_part.document_id)
    if memo is None or memo.total_minor <= 0:
        return Fraction(memo_part.amount_minor)
    return Fraction(memo_part.amount_minor * (memo.total_minor - memo.tax_minor), memo.total_minor)


def is_credit_application(payment: Payment) -> bool:
    """Whether a ledger payment moves no money of its own but only sets credit against invoices."""
    memos = any(part.document_id.split(":")[1] == "creditmemo" for part in payment.applied)
    return memos and payment.amount_minor == 0


def _is_credit(document_id: str, documents: Mapping[str, Document]) -> bool:
    """A credit memo that stands; one that is not known (yet) is taken at the payment's word."""
    if document_id.split(":")[1] != "creditmemo":
        return False
    memo = documents.get(document_id)
    return memo is None or memo.state not in _NEVER_APPLIED
