"""Ask again for past days, after the trailing ones and within what that may cost in one pull."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ingest_amplitude.domain.again import next_look
from ingest_amplitude.domain.answers import GarbledAnswer
from ingest_amplitude.domain.cost import segmentation_cost
from ingest_amplitude.domain.coverage import by_day
from ingest_amplitude.domain.unread import Days
from ingest_amplitude.domain.windows import days_between
from ingest_amplitude.ports import SourceUnavailable
from ingest_amplitude.usecases.deps import Deps
from ingest_amplitude.usecases.follow import Answer, Question, follow


@dataclass(slots=True)
class Allowance:
    """What may still be spent; the first question is always asked, so that a dear one comes to its turn."""

    left: int
    spent: bool = False

    def pays(self, cost: int) -> bool:
        """Spend the cost, if there is as much."""
        if self.spent and cost > self.left:
            return False
        self.left -= cost
        self.spent = True
        return True


async def look_again(
    deps: Deps, asked: Question, answer: Answer, history_from: date, allowance: Allowance, unread: Days | None
) -> Answer:
    """What the scope may claim after everything was asked again that is due and paid for. `unread`: see `next_look`.

    Failing to look again takes nothing from what the trailing days have shown: it is tried with the next pull. Only a cut
    answer counts at once, as its partition must be halved.
    """
    metric, rules = asked.metric, deps.plan.rules
    while True:
        standing = answer.standing
        now = deps.clock().astimezone(deps.plan.zone)
        known = by_day(standing.coverage)
        look = next_look(metric, known, standing.marks, now=now, first=history_from, unread=unread, rules=rules)
        if look is None:
            return answer
        days = days_between(look.first, look.last)
        if not allowance.pays(segmentation_cost(len(days), group_bys=metric.group_bys)):
            return answer
        try:
            found = await follow(deps, replace(asked, days=days, past=True, marks=look.marks), standing)
        except (SourceUnavailable, GarbledAnswer):
            return answer
        if found.reason == "truncated":
            return found
        if found.reason is not None or found.standing == standing:
            return answer
        answer = found
