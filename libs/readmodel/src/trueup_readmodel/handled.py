"""What the payloads say of people's decisions. Days and instants are text, as everywhere in them."""

from typing import Literal, TypedDict

MarkWord = Literal["resolved", "snoozed", "reviewed", "signed_off", "changed"]
"""How people stand to a month, in one word; `changed`: its figures are others than those signed off."""


class By(TypedDict):
    """A decision, who made it and when."""

    decision_id: str
    by: str
    by_name: str
    at: str
    reason: str | None


class Handling(TypedDict):
    """The latest of resolve, snooze and review that stands."""

    state: Literal["resolved", "snoozed", "reviewed"]
    decision: By
    until: str | None
    """Of a snooze: the first day on which it is over; null: until the figures change."""
    ended: Literal["figures_moved", "snooze_over"] | None
    """Why it no longer holds; null: it holds."""


class SignOff(TypedDict):
    """The sign-off that stands, with the figures frozen by it."""

    decision: By
    currency: str | None
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    percent: str | None
    band: str
    policy_version: int
    changed: bool
    """Later facts have moved the figures."""


class Partial(TypedDict):
    """What is missing of one source in this account."""

    source: str
    missing: str
    """A name of the gap: an acceptance names it, and another gap has another name."""
    parts: list[str]
    accepted: By | None
