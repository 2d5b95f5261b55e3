"""Which accounts an unlinked customer may belong to: ranked, each with its reasons. A suggestion links nothing.

The score is the sum of the points of its reasons, held between 0 and 100:

    equal id         60   another customer of the account, or the account itself, has the very id
    name          up to 60   similarity of the names in thousandths, s: 60·s/1000; below 600 nothing
    e-mail domain    30   divided by the number of accounts that have it; nothing for free mail, or from 4 accounts on
    metric           20   the usage is of a metric that the account's rate card bills (only where it lacks usage)
    vacancy          10   the account has no customer of this source yet; −20 when it has one
    currency          5   the same; −20 when it is another

Vacancy and currency only move what something else suggests. What has fewer than 30 points is not shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.domain.names import FREE_MAIL, grams, normalised, similarity_permille
from trueup_billing import Ref, Source

SHOWN_MAX = 5
SCORE_MIN = 30
EQUAL_ID = 60
NAME_MAX, NAME_FROM_PERMILLE = 60, 600
DOMAIN, DOMAIN_ACCOUNTS_MAX = 30, 3
METRIC, METRIC_ACCOUNTS_MAX = 20, 20
VACANT, TAKEN = 10, -20
SAME_CURRENCY, OTHER_CURRENCY = 5, -20
RARE_GRAMS = 8
"""Runs by which accounts are looked up: the rarest of the name."""
LOOKED_UP_MAX = 3000
"""Places in the index that are read for one name; the rarest run is read whatever its length."""
CANDIDATES_MAX = 40
"""Accounts whose names are compared; those that share most of the rare runs."""

_LABELS = {Source.AMPLITUDE: "Amplitude", Source.QUICKBOOKS: "QuickBooks", Source.STRIPE: "Stripe"}


@dataclass(frozen=True, slots=True)
class Known:
    """A customer as far as it is known; a customer of Amplitude has no name."""

    ref: Ref
    name: str | None = None
    email_domain: str | None = None
    currency: str | None = None
    metrics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account with its linked customers and the metrics and currencies of its rate card."""

    client_id: str
    name: str
    customers: tuple[Known, ...] = ()
    metrics: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: what it is about, its points, and the words for it."""

    code: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An account that the customer may belong to; the reasons with most points first."""

    client_id: str
    name: str
    score: int
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An account prepared for comparison. `names`: normalised runs of each of its names, with name and owner's label."""

    account: Candidate
    names: list[tuple[frozenset[str], str, str]]
    sources: frozenset[Source]


@dataclass(frozen=True, slots=True)
class Index:
    """All accounts, found by rare runs of their names, by id, by e-mail domain and by what they lack."""

    entries: dict[str, _Entry] = field(default_factory=dict)
    by_gram: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_domain: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lacking_usage: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def index(accounts: Iterable[Candidate]) -> Index:
    """Prepare the accounts; their order does not matter."""
    made = Index()
    for account in sorted(accounts, key=lambda one: one.client_id):
        entry = _Entry(account, _names(account), frozenset(known.ref.source for known in account.customers))
        made.entries[account.client_id] = entry
        for gram in frozenset().union(*(runs for runs, _, _ in entry.names)):
            made.by_gram[gram].append(account.client_id)
        made.by_id[account.client_id.casefold()].add(account.client_id)
        for known in account.customers:
            made.by_id[known.ref.external_id.casefold()].add(account.client_id)
            if known.email_domain and known.email_domain not in FREE_MAIL:
                made.by_domain[known.email_domain].add(account.client_id)
        if Source.AMPLITUDE not in entry.sources:
            for metric in account.metrics:
                made.lacking_usage[metric].add(account.client_id)
    return made


def suggest(customer: Known, accounts: Index, *, refused: str | None = None) -> tuple[Suggestion, ...]:
    """At most `SHOWN_MAX` accounts, the most likely first; equals by client id. `refused` is not suggested again."""
    found = []
    runs = grams(normalised(customer.name)) if customer.name else frozenset()
    for client_id in _looked_up(customer, runs, accounts):
        if client_id == refused:
            continue
        reasons = tuple(sorted(_reasons(customer, runs, accounts, client_id), key=lambda why: (-why.points, why.code)))
        score = max(0, min(100, sum(why.points for why in reasons)))
        if score >= SCORE_MIN:
            name = accounts.entries[client_id].account.name
            found.append(Suggestion(client_id, name, score, reasons))
    return tuple(sorted(found, key=lambda one: (-one.score, one.client_id))[:SHOWN_MAX])


def _names(account: Candidate) -> list[tuple[frozenset[str], str, str]]:
    names: dict[str, tuple[frozenset[str], str, str]] = {}
    given = [(account.name, "the account")]
    given += [
        (known.name, f"its {_LABELS[known.ref.source]} customer {known.ref.external_id}")
        for known in account.customers
        if known.name
    ]
    for name, whose in given:
        plain = normalised(name)
        names.setdefault(plain, (grams(plain), name, whose))
    return list(names.values())


