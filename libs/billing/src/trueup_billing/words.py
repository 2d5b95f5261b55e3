"""The words in which a judgement is told, each list in its one place; when a word applies is the reconciler's business."""

from __future__ import annotations

from typing import Literal

Band = Literal[
    "matched",
    "auto_resolved",
    "within_tolerance",
    "needs_review",
    "over_billed",
    "under_billed",
    "missing_invoice",
    "billed_without_usage",
    "no_activity",
    "not_due",
    "cannot_judge",
]
"""Of a period, or of an account as a whole."""
Cause = Literal[
    "missing_invoice",
    "duplicate_invoice",
    "unmapped",
    "plan_change",
    "proration",
    "minimum",
    "discount",
    "late_usage",
    "credit",
    "rounding",
    "unexplained",
]
"""Of a part of a variance."""
InvoiceStatus = Literal[
    "paid",
    "partly_paid",
    "pending",
    "overdue",
    "failed",
    "in_dispute",
    "refunded",
    "uncollectible",
    "void",
    "draft",
]
"""Derived from ledger and gateway together; neither says it so."""
