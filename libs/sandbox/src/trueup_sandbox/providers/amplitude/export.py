"""The raw export: a zip of gzipped JSON lines, an hour of uploads each, streamed as it is made."""

from __future__ import annotations

import asyncio
import io
import zipfile
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from trueup_sandbox.clock import HOUR_MS, to_instant
from trueup_sandbox.world.usage import Report, UsageBook
from trueup_sandbox.world.world import World

PROJECT = "187520"
HOURS_PER_TURN = 12
PROCESSING_MS = 90_000
"""How long before its upload an event of the plan happened."""


class _Sink(io.RawIOBase):
    """A file that only remembers what was written since it was last emptied."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """What was written, once."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


class Export:
    """Writes the lines of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._usage: UsageBook = world.desk.usage
        self._templates = [self._template(series) for series in range(len(self._usage.series))]

    def _template(self, series: int) -> str:
        one = self._usage.series[series]
        account = self._world.accounts[one.account].amplitude_id
        return (
            f'{{"app":{PROJECT},"event_type":"{one.metric.event_type}","user_id":"meter-{account}","amplitude_id":{7_000_000 + one.account},'
            f'"device_id":null,"platform":"Server","library":"http/2.0","groups":{{}},"group_properties":{{}},"user_properties":{{}},'
            f'"event_properties":{{"account_id":"{account}","{one.metric.property}":%d}},'
            f'"event_time":"%s","client_event_time":"%s","client_upload_time":"%s","server_received_time":"%s",'
            f'"server_upload_time":"%s","uuid":"%s","$insert_id":"%s"}}\n'
        )

    def _line(self, report: Report) -> str:
        uploaded = _text(report.at_ms)
        day = self._usage.day(report.day)
        on_time = (report.at_ms - PROCESSING_MS) // (24 * HOUR_MS) == day.toordinal() - _EPOCH
        happened = _text(report.at_ms - PROCESSING_MS) if on_time else f"{day} 23:41:07.000000"
        uuid = f"{report.series:08x}-{report.day:04x}-4{report.number % 4096:03x}-8000-{report.at_ms:012x}"
        return self._templates[report.series] % (
            report.quantity, happened, happened, uploaded, uploaded, uploaded, uuid, uuid[:18],
        )  # fmt: skip

    def hour(self, hour: int) -> bytes:
        """The lines uploaded in an hour since 1970."""
        return "".join(map(self._line, self._usage.uploaded_in(hour))).encode()

    def hours(self, first: int, last: int) -> list[int]:
        """The hours between the two, both included, that are over, available and not empty."""
        delay_ms = self._world.scenario.amplitude.export_delay_min * 60_000
        newest = (self._world.clock.read() - delay_ms) // HOUR_MS - 1
        return [hour for hour in range(first, min(last, newest) + 1) if self._usage.any_in(hour)]

    async def stream(self, hours: list[int]) -> AsyncIterator[bytes]:
        """The zip file, piece by piece; other requests get their turn in between."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w") as archive:
            for place, hour in enumerate(hours):
                packer = zlib.compressobj(1, zlib.DEFLATED, 31)
                packed = packer.compress(self.hour(hour)) + packer.flush()
                at = to_instant(hour * HOUR_MS)
                name = f"{PROJECT}/{PROJECT}_{at:%Y-%m-%d}_{at.hour}#0.json.gz"
                archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), packed)
                if place % HOURS_PER_TURN == 0:
                    yield sink.take()
                    await asyncio.sleep(0)
        yield sink.take()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def _text(at_ms: int) -> str:
    """`2026-10-01 10:00:00.123000`, UTC, without a zone, as the export writes instants."""
    seconds, ms = divmod(at_ms, 1000)
    day, rest = divmod(seconds, 86_400)
    if (known := _DAYS.get(day)) is None:
        known = _DAYS[day] = datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d")
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{known} {hour:02d}:{minute:02d}:{second:02d}.{ms:03d}000"


_DAYS: dict[int, str] = {}
