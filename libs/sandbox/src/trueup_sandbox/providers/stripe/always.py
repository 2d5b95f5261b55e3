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