def _looked_up(customer: Known, runs: frozenset[str], accounts: Index) -> set[str]:
    """Accounts that may have a reason other than vacancy or currency."""
    found = set(accounts.by_id.get(customer.ref.external_id.casefold(), ()))
    shared = accounts.by_domain.get(customer.email_domain or "", set())
    if len(shared) <= DOMAIN_ACCOUNTS_MAX:
        found |= shared
    rare = sorted(
        (gram for gram in runs if gram in accounts.by_gram), key=lambda gram: (len(accounts.by_gram[gram]), gram)
    )
    found |= _sharing(rare[:RARE_GRAMS], accounts)
    for metric in customer.metrics:
        lacking = accounts.lacking_usage.get(metric, set())
        found |= lacking if len(lacking) <= METRIC_ACCOUNTS_MAX else set()
    return found


def _sharing(rare: Sequence[str], accounts: Index) -> set[str]:
    """The accounts that share most of the runs; of equals those met first, in the order of runs and of ids."""
    met: Counter[str] = Counter()
    read = 0
    for gram in rare:
        places = accounts.by_gram[gram]
        read += len(places)
        if met and read > LOOKED_UP_MAX:
            break
        met.update(places)
    return {client_id for client_id, _ in met.most_common(CANDIDATES_MAX)}


def _reasons(customer: Known, runs: frozenset[str], accounts: Index, client_id: str) -> Iterable[Why]:
    entry = accounts.entries[client_id]
    evidence = [
        *_by_id(customer, entry.account),
        *_by_name(customer, runs, entry.names),
        *_by_domain(customer, accounts, entry.account),
        *_by_metric(customer, accounts, entry),
    ]
    return [*evidence, *_vacancy(customer, entry), *_currency(customer, entry.account)] if evidence else ()


def _by_id(customer: Known, account: Candidate) -> Iterable[Why]:
    own = customer.ref.external_id.casefold()
    if own == account.client_id.casefold():
        yield Why("equal_id", EQUAL_ID, f"Its id {customer.ref.external_id} is the account's own id.")
        return
    for known in account.customers:
        if known.ref.external_id.casefold() == own:
            label = _LABELS[known.ref.source]
            yield Why("equal_id", EQUAL_ID, f"The account's {label} customer has the same id, {known.ref.external_id}.")
            return


def _by_name(customer: Known, runs: frozenset[str], names: Sequence[tuple[frozenset[str], str, str]]) -> Iterable[Why]:
    scored = [(similarity_permille(runs, other), name, whose) for other, name, whose in names]
    best, name, whose = max(scored, key=lambda one: one[0])
    if best < NAME_FROM_PERMILLE:
        return
    likeness = "is the same as" if best == 1000 else f"is {best // 10} % like"
    text = f"Its name “{customer.name}” {likeness} “{name}”, the name of {whose}."
    yield Why("name", NAME_MAX * best // 1000, text)


def _by_domain(customer: Known, accounts: Index, account: Candidate) -> Iterable[Why]:
    shared = accounts.by_domain.get(customer.email_domain or "", set())
    if account.client_id in shared and len(shared) <= DOMAIN_ACCOUNTS_MAX:
        others = "no other account has it" if len(shared) == 1 else f"{len(shared)} accounts have it"
        text = f"Its e-mail domain {customer.email_domain} is the account's; {others}."
        yield Why("email_domain", DOMAIN // len(shared), text)


def _by_metric(customer: Known, accounts: Index, entry: _Entry) -> Iterable[Why]:
    if customer.ref.source is not Source.AMPLITUDE or Source.AMPLITUDE in entry.sources:
        return
    for metric in sorted(customer.metrics & entry.account.metrics):
        lacking = len(accounts.lacking_usage[metric])
        if lacking <= METRIC_ACCOUNTS_MAX:
            others = {1: "no other account", 2: "one other account"}.get(lacking, f"{lacking - 1} other accounts")
            text = f"It uses {metric}, which the account's rate card bills and for which it and {others} lack usage."
            yield Why("metric", METRIC, text)
            return


def _vacancy(customer: Known, entry: _Entry) -> Iterable[Why]:
    label = _LABELS[customer.ref.source]
    if customer.ref.source in entry.sources:
        yield Why("taken", TAKEN, f"The account already has a customer in {label}.")
    else:
        yield Why("vacancy", VACANT, f"The account has no customer in {label} yet.")


def _currency(customer: Known, account: Candidate) -> Iterable[Why]:
    known = account.currencies | {one.currency for one in account.customers if one.currency}
    if not customer.currency or not known:
        return
    if customer.currency in known:
        yield Why("currency", SAME_CURRENCY, f"Both are in {customer.currency}.")
    else:
        text = f"It is in {customer.currency}, the account in {', '.join(sorted(known))}."
        yield Why("other_currency", OTHER_CURRENCY, text)


def shown(suggestions: Iterable[Suggestion]) -> list[Mapping[str, object]]:
    """As JSON has them."""
    return [
        {
            "client_id": one.client_id,
            "name": one.name,
            "score": one.score,
            "reasons": [{"code": why.code, "points": why.points, "text": why.text} for why in one.reasons],
        }
        for one in suggestions
    ]
