"""Answers to "pay this invoice" that were ordered beforehand: what a card, a customer, a network or Stripe itself may do."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from trueup_sandbox.world.paying import DECLINES
from trueup_sandbox.world.records import Decline

Played = Literal[
    "paid", "declined", "insufficient_funds", "expired_card", "authentication_required", "requires_action", "processing",
    "already_paid", "no_payment_method", "resource_missing", "lock_timeout", "rate_limit", "idempotency_key_in_use",
    "idempotency_error", "unauthorized", "forbidden", "error_before", "error_after", "timeout_before", "timeout_after",
    "late", "cut_before", "cut_after", "new_code",
]  # fmt: skip
HOLD_S = 60.0


class Step(BaseModel):
    """One answer. `…_before`: nothing is carried out; `…_after`: it is, and only the answer is lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Played
    code: str | None = None
    """Of `new_code`: an error code nobody has heard of."""
    decline_code: str | None = None
    advice_code: str | None = None
    """Of `declined`."""
    hold_s: Annotated[float, Field(ge=0, le=600)] = HOLD_S
    """Of a time-out, and of `late` (carried out only then): how long nothing comes back."""
    settles_after_s: Annotated[float, Field(ge=0)] | None = None
    """Of `processing`: when it ends by itself; absent: when it is told to."""
    settles: Literal["succeeded", "failed"] = "succeeded"


class Script:
    """What the next calls get: first what was ordered for the invoice, then what was ordered for anybody."""

    def __init__(self) -> None:
        self._steps: defaultdict[str | None, deque[Step]] = defaultdict(deque)

    def order(self, invoice: str | None, steps: list[Step]) -> None:
        """Add answers; no steps: forget what was ordered."""
        if steps:
            self._steps[invoice].extend(steps)
        else:
            self._steps[invoice].clear()

    def next(self, invoice: str) -> Step | None:
        """The next answer; None: what the customer's card does."""
        for place in (invoice, None):
            if self._steps[place]:
                return self._steps[place].popleft()
        return None

    def waiting(self) -> dict[str, int]:
        """How many answers wait, by invoice; `*`: for anybody."""
        return {name or "*": len(steps) for name, steps in self._steps.items() if steps}


def decline_of(step: Step) -> Decline | None:
    """The refusal that a step plays; None: it plays none."""
    match step.answer:
        case "insufficient_funds" | "expired_card" | "authentication_required":
            known = DECLINES[step.answer]
            code = "authentication_required" if step.answer == "authentication_required" else known.code
            return Decline(code, known.decline_code, known.advice_code, known.message)
        case "requires_action":
            return DECLINES["authentication_required"]
        case "declined":
            decline, advice = step.decline_code or "generic_decline", step.advice_code or "try_again_later"
            return Decline("card_declined", decline, advice, "Your card was declined.")
        case _:
            return None
