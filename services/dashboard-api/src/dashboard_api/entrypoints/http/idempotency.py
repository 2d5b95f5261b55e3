"""The key by which a command that is sent again is recognised."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Made by the caller for one command, and sent again with it: 8 to 255 printable ASCII characters.",
    ),
]
