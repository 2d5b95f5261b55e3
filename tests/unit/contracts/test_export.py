"""The export is deterministic, says what is stale, and names what would break a consumer."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from trueup_contracts import export
from trueup_contracts.compatibility import breaks
from trueup_contracts.topics import TOPICS
from trueup_contracts.usage import UsageObservedV1

USAGE = next(topic for topic in TOPICS if topic.event is UsageObservedV1)
PATH = Path("docs/events") / "trueup.usage.observed.v1.json"


def test_written_files_are_fresh_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    assert export.main([], tmp_path) == 0
    first = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert export.main([], tmp_path) == 0
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == first
    assert export.faults(tmp_path) == []


def test_a_missing_and_a_changed_file_are_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--check"], tmp_path) == 1
    export.main([], tmp_path)
    (tmp_path / "deploy/kafka/topics.yaml").write_text("topics: []\n")
    capsys.readouterr()
    assert export.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out.strip() == "deploy/kafka/topics.yaml is stale; run `make schemas`"


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    export.main(["--check"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_change_that_breaks_a_consumer_is_named(tmp_path: Path) -> None:
    export.main([], tmp_path)
    committed = json.loads((tmp_path / PATH).read_text())
    committed["properties"]["region"] = {"type": "string"}
    committed["properties"]["unit"] = {"type": "integer"}
    (tmp_path / PATH).write_text(json.dumps(committed))
    assert export.faults(tmp_path) == [
        f"{PATH} is stale; run `make schemas`",
        f"{PATH}: region was removed",
        f"{PATH}: unit changed its type",
    ]


def changed(change: Any) -> dict[str, Any]:
    schema = copy.deepcopy(export.schema(USAGE))
    change(schema)
    return schema


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s["properties"].pop("grain"), ["grain was removed"]),
        (lambda s: s["properties"]["metric"].update(type="integer"), ["metric changed its type"]),
        (
            lambda s: (s["properties"].update(zone={"type": "string"}), s["required"].append("zone")),
            ["zone became required"],
        ),
        (lambda s: s["properties"].update(zone={"type": "string", "default": ""}), []),
        (lambda s: s["properties"]["metric"].update(description="other words"), []),
    ],
)
def test_only_optional_additions_are_compatible(change: Any, said: list[str]) -> None:
    assert breaks(export.schema(USAGE), changed(change)) == said


def test_raw_topics_have_no_schema() -> None:
    raw = next(topic for topic in TOPICS if topic.event is None)
    with pytest.raises(ValueError, match="raw bytes"):
        export.schema(raw)
