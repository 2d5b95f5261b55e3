"""Stacks that choose their ports at the same moment choose different ones."""

from __future__ import annotations

from trueup_devstack.own_stack import claimed_plan


def test_two_that_choose_before_either_has_started_stay_apart() -> None:
    with claimed_plan() as one, claimed_plan() as other:
        assert one != other
