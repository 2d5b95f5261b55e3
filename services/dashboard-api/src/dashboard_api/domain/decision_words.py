"""Every sentence about decisions that cannot be made."""

from __future__ import annotations

from dashboard_api.domain.decisions import Kind, Reason

_REASONS: dict[Reason, str] = {
    Reason.READ_ONLY_MODE: "Trueup is in read-only mode; nothing can be decided.",
    Reason.APPLYING: "Another decision about this is just being applied. Look again in a moment.",
    Reason.GONE: "That is no longer there in this account.",
    Reason.NOT_DUE: "The period still runs, or its invoice is not due yet; there is nothing to decide.",
    Reason.CANNOT_JUDGE: "It cannot be judged: a source is not known completely. Cure that first.",
    Reason.SOURCE_STALE: "A source is too old for anything new to be decided upon it. Refresh, then try again.",
    Reason.NOTHING_OPEN: "There is no open discrepancy in this period.",
    Reason.ALREADY: "That is decided already.",
    Reason.NOT_PARTIAL: "Nothing of this source is missing in this account.",
    Reason.NOTHING_TO_UNDO: "There is nothing to undo: it was undone already, or never decided.",
}
_SIGNED_OFF = "It is resolved or signed off already."


def reason_text(reason: Reason, kind: Kind) -> str:
    """Why not, for the screen."""
    if reason is Reason.ALREADY and kind in {Kind.RESOLVE, Kind.SNOOZE}:
        return _SIGNED_OFF
    return _REASONS[reason]
