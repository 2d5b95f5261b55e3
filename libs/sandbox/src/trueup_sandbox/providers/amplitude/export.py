"""The raw export: a zip of gzipped JSON lines, an hour of uploads each, streamed as it is made."""

from __future__ import annotations

import asyncio
import io
import zipfile
import zlib
from collections.abc import AsyncIterator, Mapping

from trueup_sandbox.clock import DAY_MS, HOUR_MS, day_start_ms, to_instant, utc_day
from trueup_sandbox.providers.amplitude.segmentation import OTHER
from trueup_sandbox.world.accounts import Series
from trueup_sandbox.world.usage import MILLISECOND, PORTION_S, Extra, UsageBook
from trueup_sandbox.world.world import World

PROJECT = "187520"
FIRST_AMPLITUDE_ID = 7_000_000
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
        self._planned: dict[tuple[int, int], str] = {}
        self._raw = [one.metric.raw_per_unit for one in self._usage.series]

    def _copies(self, series: int) -> int:
        """Lines for each report: one that counts, and one beside it where a metric has properties that decide."""
        return 2 if self._usage.series[series].metric.only else 1

    def _template(self, series: int) -> str:
        """A line of the series; still to be filled in: quantity, happened (twice), uploaded (twice), uuid, insert id."""
        one = self._usage.series[series]
        account = self._world.accounts[one.account].amplitude_id
        return self._line(one, account, one.metric.only, "") + (
            self._line(one, account, dict.fromkeys(one.metric.only, OTHER), "-beside") if one.metric.only else ""
        )

    def _line(self, one: Series, account: str, more: Mapping[str, str], mark: str) -> str:
        given = "".join(f',"{name}":"{value}"' for name, value in more.items())
        return (
            f'{{"app":{PROJECT},"event_type":"{one.metric.event_type}","user_id":"meter-{account}",'
            f'"amplitude_id":{FIRST_AMPLITUDE_ID + one.account},"groups":{{}},"group_properties":{{}},"user_properties":{{}},'
            f'"event_properties":{{"account_id":"{account}","{one.metric.property}":%s{given}}},"event_time":"%s",'
            f'"client_event_time":"%s","server_received_time":"%s","server_upload_time":"%s","uuid":"%s{mark}","$insert_id":"%s{mark}"}}\n'
        )

    def _planned_template(self, series: int, slot: int) -> str:
        """As above with the times of day filled in; still to be filled in: quantity, day (four times), day number (twice)."""
        if (series, slot) not in self._planned:
            uploaded_ms = (self._usage.series[series].second_of_day + PORTION_S * slot) * 1000 + MILLISECOND
            happened, uploaded = (f"%s {_time(at_ms)}" for at_ms in (uploaded_ms - PROCESSING_MS, uploaded_ms))
            mark = f"{series:08x}-%s-4{slot:03x}-8000-{series:012x}"
            told = ("%d", happened, happened, uploaded, uploaded, mark, mark)
            self._planned[series, slot] = self._template(series) % (told * self._copies(series))
        return self._planned[series, slot]

    def _extra_line(self, extra: Extra, number: int) -> str:
        uploaded, day = _instant(extra.at_ms), self._usage.day(extra.day)
        on_time = utc_day(extra.at_ms) == day
        happened_ms = max(extra.at_ms - PROCESSING_MS, day_start_ms(day)) if on_time else -PROCESSING_MS
        happened = f"{day} {_time(happened_ms)}"
        mark = f"{extra.series:08x}-{extra.day:04x}-5{number % 4096:03x}-8000-{extra.at_ms:012x}"
        raw = extra.quantity * self._raw[extra.series]
        told = (raw, happened, happened, uploaded, uploaded, mark, mark)
        return self._template(extra.series) % (told * self._copies(extra.series))

    def hour(self, hour: int) -> bytes:
        """An hour's file: what was uploaded in it, as far as it shows by now, and what comes again of the hour before."""
        limits = self._world.scenario.amplitude
        lines = self._lines(hour)
        if (
            self._world.clock.read()
            < (hour + 1) * HOUR_MS + (limits.export_delay_min + limits.export_late_min) * 60_000
        ):
            lines = [line for line in lines if not _drawn(line, limits.export_late_share)]
        if limits.export_repeat_share:
            lines += [line for line in self._lines(hour - 1) if _drawn(line[::-1], limits.export_repeat_share)]
        return "".join(lines).encode()

    def _lines(self, hour: int) -> list[str]:
        day, slot, planned = self._usage.planned_in(hour)
        text, code = (self._usage.day(day).isoformat(), f"{day:04x}") if planned else ("", "")
        lines = [
            self._planned_template(series, slot)
            % ((quantity * self._raw[series], text, text, text, text, code, code) * self._copies(series))
            for series, quantity in planned
        ]
        return lines + [self._extra_line(extra, number) for number, extra in enumerate(self._usage.extras_in(hour))]

    def hours(self, first: int, last: int) -> list[int]:
        """The hours between the two, both included, that are over, available and not empty."""
        delay_ms = self._world.scenario.amplitude.export_delay_min * 60_000
        newest = (self._world.clock.read() - delay_ms) // HOUR_MS - 1
        return [hour for hour in range(first, min(last, newest) + 1) if self._usage.any_in(hour)]

    def is_too_large(self, hours: list[int]) -> bool:
        """Whether these hours hold more lines than the project gives at once. Counts no further than that."""
        left = self._world.scenario.amplitude.export_lines_max
        for hour in hours:
            planned = (series for series, _ in self._usage.planned_in(hour)[2])
            left -= sum(map(self._copies, planned))
            left -= sum(self._copies(extra.series) for extra in self._usage.extras_in(hour))
            if left < 0:
                return True
        return False

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


def _drawn(line: str, share: float) -> bool:
    """Whether a line is among the share; always the same ones."""
    return share > 0 and zlib.crc32(line.encode()) % 1000 < share * 1000


def _time(at_ms: int) -> str:
    """`10:00:00.123000`, the time of day as the export writes it."""
    seconds, ms = divmod(at_ms % DAY_MS, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}000"


def _instant(at_ms: int) -> str:
    """`2026-10-01 10:00:00.123000`, UTC, without a zone."""
    return f"{utc_day(at_ms).isoformat()} {_time(at_ms)}"
