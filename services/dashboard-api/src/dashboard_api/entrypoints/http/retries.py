"""Taking a payment again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from dashboard_api.domain.access import Permission
from dashboard_api.entrypoints.http.bodies import read_model
from dashboard_api.entrypoints.http.idempotency import IdempotencyKey
from dashboard_api.entrypoints.http.parameters import plain_id
from dashboard_api.entrypoints.http.permissions import needs
from dashboard_api.entrypoints.http.schemas.retries import PaymentRetry, RetryRequest
from dashboard_api.entrypoints.http.services import Asking, Wired
from dashboard_api.usecases.retries import no_such_attempt, no_such_invoice

router = APIRouter(prefix="/api/v1", tags=["payment retries"])

BODY_MAX = 4096
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RetryRequest"}}},
    }
}


def _invoice_id(gateway_invoice_id: Annotated[str, Path(max_length=255)]) -> str:
    return plain_id(gateway_invoice_id, missing=no_such_invoice())


def _attempt_id(payment_retry_id: Annotated[str, Path(max_length=255)]) -> str:
    return plain_id(payment_retry_id, missing=no_such_attempt())


InvoiceId = Annotated[str, Depends(_invoice_id)]
AttemptId = Annotated[str, Depends(_attempt_id)]


@router.post(
    "/invoices/{gateway_invoice_id}/payment-retries",
    status_code=202,
    openapi_extra=needs(Permission.PAYMENTS_RETRY) | _BODY,
)
async def request_retry(
    request: Request, services: Wired, principal: Asking, gateway_invoice_id: InvoiceId, key: IdempotencyKey
) -> PaymentRetry:
    """Ask Stripe to take the payment again; joins the attempt that is under way, if there is one."""
    wish = await read_model(request, RetryRequest, bytes_max=BODY_MAX)
    attempt = await services.retries.request(
        principal, gateway_invoice_id, key=key, amount_minor=wish.amount_minor, currency=wish.currency
    )
    return PaymentRetry.model_validate(services.retry_views.shown(attempt))


@router.get("/payment-retries/{payment_retry_id}", openapi_extra=needs(Permission.PAYMENTS_READ))
async def payment_retry(services: Wired, principal: Asking, payment_retry_id: AttemptId) -> PaymentRetry:
    """How an attempt stands."""
    attempt = await services.retries.attempt(principal, payment_retry_id)
    return PaymentRetry.model_validate(services.retry_views.shown(attempt))
