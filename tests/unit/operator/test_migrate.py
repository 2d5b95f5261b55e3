"""Order of the histories."""

from __future__ import annotations

from trueup_operator.commands.migrate import ordered


def test_the_read_model_comes_first_and_its_reader_last() -> None:
    assert ordered(["dashboard", "stripe_webhooks", "read_model", "reconciler"]) == [
        "read_model",
        "reconciler",
        "stripe_webhooks",
        "dashboard",
    ]


def test_a_part_of_them_keeps_the_order() -> None:
    assert ordered(["dashboard", "reconciler"]) == ["reconciler", "dashboard"]
