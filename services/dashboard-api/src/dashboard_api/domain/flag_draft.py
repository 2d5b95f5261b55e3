"""The draft of a flag, from the account's own payload: which rule, what triggered it, what is missing, what to do.

A pure function. What is not known is said to be not known; it never becomes a zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard_api.domain.flag_words import JUDGED, UNJUDGED, words_of
from dashboard_api.domain.flags import Draft, Fact
from trueup_billing import Currency, Money

INVOICES_MAX = 10
PARTS_MAX = 10
UNKNOWN = "not known"
_SOURCES = {"amplitude": "Amplitude", "quickbooks": "QuickBooks", "stripe": "Stripe"}
_STATES = {
    "complete": "complete",
    "stale": "not read for too long",
    "partial": "only partly read",
    "unlinked": "not linked",
    "never": "never read completely",
}
Entry = Mapping[str, Any]


def draft(account: Entry, *, discrepancy: str | None, period_start: str | None, now: datetime) -> Draft | None:
    """The draft about one discrepancy, or about the account's row when none is named; None when there is no such one."""
    found = _issue(account, discrepancy, period_start)
    if found is None:
        return None
    period = _reconciliation(account, found)
    code = str(found.get("code") or found.get("band") or "")
    what = str(found.get("text") or account.get("summary") or "No complete period yet")
    rule, following = words_of(code)
    parts = [
        f"Rule: {rule}",
        f"What triggered it: {_sentence(what)}{_sums(period or found)}",
        f"What is missing: {_missing(account, period, code)}",
        f"Next: {following}",
    ]
    name = str(account["name"])
    return Draft(
        subject=_one_line(f"{name}: {what}", 180),
        text="\n\n".join(parts),
        evidence=tuple(_evidence(account, found, period, now)),
    )


def _issue(account: Entry, discrepancy: str | None, period_start: str | None) -> Entry | None:
    """The named discrepancy, the reconciliation of the named period, or the row's own variance."""
    if discrepancy is not None:
        listed = [one for one in account.get("discrepancies") or [] if one.get("code") == discrepancy]
        return next((one for one in listed if period_start in {None, _start(one)}), None)
    if period_start is not None:
        return next((one for one in account.get("reconciliations") or [] if _start(one) == period_start), None)
    variance: Entry | None = account.get("variance")
    return variance or {}


def _reconciliation(account: Entry, found: Entry) -> Entry | None:
    """The period's own figures with the receipt, in the same currency."""
    start, currency = _start(found), found.get("currency")
    if start is None:
        return None
    listed = [one for one in account.get("reconciliations") or [] if _start(one) == start]
    return next((one for one in listed if one.get("currency") == currency), listed[0] if listed else None)


def _start(entry: Entry) -> str | None:
    period = entry.get("period")
    return period["start"] if period else None


def _sums(entry: Entry) -> str:
    """` Expected …, billed …, difference … (… %).`; nothing where there are no sums to speak of."""
    if "expected_minor" not in entry:
        amount = _money(entry.get("amount_minor"), entry.get("currency"))
        return f" It is about {amount}." if amount != UNKNOWN else ""
    expected, billed = (_money(entry.get(name), entry.get("currency")) for name in ("expected_minor", "billed_minor"))
    return f" Expected {expected}, billed {billed}, difference {_difference(entry)}."


def _difference(entry: Entry) -> str:
    amount = _money(entry.get("amount_minor"), entry.get("currency"), signed=True)
    percent = entry.get("percent")
    return amount if percent is None else f"{amount} ({_signed(percent)} %)"


def _signed(percent: str) -> str:
    return percent if percent.startswith("-") else f"+{percent}"


def _money(amount_minor: object, currency: object, *, signed: bool = False) -> str:
    if not isinstance(amount_minor, int) or not isinstance(currency, str):
        return UNKNOWN
    text = str(Money(amount_minor, Currency(currency)))
    return f"+{text}" if signed and amount_minor > 0 else text


