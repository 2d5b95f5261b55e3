"""What is said of an attempt on the bus."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from stripe_webhooks.domain.retries import Execution, Outcome
from trueup_contracts.payments import Failure
from trueup_contracts.retries import PaymentRetrySettledV1, RetryState


def settled(execution: Execution, outcome: Outcome, at: datetime) -> PaymentRetrySettledV1:
    """The event; its version is the claim's, drawn from the schema's sequence, so it grows from turn to turn."""
    failure = outcome.failure
    return PaymentRetrySettledV1(
        version=execution.claim,
        attempt_id=execution.attempt_id,
        gateway_invoice_id=execution.gateway_invoice_id,
        client_id=execution.client_id,
        ref=execution.ref,
        state=cast("RetryState", outcome.state),
        needs_person=outcome.needs_person,
        reason=outcome.reason,
        failure=Failure.model_validate(failure, from_attributes=True) if failure else None,
        hosted_url=outcome.hosted_url,
        payment_id=outcome.payment_id,
        currency=execution.currency,
        amount_minor=execution.amount_minor,
        request_id=outcome.request_id,
        started_at=execution.started_at,
        settled_at=at,
    )
