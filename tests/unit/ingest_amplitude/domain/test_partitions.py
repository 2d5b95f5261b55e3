"""Accounts keep their partition; no partition outgrows what one answer can hold."""

from hypothesis import given
from hypothesis import strategies as st

from ingest_amplitude.domain.partitions import assign, halve, members


class TestAssign:
    def test_the_first_accounts_are_spread_evenly(self) -> None:
        placed = assign({}, [f"a{n:04}" for n in range(1200)], 900)
        assert {number: len(accounts) for number, accounts in members(placed).items()} == {0: 600, 1: 600}

    def test_later_ones_fill_the_emptiest_then_open_another(self) -> None:
        known = {"a": 0, "b": 0, "c": 1}
        assert assign(known, ["d", "e"], 2) == {"d": 1, "e": 2}

    def test_the_known_stay(self) -> None:
        assert assign({"a": 0}, ["a"], 2) == {}

    def test_nothing_from_nothing(self) -> None:
        assert assign({}, [], 900) == {}
        assert members({}) == {0: []}

    @given(st.lists(st.lists(st.integers(0, 200), max_size=40), max_size=8), st.integers(1, 30))
    def test_no_partition_outgrows_its_capacity(self, batches: list[list[int]], capacity: int) -> None:
        partitions: dict[str, int] = {}
        for batch in batches:
            moved = assign(partitions, [str(n) for n in batch], capacity)
            assert not set(moved) & set(partitions)
            partitions |= moved
        assert all(len(accounts) <= capacity for accounts in members(partitions).values())
        assert set(partitions) == {str(n) for batch in batches for n in batch}


class TestHalve:
    def test_moves_every_other_account_to_a_new_partition(self) -> None:
        known = {"a": 0, "b": 0, "c": 0, "d": 1}
        assert halve(known, 0) == {"b": 2}

    def test_one_account_cannot_be_halved(self) -> None:
        assert halve({"a": 0}, 0) == {}
