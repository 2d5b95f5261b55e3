"""Figures of the links workbench."""

from __future__ import annotations

from dashboard_api.domain.figures.figure import Figure

_SHOWN = ("links page",)

LINKS = (
    Figure(
        id="link_suggestion_score",
        name="Score of a suggested link",
        fields=("Suggestion.score",),
        definition="How much speaks for a customer belonging to an account. A suggestion links nothing: a person decides.",
        shown=_SHOWN,
        formula="the sum of the reasons' points, held between 0 and 100; fewer than 30 are not shown",
        source="names, ids, e-mail domains and currencies of the three sources; rate cards entered in Trueup",
        unit="points",
        rounding="none",
    ),
    Figure(
        id="link_suggestion_points",
        name="Points of a reason",
        fields=("SuggestionReason.points",),
        definition="What one reason adds to the score of a suggested link.",
        shown=_SHOWN,
        formula="equal id 60; name 60 × similarity (Dice's coefficient of runs of three signs, legal forms, accents and "
        "case removed), nothing below 0.6; e-mail domain 30 ÷ accounts that have it, nothing for free mail or from 4 on; "
        "usage of a metric that the account's rate card bills and it lacks 20; no customer of this source yet 10, one "
        "already −20; same currency 5, another −20",
        source="names, ids, e-mail domains and currencies of the three sources; rate cards entered in Trueup",
        unit="points",
        rounding="down to whole points",
    ),
)
