"""Invented company and person names; none is meant to be anybody's."""

from __future__ import annotations

_FIRST = (
    "Alder", "Amber", "Arden", "Atlas", "Aurora", "Basalt", "Beacon", "Birch", "Brio", "Cascade", "Cedar", "Cinder",
    "Clover", "Cobalt", "Copper", "Coral", "Crest", "Delta", "Drift", "Ember", "Fable", "Falcon", "Fern", "Fjord",
    "Flint", "Garnet", "Glacier", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Ivory", "Juniper", "Kestrel",
    "Lantern", "Larch", "Linden", "Lumen", "Maple", "Marble", "Meridian", "Mistral", "Nimbus", "North", "Oak", "Onyx",
    "Opal", "Orchard", "Osprey", "Pebble", "Pine", "Plover", "Quarry", "Quartz", "Raven", "Ridge", "Rowan", "Saffron",
    "Sable", "Sierra", "Slate", "Solstice", "Sparrow", "Spruce", "Summit", "Tamarack", "Teal", "Thistle", "Timber",
    "Topaz", "Tundra", "Umber", "Vale", "Verdant", "Violet", "Willow", "Wren", "Yarrow", "Zephyr",
)  # fmt: skip
_SECOND = (
    "Analytics", "Robotics", "Logistics", "Health", "Software", "Foods", "Energy", "Media", "Freight", "Mobility",
    "Insurance", "Payments", "Retail", "Systems", "Travel", "Learning", "Biotech", "Security", "Labs", "Materials",
)  # fmt: skip
_FORMS = {"USD": "Inc.", "EUR": "GmbH", "JPY": "K.K.", "GBP": "Ltd"}
ROOM = len(_FIRST) * len(_SECOND)


def company(number: int, currency: str) -> str:
    """A company name that no other number has; the steps are coprime to the lists, so neighbours look unlike."""
    turn, place = divmod(number, ROOM)
    place = place * 277 % ROOM
    form = _FORMS.get(currency, "Ltd")
    suffix = f" {turn + 1}" if turn else ""
    return f"{_FIRST[place % len(_FIRST)]} {_SECOND[place // len(_FIRST)]}{suffix} {form}"


def mail(name: str) -> str:
    """The address invoices go to, under a reserved domain."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).lower().split()
    return f"billing@{'-'.join(words)}.example"
