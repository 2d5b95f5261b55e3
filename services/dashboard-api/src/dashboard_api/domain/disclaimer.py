"""The one sentence that stands on every view and in every file."""

DISCLAIMER = "Informational only, not an invoice or revenue recognition record (ASC 606)"