def _missing(account: Entry, period: Entry | None, code: str) -> str:
    lacks = [f"{_SOURCES.get(one['source'], one['source'])} is {_STATES.get(one['state'], one['state'])}"
             for one in account.get("sources") or [] if one.get("state") != "complete"]  # fmt: skip
    reasons = (period or {}).get("reasons") or (account.get("variance") or {}).get("reasons") or []
    lacks += [f"{one['code'].replace('_', ' ')}: {one['cure']}" for one in reasons if one.get("cure")]
    if period is not None and period.get("period_assumed"):
        lacks.append("an invoice does not name its service period, which is assumed")
    if not lacks:
        return "nothing; the figures rest on all three sources." if code in JUDGED else "nothing that Trueup knows of."
    return _sentence("; ".join(lacks)) + (" No figure is given for what cannot be judged." if code in UNJUDGED else "")


def _evidence(account: Entry, found: Entry, period: Entry | None, now: datetime) -> Iterator[Fact]:
    yield Fact("Account", f"{account['name']} ({account['client_id']})")
    if found.get("period"):
        yield Fact("Period", f"{found['period']['start']} up to, not including, {found['period']['end']}")
    figures = period or found
    if figures.get("band"):
        yield Fact("Judgement", str(figures["band"]).replace("_", " "))
    if "expected_minor" in figures:
        yield Fact("Expected", _money(figures["expected_minor"], figures.get("currency")))
        yield Fact("Billed", _money(figures["billed_minor"], figures.get("currency")))
        yield Fact("Difference", _difference(figures))
    receipt = (period or {}).get("receipt") or {}
    for part in (receipt.get("expected") or [])[:PARTS_MAX]:
        yield Fact(
            f"Expected for {part['component']}",
            f"{part['formula']} = {_money(part['amount_minor'], figures.get('currency'))}",
        )
    yield from _invoices(account, found, receipt)
    yield from _sources(account, now)
    yield Fact("Decided", f"{_instant(account.get('reconciled_at'))}, revision {account.get('revision', UNKNOWN)}")


def _invoices(account: Entry, found: Entry, receipt: Entry) -> Iterator[Fact]:
    """The invoices that the period's bill is made of; without a period those that are open or named in the text."""
    counted = {part["document_id"] for kind in ("billed", "credits") for part in receipt.get(kind) or []}
    text, listed = str(found.get("text") or ""), account.get("invoices") or []
    chosen = [one for one in listed if one["document_id"] in counted]
    if not _start(found):
        named = [one for one in listed if one.get("number") and one["number"] in text]
        chosen = named or [one for one in listed if one.get("status") in {"overdue", "failed", "in_dispute"}]
    for one in chosen[:INVOICES_MAX]:
        owed = _money(one.get("remaining_minor"), one.get("currency"))
        status = str(one.get("status") or UNKNOWN).replace("_", " ")
        ids = ", ".join(str(each) for each in (one["document_id"], one.get("gateway_invoice_id")) if each)
        total = _money(one.get("total_minor"), one.get("currency"))
        due = one.get("due_on") or UNKNOWN
        label = f"Invoice {one.get('number') or one['document_id']}"
        yield Fact(label, f"{total}, {status}, due {due}, {owed} remaining ({ids})")
    shown = {one["document_id"] for one in chosen}
    for part in (receipt.get("billed") or [])[:PARTS_MAX]:
        if part["document_id"] not in shown:
            shown.add(part["document_id"])
            yield Fact(f"Invoice {part.get('number') or part['document_id']}", str(part["document_id"]))


def _sources(account: Entry, now: datetime) -> Iterator[Fact]:
    for one in account.get("sources") or []:
        state = _STATES.get(one["state"], one["state"])
        yield Fact(_SOURCES.get(one["source"], one["source"]), f"{state}, {_age(one.get('as_of'), now)}")


def _age(as_of: object, now: datetime) -> str:
    if not isinstance(as_of, str):
        return "age not known"
    minutes = max(0, int((now - datetime.fromisoformat(as_of)).total_seconds() // 60))
    return f"as of {_instant(as_of)} ({minutes} min old then)"


def _instant(value: object) -> str:
    return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC" if isinstance(value, str) else UNKNOWN


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _one_line(text: str, length_max: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length_max else f"{line[: length_max - 1]}…"


def listed(evidence: Sequence[Fact]) -> list[dict[str, str]]:
    """The evidence as it is answered and stored."""
    return [{"label": one.label, "value": one.value} for one in evidence]
