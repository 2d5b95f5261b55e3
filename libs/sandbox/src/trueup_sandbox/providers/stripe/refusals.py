"""Refusals in Stripe's words: those that come before anything is looked at, and those of the request itself."""

from __future__ import annotations

import json

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.stripe.requests import answer, error_body, invalid, missing
from trueup_sandbox.providers.stripe.script import Step


def before_reading(step: Step, invoice_id: str) -> None:
    """What keeps a request from being carried out at all; none of it is kept for the key.

    Raises:
        Refused: with the answer.
    """
    match step.answer:
        case "resource_missing":
            raise missing("invoice", invoice_id)
        case "lock_timeout":
            message = "This object cannot be accessed right now because another API request is accessing it."
            raise invalid(message, status=429, code="lock_timeout")
        case "rate_limit":
            body = error_body("invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
            raise Refused(answer(body, 429, **{"Stripe-Rate-Limited-Reason": "endpoint-rate"}))
        case "idempotency_key_in_use":
            message = "There is currently another in-progress request using this Idempotency Key."
            raise Refused(answer(error_body("idempotency_error", message, code="idempotency_key_in_use"), 409))
        case "idempotency_error":
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise Refused(answer(error_body("idempotency_error", message), 400))
        case "unauthorized":
            raise Refused(answer(error_body("invalid_request_error", "Invalid API Key provided: sk_test_***"), 401))
        case "forbidden":
            message = "The provided key does not have the required permissions for this endpoint."
            raise Refused(answer(error_body("invalid_request_error", message), 403))
        case _:
            return


def refusal_of(step: Step | None) -> str:
    """The stored body of a request that is refused for what it asks."""
    if step is not None and step.answer == "no_payment_method":
        text = (
            "This customer has no attached payment source or default payment method. "
            "Please consider adding a default payment method."
        )
        body = error_body("invalid_request_error", text, code="resource_missing")
    else:
        code = (step.code if step else None) or "invoice_not_payable_today"
        body = error_body("invalid_request_error", "This invoice cannot be paid today.", code=code)
    return json.dumps({"literal": json.dumps(body)})
