"""Completeness never overtakes the facts: a report counts once the fences have passed all that it covers,
and its watermark is shown once every account that was dirty by then has been decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.domain.partials import PARTIAL_REASONS
from reconciler.domain.periods import day_in
from reconciler.domain.policy import Policy
from reconciler.ports import wire
from reconciler.ports.scopes import Dirt, ScopeRecord, ScopeStore, ScopeTurn, SourceLine
from trueup_billing import Source
from trueup_contracts.syncs import PROVIDER_ERRORS


async def count_reports(store: ScopeStore) -> bool:
    """Take one turn; False when another process has it."""
    async with store.turn() as turn:
        if turn is None:
            return False
        records = dict(await turn.records())
        changed, dirt = _count(await turn.waiting(), await turn.fences(), records)
        if changed:
            await turn.save([records[key] for key in sorted(changed)], dirt)
        shown = await _show_first(turn, records) | await _open_gates(turn, records)
        await _close_gates(turn, records)
        if changed or shown or not records:
            wide = await turn.wide_dead_letters()
            await turn.banner([banner_line(source, records.values(), source in wide) for source in Source])
        return True


def _count(
    waiting: Iterable[wire.Sync], fences: Mapping[str, Mapping[int, int]], records: dict[str, ScopeRecord]
) -> tuple[set[str], Dirt]:
    formerly = dict(records)
    changed: set[str] = set()
    for report in waiting:
        key = f"{report.source}|{report.scope}"
        former = records.get(key)
        if not has_arrived(report, fences) or (former and former.latest.version >= report.version):
            continue
        records[key] = absorb(former, report)
        changed.add(key)
    # From before all of them to after: many wait after a reconciler was away itself, each a small step.
    dirt = [touched(formerly.get(key), records[key]) for key in changed]
    refs = frozenset(ref for one in dirt for ref in one.refs)
    return changed, Dirt(refs, frozenset(source for one in dirt for source in one.sources))


def has_arrived(report: wire.Sync, fences: Mapping[str, Mapping[int, int]]) -> bool:
    """Whether everything that the pull published is stored."""
    return all(
        fences.get(topic, {}).get(int(partition), 0) > last
        for topic, partitions in report.offsets.items()
        for partition, last in partitions.items()
    )


def absorb(former: ScopeRecord | None, report: wire.Sync) -> ScopeRecord:
    """The scope after one more report; a failed pull leaves the former state standing, a retired scope has none."""
    if report.retired:
        return ScopeRecord(f"{report.source}|{report.scope}", report)
    record = replace(former, latest=report) if former else ScopeRecord(f"{report.source}|{report.scope}", report)
    if report.complete:
        return replace(record, complete=report, holes=report)
    return replace(record, holes=report) if report.reason in PARTIAL_REASONS else record


def touched(former: ScopeRecord | None, record: ScopeRecord) -> Dirt:
    """Whom the change concerns. A mere step of the watermark concerns nobody; a day that closes does, and a source that
    is back: accounts have been decided meanwhile to be without it."""
    before, after = former.complete if former else None, record.complete
    holes_before, holes_after = former.holes if former else None, record.holes
    told = _reason(holes_before) != _reason(holes_after)
    if told or _extent(before) != _extent(after) or _was_away(before, after):
        asked = [report.refs for report in (before, after, holes_after) if report is not None]
        if asked and all(refs is not None for refs in asked):
            return Dirt(refs=frozenset(ref for refs in asked for ref in refs or ()))
        return Dirt(sources=frozenset({record.latest.source}))
    # Another gap of the same customer counts too: an acceptance holds for the gap that it names only.
    return Dirt(refs=frozenset(gap.ref for gap in _gaps(holes_before) ^ _gaps(holes_after)))


def _was_away(before: wire.Sync | None, after: wire.Sync | None) -> bool:
    """Whether somebody may have found the former watermark too old to judge upon. Reports count a little late, so a step
    that is not quite so long is one too."""
    if before is None or after is None or before.as_of is None or after.as_of is None:
        return False
    return after.as_of - before.as_of > Policy().expires_after / 2


def _extent(report: wire.Sync | None) -> object:
    """What a complete report covers, without the time of day: days close by date, in the source's zone."""
    if report is None:
        return None
    days = [(part.from_day, part.to_day, day_in(part.time_zone, part.as_of)) for part in report.coverage]
    return days, None if report.refs is None else sorted(report.refs)


