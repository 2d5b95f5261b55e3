"""An export archive: a zip of gzipped files with one JSON event a line. Read line by line, whatever its size."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from decimal import Decimal
from typing import IO, Any

import msgspec

from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.tally import Tally


class _Line(msgspec.Struct):
    """The fields of an exported event that are read; the others are passed over without being built."""

    event_type: str = ""
    event_time: str = ""
    uuid: str = ""
    event_properties: dict[str, Any] | None = None


_DECODER = msgspec.json.Decoder(_Line, float_hook=Decimal)


def read_export(file: IO[bytes], tally: Tally) -> None:
    """Count every event of the archive.

    Raises:
        GarbledAnswer: the archive or a line of it is broken; what was counted so far is to be thrown away.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                with archive.open(name) as packed, gzip.open(packed) as lines:
                    _count(lines, tally)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise GarbledAnswer(f"the export is broken: {type(error).__name__}") from error


def _count(lines: gzip.GzipFile | IO[bytes], tally: Tally) -> None:
    for line in lines:
        try:
            event = _DECODER.decode(line)
        except msgspec.ValidationError:
            tally.unreadable += 1
            continue
        except msgspec.DecodeError as error:
            raise GarbledAnswer("the export holds a line that is no JSON") from error
        if event.event_properties is not None:
            tally.add(event.event_type, event.event_time, event.uuid, event.event_properties)
        elif tally.wants(event.event_type):
            tally.unreadable += 1
