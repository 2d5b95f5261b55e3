from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from trueup_sandbox.scenario import Scenario, load

SCENARIOS = Path(__file__).parents[3] / "deploy" / "sandbox"
NAMED = {
    "variance_0", "variance_1_9_over", "variance_1_9_under", "variance_2_0_over", "variance_2_0_under",
    "variance_4_9_over", "variance_4_9_under", "variance_5_0_over", "variance_5_0_under", "variance_5_1_over",
    "variance_5_1_under", "variance_7_over", "variance_7_under", "variance_40_over", "variance_40_under", "late_usage",
    "credit_memo", "void", "part_paid", "overdue", "declined_card", "refund", "dispute", "unlinked_amplitude",
    "unlinked_stripe", "missing_invoice", "partial_source", "ended_account", "no_service_date",
}  # fmt: skip


@pytest.mark.parametrize("name", ["default.yaml", "small.yaml"])
def test_every_situation_is_in_each_scenario(name: str) -> None:
    assert {one.name for one in load(SCENARIOS / name).planted} >= NAMED


def test_the_default_world_is_the_one_that_was_asked_for() -> None:
    scenario = load(SCENARIOS / "default.yaml")
    assert scenario.accounts == 1200
    assert scenario.history_months == 7
    assert len(scenario.metrics) == 3
    assert set(scenario.currencies) == {"USD", "EUR", "JPY"}
    assert min(scenario.managers.values()) == 50
    assert max(scenario.managers.values()) == 700


def changed(**settings: object) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load((SCENARIOS / "small.yaml").read_text())
    return content | settings


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"acounts": 3}, "acounts"),
        ({"managers": {"ana": 3}}, "managers hold 3"),
        ({"planted": [{"name": "x", "situation": "sunshine"}]}, "situation"),
        ({"live": {"events_per_minute": -1}}, "events_per_minute"),
    ],
)
def test_a_mistake_is_named(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Scenario.model_validate(changed(**wrong))
