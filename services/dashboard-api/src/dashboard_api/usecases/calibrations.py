"""Take the company's own counts, from a file or its database, and clear what drifted too far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from dashboard_api.domain.access import Principal
from dashboard_api.domain.calibration import Count, Wanted, days_problem, read_counts
from dashboard_api.domain.errors import Conflict, InvalidRequest, NotFound
from dashboard_api.domain.imports import ImportOutcome, RowError, compare
from dashboard_api.ports.calibrations import CalibrationChange, Calibrations, ReferenceDatabase, Taken
from dashboard_api.ports.reads import Json
from trueup_contracts.calibrations import MetricCalibratedV1


class Calibrate:
    """Counts are kept, written down and announced in one transaction; the reconciler judges them."""

    def __init__(
        self,
        calibrations: Calibrations,
        reference: ReferenceDatabase | None,
        *,
        limit_percent: int,
        interval_days: int,
        now: Callable[[], datetime],
    ) -> None:
        self._calibrations = calibrations
        self._reference = reference
        self._limit_percent = limit_percent
        self._interval_days = interval_days
        self._now = now

    @property
    def has_database(self) -> bool:
        """Whether a reference database is set up."""
        return self._reference is not None

    @property
    def interval_days(self) -> int:
        """A metric is due again so many days after its last count."""
        return self._interval_days

    async def overview(self, principal: Principal) -> Json:
        """Each metric with its last count, its verdict and when it is due."""
        return await self._calibrations.overview(principal, interval_days=self._interval_days, today=self._now().date())

    async def from_csv(self, principal: Principal, text: str, *, dry_run: bool) -> ImportOutcome:
        """Read a file and, unless it is a dry run or something is wrong with it, take its counts."""
        async with self._calibrations.change() as change:
            rows, wanted, errors = read_counts(text, await change.metrics(), self._now().date())
            return await self._take(change, principal, "csv", rows, wanted, errors, dry_run=dry_run)

    async def from_database(self, principal: Principal, first: date, last: date, *, dry_run: bool) -> ImportOutcome:
        """Ask the company's database for the counts of some days, and take them.

        Raises:
            InvalidRequest: none is set up, the days make no sense, or the query did not answer as it should.
        """
        if self._reference is None:
            raise InvalidRequest(
                "No reference database is set up; upload a CSV file instead.", code="no_reference_database"
            )
        if problem := days_problem(first, last, self._now().date()):
            raise InvalidRequest(problem, code="invalid_range")
        counted = await self._reference.counts(first, last)
        async with self._calibrations.change() as change:
            metrics = set(await change.metrics())
            known = [Count(metric, first, last, count) for metric, count in counted if metric in metrics]
            errors = [
                RowError(0, "metric", "unknown_metric", f"No usage of {metric} is metered.")
                for metric, _ in counted
                if metric not in metrics
            ]
            wanted: Wanted = {count.key: (line, count) for line, count in enumerate(known, start=1)}
            return await self._take(change, principal, "sql", len(counted), wanted, errors, dry_run=dry_run)

    async def clear(self, principal: Principal, metric: str, reason: str) -> None:
        """Let a metric be projected again.

        Raises:
            NotFound: it was never counted.
            Conflict: its projection is not off.
        """
        async with self._calibrations.change() as change:
            if not await change.was_counted(metric):
                raise NotFound("This metric was never counted.", code="metric_not_found")
            cleared = await change.clear(principal, metric, reason, self._now())
            if not cleared:
                raise Conflict("Nothing is to be cleared: this metric is projected.", code="nothing_to_clear")
            await change.publish([await self._event(change, metric)])
            await change.audit(
                principal, "calibration.cleared", {"metric": metric, "reason": reason, "counts": cleared}
            )

    async def _take(
        self,
        change: CalibrationChange,
        principal: Principal,
        origin: str,
        rows: int,
        wanted: Wanted,
        errors: list[RowError],
        *,
        dry_run: bool,
    ) -> ImportOutcome:
        changes, _ = compare({}, wanted) if not errors else ([], 0)
        applied = not dry_run and not errors
        if applied and wanted:
            counts = [count for _, count in wanted.values()]
            await change.add(principal, counts, Taken(origin, self._now(), self._limit_percent))
            for metric in sorted({count.metric for count in counts}):
                await change.publish([await self._event(change, metric)])
            detail = {"origin": origin, "counts": [{"metric": one.metric, **one.shown()} for one in counts]}
            await change.audit(principal, "calibration.counted", detail)
        return ImportOutcome(dry_run, applied, rows, 0, changes, errors)

    async def _event(self, change: CalibrationChange, metric: str) -> MetricCalibratedV1:
        version = await change.version()
        return MetricCalibratedV1(
            version=version, metric=metric, checks=list(await change.standing(metric)), changed_at=self._now()
        )
