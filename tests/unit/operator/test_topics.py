"""The topics declaration is read strictly, and the committed one matches the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup_contracts.topics import PARTITIONS, TOPICS, dlq
from trueup_operator import topics
from trueup_operator.errors import OperatorError

DECLARATION = Path(__file__).parents[3] / "deploy" / "kafka" / "topics.yaml"


def test_the_committed_declaration_names_every_topic_and_its_dead_letters() -> None:
    declared = {topic.name: topic for topic in topics.read(DECLARATION)}
    for topic in TOPICS:
        assert declared[topic.name].partitions == PARTITIONS
        assert dlq(topic.name) in declared
        policy = declared[topic.name].config["cleanup.policy"]
        assert policy == ("compact" if topic.compacted else "delete")


@pytest.mark.parametrize(
    "text", ["", "topics: 3", "topics: [{name: x}]", "topics: [{name: x, partitions: many}]", ": ["]
)
def test_a_broken_declaration_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(text)
    with pytest.raises(OperatorError, match=r"topics\.yaml"):
        topics.read(path)
