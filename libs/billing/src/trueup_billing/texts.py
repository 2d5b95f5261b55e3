"""Texts that come from others."""

from __future__ import annotations


def clean_text(value: str) -> str:
    """The text without what neither PostgreSQL nor UTF-8 can hold: NUL, and halves of surrogate pairs."""
    return value.replace("\x00", "").encode(errors="replace").decode()
