"""QuickBooks' JSON: amounts as JSON numbers in major units, instants with the Pacific offset, subtotals as pseudo lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from trueup_billing import Money
from trueup_sandbox.clock import to_instant
from trueup_sandbox.scenario import Metric
from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.records import LedgerCustomer, LedgerDocument, LedgerLine, LedgerPayment
from trueup_sandbox.world.world import World

PACIFIC = ZoneInfo("America/Los_Angeles")
Json = dict[str, Any]
_CURRENCY_NAMES = {"USD": "United States Dollar", "EUR": "Euro", "JPY": "Japanese Yen", "GBP": "British Pound Sterling"}


def instant(at_ms: int, *, digits: str = "seconds") -> str:
    """`2026-11-01T05:00:00-07:00`, as the ledger writes every instant."""
    return to_instant(at_ms).astimezone(PACIFIC).isoformat(timespec=digits)


def number(value: Decimal) -> int | float:
    """A JSON number: whole ones without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


class Shapes:
    """Turns the world's records into QuickBooks' objects."""

    def __init__(self, world: World) -> None:
        self._accounts: list[Account] = world.accounts
        self._home = "USD"

    def _amount(self, account: int, minor: int) -> int | float:
        return number(Money(minor, self._accounts[account].currency).to_major())

    def _meta(self, created_ms: int, changed_ms: int, sync: int, record_id: str) -> Json:
        times = {"CreateTime": instant(created_ms), "LastUpdatedTime": instant(changed_ms)}
        return {"domain": "QBO", "sparse": False, "Id": record_id, "SyncToken": str(sync), "MetaData": times}

    def _party(self, account: int) -> Json:
        one = self._accounts[account]
        return {"CustomerRef": {"value": one.ledger_id, "name": one.name}}

    def _currency(self, account: int) -> Json:
        code = self._accounts[account].currency.code
        return {"CurrencyRef": {"value": code, "name": _CURRENCY_NAMES.get(code, code)}}

    def customer(self, one: LedgerCustomer, changed_ms: int) -> Json:
        """A customer."""
        return {
            **self._meta(one.created_ms, changed_ms, 0, one.id),
            "DisplayName": one.name,
            "CompanyName": one.name,
            "FullyQualifiedName": one.name,
            "PrintOnCheckName": one.name,
            "Active": one.active,
            "Taxable": self._accounts[one.account].tax_percent > 0,
            "Job": False,
            "BillWithParent": False,
            "PrimaryEmailAddr": {"Address": f"ap-{one.id}@customer.example"},
            **self._currency(one.account),
        }

    def invoice(self, one: LedgerDocument, changed_ms: int) -> Json:
        """An invoice; a void one keeps its lines with nothing on them."""
        shape = {
            **self._document(one, changed_ms),
            "DueDate": _day(one.due_on),
            "EmailStatus": "EmailSent",
            "Deposit": 0,
        }
        if one.state == "void":
            shape["PrivateNote"] = "Voided"
        if not one.readable:
            del shape["CurrencyRef"]
            del shape["Line"][0]["Amount"]
        return shape

    def credit(self, one: LedgerDocument, changed_ms: int) -> Json:
        """A credit memo."""
        shape = self._document(one, changed_ms)
        return {**shape, "RemainingCredit": shape["Balance"]}

    def _document(self, one: LedgerDocument, changed_ms: int) -> Json:
        lines = [self._line(one.account, line, place + 1) for place, line in enumerate(one.lines)]
        subtotal: Json = {
            "Amount": self._amount(one.account, one.net_minor),
            "DetailType": "SubTotalLineDetail",
            "SubTotalLineDetail": {},
        }
        return {
            **self._meta(one.created_ms, changed_ms, one.sync, one.id),
            "DocNumber": one.number,
            "TxnDate": _day(one.issued_on),
            **self._party(one.account),
            **self._currency(one.account),
            "TotalAmt": self._amount(one.account, one.total_minor),
            "Balance": self._amount(one.account, one.balance_minor),
            "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind} for kind, txn_id in one.links],
            "Line": [*lines, subtotal],
            "TxnTaxDetail": {"TotalTax": self._amount(one.account, one.tax_minor)},
            "CustomField": [],
            "PrintStatus": "NotSet",
        }

    def _line(self, account: int, line: LedgerLine, place: int) -> Json:
        detail: Json = {
            "ItemRef": {"value": line.item_id, "name": line.item_name},
            "TaxCodeRef": {"value": "TAX" if self._accounts[account].tax_percent else "NON"},
        }
        if line.quantity is not None:
            detail["Qty"] = number(line.quantity)
        if line.unit_price is not None:
            detail["UnitPrice"] = number(line.unit_price)
        if line.service_date is not None:
            detail["ServiceDate"] = _day(line.service_date)
        return {
            "Id": str(place),
            "LineNum": place,
            "Description": line.description,
            "Amount": self._amount(account, line.amount_minor),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }

    def payment(self, one: LedgerPayment, changed_ms: int) -> Json:
        """A payment, or the application of a credit memo."""
        applied = sum(part.amount_minor for part in one.applied if part.type == "Invoice")
        return {
            **self._meta(one.created_ms, changed_ms, one.sync, one.id),
            "TxnDate": _day(one.paid_on),
            **self._party(one.account),
            **self._currency(one.account),
            "TotalAmt": self._amount(one.account, one.total_minor),
            "UnappliedAmt": self._amount(one.account, max(0, one.total_minor - applied)),
            **({"PaymentRefNum": one.reference} if one.reference else {}),
            "ProcessPayment": False,
            "Line": [
                {
                    "Amount": self._amount(one.account, part.amount_minor),
                    "LinkedTxn": [{"TxnId": part.id, "TxnType": part.type}],
                }
                for part in one.applied
            ],
        }

    def item(self, metric: Metric, created_ms: int) -> Json:
        """What the ledger sells."""
        return {
            **self._meta(created_ms, created_ms, 0, metric.item_id),
            "Name": metric.item_name,
            "FullyQualifiedName": metric.item_name,
            "Type": "Service",
            "Active": True,
            "UnitPrice": number(metric.prices[0]),
        }

    def deleted(self, one: LedgerDocument, changed_ms: int) -> Json:
        """What change capture says of a deleted document."""
        return {
            "domain": "QBO",
            "status": "Deleted",
            "Id": one.id,
            "MetaData": {"LastUpdatedTime": instant(changed_ms)},
        }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
