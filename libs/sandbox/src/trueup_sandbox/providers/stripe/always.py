"""Fields that Stripe always sends and nothing here varies."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
DAY_S = 86_400


def of_invoice(created_s: int | None) -> Json:
    """Of every invoice; without a subscription its period is the instant it was made."""
    return {
        "amount_shipping": 0,
        "automatic_tax": {
            "enabled": False,
            "disabled_reason": None,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": created_s,
        "period_start": created_s,
        "starting_balance": 0,
    }


def of_subscription(subscription_id: str, created_s: int | None) -> Json:
    """Of every subscription: it runs, and its items are told of by the invoices' lines."""
    return {
        "automatic_tax": {"enabled": False, "disabled_reason": None, "liability": None},
        "billing_cycle_anchor": created_s,
        "billing_mode": {"type": "classic"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "collection_method": "send_invoice",
        "default_source": None,
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={subscription_id}",
        },
        "livemode": False,
        "metadata": {},
        "start_date": created_s,
        "status": "active",
    }


def of_credit_note(amount_minor: int) -> Json:
    """Of every credit note: it was made before the invoice was paid, so nothing is given back."""
    return {
        "object": "credit_note",
        "amount": amount_minor,
        "amount_shipping": 0,
        "discount_amount": 0,
        "discount_amounts": [],
        "lines": {"object": "list", "data": [], "has_more": False, "url": "/v1/credit_notes/lines"},
        "livemode": False,
        "pdf": "https://pay.stripe.example/credit_notes/pdf",
        "post_payment_amount": 0,
        "pre_payment_amount": amount_minor,
        "pretax_credit_amounts": [],
        "reason": "order_change",
        "refunds": [],
        "status": "issued",
        "subtotal": amount_minor,
        "total": amount_minor,
        "total_taxes": [],
        "type": "pre_payment",
    }


def of_dispute(created_s: int | None) -> Json:
    """Of every dispute: nothing has been said against it yet, and a week is left for that."""
    return {
        "balance_transactions": [],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None if created_s is None else created_s + 7 * DAY_S,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
    }


NO_BILLING_DETAILS: Json = dict.fromkeys(("address", "email", "name", "phone", "tax_id"))
