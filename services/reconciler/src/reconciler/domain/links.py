"""Which customer belongs to which client: a decision outranks an import, an import an exact key; nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
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

    def named_clients(self) -> Iterable[str]:
        """What its keys or its own id would call its client."""
        if named := self.link_keys.get("client_id"):
            yield named
        yield Ref.parse(self.ref).external_id


@dataclass(frozen=True, slots=True)
class Decision:
    """The latest that people decided about a ref. `withdrawn`: nothing stands any more.

    `client_id` goes with `linked`. An unlink is a refusal: no client at all, until a person decides otherwise.
    """

    ref: str
    decision_id: str
    linked_to: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ref's only account, by which rule, and the latest decision about the ref that was known then."""

    client_id: str
    linked_by: LinkedBy
    decision_id: str | None = None


def resolve(
    accounts: Iterable[Imported], customers: Iterable[Customer], decisions: Iterable[Decision] = ()
) -> dict[str, Resolved]:
    """Link refs to clients; the same input in any order, however often repeated, gives the same links.

    A ref that two imports claim goes to the client whose id comes first. Exact keys link only where all of them, over
    however many customers that name each other, point to one client; where they disagree nobody is linked. What a
    person or an import said of a ref is not moved by the keys around it.
    """
    by_client = {account.client_id: account for account in accounts}
    decided = {one.ref: one for one in decisions}
    fixed = _imported(by_client) | _decided(decided, by_client)
    links = {ref: to for ref, to in fixed.items() if to is not None}
    for ref, clients in _claims(by_client, list(customers), fixed).items():
        if len(clients) == 1:
            links[ref] = Resolved(next(iter(clients)), "exact_key")
    return {
        ref: Resolved(to.client_id, to.linked_by, decided[ref].decision_id) if ref in decided else to
        for ref, to in links.items()
    }


def _imported(by_client: Mapping[str, Imported]) -> dict[str, Resolved | None]:
    found: dict[str, Resolved | None] = {}
    for client_id in sorted(by_client):
        for ref in by_client[client_id].refs:
            found.setdefault(ref, Resolved(client_id, "import"))
    return found


def _decided(decided: Mapping[str, Decision], by_client: Mapping[str, Imported]) -> dict[str, Resolved | None]:
    """A decision for a client that is not known (yet) links nowhere, and neither does anything else."""
    return {
        ref: Resolved(one.linked_to, "decision") if one.linked_to in by_client and one.linked_to is not None else None
        for ref, one in decided.items()
        if not one.withdrawn
    }


def _claims(
    by_client: Mapping[str, Imported], customers: list[Customer], fixed: Mapping[str, Resolved | None]
) -> dict[str, set[str]]:
    """Every ref that is not fixed → the clients that its keys, and those around it, point to.

    Customers that name each other, in whatever direction, belong together. A fixed ref passes on its own client and
    nothing else, so what is behind it does not matter.
    """
    gone = {customer.ref for customer in customers if customer.deleted}
    direct: dict[str, set[str]] = defaultdict(set)
    beside: dict[str, set[str]] = defaultdict(set)
    for customer in customers:
        if customer.deleted:
            continue
        if customer.ref not in fixed:
            direct[customer.ref].update(named for named in customer.named_clients() if named in by_client)
        for named in customer.named_refs():
            if named not in gone:
                _join(customer.ref, named, fixed, direct, beside)
    return _spread(direct, beside)


def _join(
    ref: str,
    named: str,
    fixed: Mapping[str, Resolved | None],
    direct: dict[str, set[str]],
    beside: dict[str, set[str]],
) -> None:
    """One customer names another."""
    for one, other in ((ref, named), (named, ref)):
        if one in fixed:
            continue
        if other not in fixed:
            beside[one].add(other)
        elif (to := fixed[other]) is not None:
            direct[one].add(to.client_id)


def _spread(direct: Mapping[str, set[str]], beside: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Give every group of refs that name each other what any of them points to."""
    found: dict[str, set[str]] = {}
    for start in [*direct, *beside]:
        if start in found:
            continue
        group, waiting, clients = {start}, [start], set(direct.get(start, ()))
        while waiting:
            for other in beside.get(waiting.pop(), ()):
                if other not in group:
                    group.add(other)
                    waiting.append(other)
                    clients |= direct.get(other, set())
        found |= dict.fromkeys(group, clients)
    return found
