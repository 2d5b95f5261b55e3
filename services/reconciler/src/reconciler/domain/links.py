"""Which customer belongs to which client: an import outranks an exact key, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.domain.snapshot import LinkedBy
from trueup_billing import Ref, Source

_REF_KEYS = {
    "quickbooks_id": Source.QUICKBOOKS,
    "quickbooks_customer_id": Source.QUICKBOOKS,
    "amplitude_id": Source.AMPLITUDE,
    "amplitude_account_id": Source.AMPLITUDE,
    "stripe_id": Source.STRIPE,
    "stripe_customer_id": Source.STRIPE,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """A client with the refs that came with its import."""

    client_id: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as a source sees it, with its exact keys towards other systems."""

    ref: str
    link_keys: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False

    def named_refs(self) -> Iterable[str]:
        """The customers of other systems that its keys name."""
        for key, source in _REF_KEYS.items():
            if value := self.link_keys.get(key):
                yield str(Ref(source, value))


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ref's only account, and by which rule."""

    client_id: str
    linked_by: LinkedBy


def resolve(accounts: Iterable[Imported], customers: Iterable[Customer]) -> dict[str, Resolved]:
    """Link refs to clients; the same input in any order gives the same links.

    A ref that two imports claim goes to the client whose id comes first. Exact keys link only where all of them point
    to one client; where they disagree the customer stays unlinked.
    """
    by_client = {account.client_id: account for account in accounts}
    links: dict[str, Resolved] = {}
    for client_id in sorted(by_client):
        for ref in by_client[client_id].refs:
            links.setdefault(ref, Resolved(client_id, "import"))
    imported = dict(links)
    present = sorted((customer for customer in customers if not customer.deleted), key=lambda customer: customer.ref)
    for customer in present:
        if customer.ref not in links:
            clients = set(_clients_of(customer, by_client, imported))
            if len(clients) == 1:
                links[customer.ref] = Resolved(clients.pop(), "exact_key")
    return links | _named_by_linked(present, links)


def _clients_of(
    customer: Customer, by_client: Mapping[str, Imported], imported: Mapping[str, Resolved]
) -> Iterable[str]:
    named = customer.link_keys.get("client_id")
    if named in by_client and named is not None:
        yield named
    for ref in customer.named_refs():
        if ref in imported:
            yield imported[ref].client_id
    external_id = Ref.parse(customer.ref).external_id
    if external_id in by_client:
        yield external_id


def _named_by_linked(customers: Iterable[Customer], links: Mapping[str, Resolved]) -> dict[str, Resolved]:
    """Refs that are linked nowhere themselves, but that customers of one client name."""
    claims: dict[str, set[str]] = {}
    for customer in customers:
        if customer.ref in links:
            for ref in customer.named_refs():
                if ref not in links:
                    claims.setdefault(ref, set()).add(links[customer.ref].client_id)
    return {ref: Resolved(min(clients), "exact_key") for ref, clients in claims.items() if len(clients) == 1}
