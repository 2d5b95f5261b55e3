"""An export archive: a zip of gzipped files with one JSON event a line. Read line by line, whatever its size."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import IO, Any

import msgspec

from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.tally import Tally
from ingest_amplitude.ports import TooMuchAtOnce


class _Line(msgspec.Struct):
    """The fields of an exported event that are read; the others are passed over without being built."""

    event_type: str
    uuid: str
    event_time: str = ""
    server_upload_time: str = ""
    event_properties: dict[str, Any] | None = None


class _UserLine(_Line):
    """With what is known of the user; built only where a metric asks for it."""

    user_properties: dict[str, Any] | None = None


_DECODER = msgspec.json.Decoder(_Line, float_hook=Decimal)
_USER_DECODER = msgspec.json.Decoder(_UserLine, float_hook=Decimal)


ODD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""No JSON, not in the shape of an event, text that is no UTF-8 or cut in the middle of a character, nested beyond measure."""

Tell = Callable[[str, int, str], None]
"""Is told each metered event that cannot be read: file in the archive, line from 1, what is wrong."""


def _to_nobody(name: str, line: int, why: str) -> None:
    """The count is enough."""


def read_export(file: IO[bytes], tally: Tally, tell: Tell = _to_nobody) -> None:
    """Count every event of the archive.

    Raises:
        GarbledAnswer: the archive is broken; what was counted so far is to be thrown away.
        TooMuchAtOnce: the tally is full; likewise.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                with archive.open(name) as packed, gzip.open(packed) as lines:
                    _count(lines, tally, name, tell)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise GarbledAnswer(f"the export is broken: {type(error).__name__}") from error


def _count(lines: gzip.GzipFile | IO[bytes], tally: Tally, name: str, tell: Tell) -> None:
    refused = tally.unreadable
    decoder = _USER_DECODER if tally.reads_users else _DECODER
    for number, line in enumerate(lines, 1):
        try:
            event = decoder.decode(line)
        except ODD as error:
            _add_odd(line, str(error), tally)
        else:
            _add(event, tally)
        if tally.full:
            raise TooMuchAtOnce(f"the export holds more events than are counted at once: over {len(tally.met) - 1}")
        if tally.unreadable != refused:
            refused = tally.unreadable
            tell(name, number, tally.why_unreadable)


def _add(event: _Line, tally: Tally) -> None:
    user = event.user_properties if isinstance(event, _UserLine) else None
    properties, uploaded = event.event_properties or {}, event.server_upload_time
    tally.add(event.event_type, event.event_time, event.uuid, properties, user, uploaded)


def _add_odd(line: bytes, why: str, tally: Tally) -> None:
    """Read a line once more, and let half a character, as browsers cut texts, spoil nothing but the text that has it."""
    if not line.strip():
        return
    try:
        found = json.loads(line.decode(errors="surrogateescape"), parse_float=Decimal)
    except (ValueError, RecursionError):
        found = None
    try:
        _add(msgspec.convert(found, _UserLine if tally.reads_users else _Line), tally)
    except msgspec.ValidationError:
        said = found if isinstance(found, dict) else {}
        kind, time = (one if isinstance(one, str) else None for one in map(said.get, ("event_type", "event_time")))
        tally.add_garbled(line, why, kind, time or "")
