"""Customers of the ledger, with the keys that name them exactly elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from ingest_quickbooks.domain import reading
from ingest_quickbooks.domain.reading import Body, Unreadable
from ingest_quickbooks.domain.snapshots import Customer


def read_customer(body: Body, link_fields: Mapping[str, str]) -> Customer:
    """Read a Customer body.

    Args:
        link_fields: link key → field of the body (or name of a custom field) that holds it.

    Raises:
        Unreadable: no id or no name.
    """
    external_id = reading.text(body, "Id")
    name = reading.optional_text(body, "DisplayName") or reading.optional_text(body, "CompanyName")
    if name is None:
        raise Unreadable("DisplayName", "missing")
    email = reading.optional_body(body, "PrimaryEmailAddr") or {}
    has_parent = reading.optional_body(body, "ParentRef") is not None
    return Customer(
        external_id=external_id,
        ref=reading.customer_ref(external_id),
        name=name,
        email=reading.optional_text(email, "Address", "PrimaryEmailAddr"),
        currency=reading.currency(body).code if body.get("CurrencyRef") is not None else None,
        active=body.get("Active") is not False,
        parent_ref=reading.customer_ref(reading.reference(body, "ParentRef")) if has_parent else None,
        link_keys=_link_keys(body, link_fields),
    )


def _link_keys(body: Body, link_fields: Mapping[str, str]) -> dict[str, str]:
    custom: dict[str, str] = {}
    for path, field in reading.bodies(body, "CustomField"):
        name = reading.optional_text(field, "Name", path)
        value = reading.optional_text(field, "StringValue", path)
        if name and value:
            custom[name] = value
    found = {}
    for key, field_name in link_fields.items():
        value = reading.optional_text(body, field_name) or custom.get(field_name)
        if value:
            found[key] = value
    return found
