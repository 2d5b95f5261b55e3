"""What is hidden from those who may not see payments: by a list of what is harmless, not of what is not."""

from __future__ import annotations

import pytest

from dashboard_api.domain import redaction


def test_an_item_loses_its_status_and_whatever_is_new() -> None:
    item = {"client_id": "a", "status": "paid", "paid_how": "card"}
    assert redaction.hide_in_item(item) == {"client_id": "a", "status": None}


def test_an_invoice_keeps_its_figures_only() -> None:
    shown = redaction.hide_in_invoice(
        {"document_id": "d", "total_minor": 1, "via": "stripe", "card": "4242", "gateway": {"status": "open"}}
    )
    assert shown["total_minor"] == 1
    assert shown["via"] is None
    assert (shown["gateway"], shown["retry"]) == (None, None)
    assert "card" not in shown


def test_an_account_has_no_payments_and_no_discrepancy_about_them() -> None:
    account = {
        "client_id": "a",
        "payments": [{"status": "succeeded"}],
        "payment_retries": [{"state": "failed"}],
        "invoices": [{"document_id": "d", "paid_minor": 5}],
        "discrepancies": [{"code": "over_billed", "band": "over_billed"}, {"code": "paid_elsewhere", "band": None}],
        "card": "4242",
    }
    shown = redaction.hide_in_account(account)
    assert (shown["payments"], shown["payment_retries"]) == (None, None)
    assert shown["invoices"][0]["paid_minor"] is None
    assert [each["code"] for each in shown["discrepancies"]] == ["over_billed"]
    assert "card" not in shown


@pytest.mark.parametrize(
    ("entry", "hidden"),
    [
        ({"kind": "payment_failed", "source": "quickbooks"}, True),
        ({"kind": "invoice_created", "source": "stripe"}, True),
        ({"kind": "status_changed", "source": "reconciler"}, True),
        ({"kind": "refund", "source": "x"}, True),
        ({"kind": "variance_changed", "source": "reconciler"}, False),
        ({}, False),
    ],
)
def test_the_timeline_hides_what_tells_of_payments(entry: dict[str, str], hidden: bool) -> None:
    assert redaction.tells_of_payment(entry) is hidden