def _reason(report: wire.Sync | None) -> str | None:
    return None if report is None or report.complete else report.reason


def _gaps(report: wire.Sync | None) -> frozenset[wire.Gap]:
    return frozenset(report.gaps) if report else frozenset()


async def _show_first(turn: ScopeTurn, records: dict[str, ScopeRecord]) -> bool:
    """Show a scope's first watermark at once: whoever names the scope was decided with it, and would else name no instant."""
    first = [
        replace(record, gate=record.complete)
        for record in records.values()
        if record.shown_version == 0 and record.complete is not None
    ]
    return await _show(turn, records, first)


async def _open_gates(turn: ScopeTurn, records: dict[str, ScopeRecord]) -> bool:
    """Show the watermarks whose accounts are all decided."""
    gated = [record for record in records.values() if record.gate is not None]
    if not gated:
        return False
    oldest = await turn.oldest_dirt()
    ready = [record for record in gated if oldest is None or (record.gate_seq is not None and record.gate_seq < oldest)]
    return await _show(turn, records, ready)


async def _show(turn: ScopeTurn, records: dict[str, ScopeRecord], ready: Iterable[ScopeRecord]) -> bool:
    """Show the watermarks behind these gates; whether there were any."""
    ready = list(ready)
    if not ready:
        return False
    await turn.show(ready)
    for record in ready:
        shown = record.gate.version if record.gate else record.shown_version
        records[record.key] = replace(record, shown_version=shown, gate=None, gate_seq=None)
    await turn.save([records[record.key] for record in ready], Dirt())
    return True


async def _close_gates(turn: ScopeTurn, records: dict[str, ScopeRecord]) -> None:
    """Let newly counted watermarks, and what is retired, wait for the dirt of this moment."""
    new = {
        record.key: replace(record, gate=counted)
        for record in records.values()
        if record.gate is None
        and (counted := record.latest if record.latest.retired else record.complete) is not None
        and counted.version > record.shown_version
    }
    if new:
        seq = await turn.next_seq()
        records |= {key: replace(record, gate_seq=seq) for key, record in new.items()}
        await turn.save([records[key] for key in new], Dirt())


def _fails(report: wire.Sync) -> bool:
    """No answer, or one that came through while too many of the source's calls fail."""
    return report.reason == PROVIDER_ERRORS or not (report.complete or report.reason in PARTIAL_REASONS)


def banner_line(source: str, records: Iterable[ScopeRecord], wide_dead_letter: bool) -> SourceLine:
    """One line about a source: never complete, failing, partial or ok."""
    read = [record for record in records if record.latest.source == source and not record.latest.retired]
    mine = sorted(read, key=lambda record: record.key)
    failing = next((r.latest for r in mine if _fails(r.latest)), None)
    holed = next((r.holes for r in mine if _reason(r.holes)), None)
    ages = [r.complete.as_of for r in mine if r.complete is not None and r.complete.as_of is not None]
    incomplete = sum(1 for record in mine if record.complete is None)
    if not mine or incomplete:
        state = "never"
    elif failing:
        state = "failing"
    else:
        state = "partial" if holed or wide_dead_letter else "ok"
    said = failing or holed
    return SourceLine(
        source=source,
        state=state,
        as_of=min(ages, default=None),
        reason=said.reason if said else ("unreadable_records" if wide_dead_letter else None),
        error=said.error if said else None,
        scopes=len(mine),
        incomplete_scopes=incomplete,
        gaps=len({gap.ref for record in mine for gap in _gaps(record.holes)}),
    )
