"""Whether a schema may replace another on the same topic: consumers of the old one must still read what is sent."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in `new` would break a consumer of `old`, or refuse what is still on the topic; empty when nothing does.

    Within a version only optional fields are added: a removed field, a changed type and a newly required field break.
    """
    found = _object(old, new, "")
    before, after = old.get("$defs", {}), new.get("$defs", {})
    for name in before.keys() & after.keys():
        found += _object(before[name], after[name], f"{name}.")
    return found


def _object(old: Schema, new: Schema, prefix: str) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    found = [f"{prefix}{name} was removed" for name in sorted(before.keys() - after.keys())]
    found += [
        f"{prefix}{name} changed its type"
        for name in sorted(before.keys() & after.keys())
        if _type(before[name]) != _type(after[name])
    ]
    newly = set(new.get("required", [])) - set(old.get("required", []))
    return found + [
        f"{prefix}{name} became required" for name in sorted(newly) if _wanted_of_sender(name, before, after)
    ]


def _wanted_of_sender(name: str, before: Schema, after: Schema) -> bool:
    """Old records lack it and no default stands in."""
    return name not in before or "default" not in after.get(name, {})


def _type(field: Schema) -> object:
    """What of a field's schema its readers depend on; titles, descriptions and defaults they do not."""
    ignored = {"title", "description", "default", "examples", "enum"}
    return {
        key: _type(value) if isinstance(value, dict) else value for key, value in field.items() if key not in ignored
    }
