"""Expansions: `expand[]=payments.data.payment.payment_intent` and its like."""

from __future__ import annotations

from typing import Any

from trueup_sandbox.providers.stripe.requests import Params, invalid
from trueup_sandbox.providers.stripe.shapes import Json, Shapes
from trueup_sandbox.world.records import GatewayPayment
from trueup_sandbox.world.store import Store

DEPTH_MAX = 4
"""Levels; in a list the list itself is one."""


def asked(params: Params, *, in_list: bool = False) -> list[str]:
    """The paths to expand, without the `data.` of a list."""
    paths: Any = params.get("expand", [])
    if not isinstance(paths, list):
        raise invalid("Invalid array", param="expand")
    prefix = "data." if in_list else ""
    for path in paths:
        if not path.startswith(prefix) or path.count(".") >= DEPTH_MAX:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    return [path.removeprefix(prefix) for path in paths]


class Expander:
    """Replaces ids by the objects they name."""

    def __init__(self, store: Store, shapes: Shapes) -> None:
        self._store = store
        self._shapes = shapes

    def expand(self, shape: Json, paths: list[str], *, as_of_ms: int | None = None) -> Json:
        """The shape with what the paths name written out."""
        for path in paths:
            self._open(shape, path.split("."), as_of_ms)
        return shape

    def _open(self, shape: object, path: list[str], as_of_ms: int | None) -> None:
        if isinstance(shape, list):
            for one in shape:
                self._open(one, path, as_of_ms)
            return
        if not isinstance(shape, dict) or path[0] not in shape:
            return
        name, rest = path[0], path[1:]
        if isinstance(shape[name], str):
            shape[name] = self._object(name, shape[name], as_of_ms)
        if rest:
            self._open(shape[name], rest, as_of_ms)

    def _object(self, name: str, record_id: str, as_of_ms: int | None) -> Json | str | None:
        if name == "payment_intent":
            return self._shapes.payment(self._payment(record_id, as_of_ms))
        if name == "latest_charge" and (payment := self._store.payments.of_charge(record_id)):
            return self._shapes.charge(payment)
        match name:
            case "customer":
                found: Json | str | None = self._shapes.customer(self._store.gateway_customers.get(record_id))
            case "invoice":
                found = self._shapes.invoice(self._store.gateway_invoices.get(record_id))
            case "subscription":
                found = self._shapes.subscription_by_id(record_id)
            case "payment_method" | "default_payment_method":
                found = self._shapes.method_by_id(record_id)
            case _:
                found = record_id
        return found

    def _payment(self, record_id: str, as_of_ms: int | None) -> GatewayPayment:
        if as_of_ms is None:
            return self._store.payments.get(record_id)
        return self._store.payments.at(record_id, as_of_ms) or self._store.payments.get(record_id)
