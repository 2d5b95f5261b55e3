"""`trueup normalise` on every recorded shape: the events that would be published, and every fault named with its path.

Each row's events stand in a file of their own beside the bodies, so that a change of meaning is seen in a review.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trueup_contracts.topics import TOPICS
from trueup_operator.__main__ import build

HERE = Path(__file__).parent
METRIC = ("--metric", "api_calls:api_calls_metered:quantity:calls")
GOOD = [
    ("stripe", "invoice-paid", ["invoice-paid", "invoice-payment-paid", "payment-intent"]),
    ("stripe", "refunded", ["refunds", "invoice-paid", "invoice-payment-paid", "payment-intent"]),
    ("stripe", "before-basil", ["before-basil"]),
    ("stripe", "thin", ["thin"]),
    ("quickbooks", "query", ["query"]),
    ("quickbooks", "changes", ["changes"]),
    ("quickbooks", "deleted", ["query", "deleted"]),
    ("quickbooks", "nothing", ["nothing"]),
    ("quickbooks", "webhooks", ["webhook", "webhook-older"]),
    ("amplitude", "segmentation", ["segmentation"]),
    ("amplitude", "segmentation", ["segmentation-plain-labels"]),
    ("amplitude", "segmentation-pruned", ["segmentation-pruned"]),
]
BROKEN = [
    ("stripe", "amount-as-text", "error: amount-as-text.synthetic.json: data.object.total is '5200.00', not an integer"),
    ("stripe", "no-due-instant", "error: no-due-instant.synthetic.json: data.object.status_transitions.finalized_at is 'soon', no instant"),
    ("stripe", "list-cut", "error: list-cut.synthetic.json: data: no list"),
    ("stripe", "list-of-ids", "error: list-of-ids.synthetic.json: data[0]: not an object"),
    ("stripe", "invoice-without-id", "error: invoice-without-id.synthetic.json: data[0].id: missing"),
    ("quickbooks", "line-without-amount", "error: line-without-amount.synthetic.json: QueryResponse.Invoice[1].Line[1].GroupLineDetail.Line[0].Amount: missing"),
    ("quickbooks", "token-expired", "error: token-expired.synthetic.json: Fault: QuickBooks refused (code 3200): message=AuthenticationFailed"),
    ("quickbooks", "changes-refused", "error: changes-refused.synthetic.json: Fault: QuickBooks refused (code 10000): An application error"),
    ("quickbooks", "changes-of-nothing", "error: changes-of-nothing.synthetic.json: CDCResponse: missing or empty"),
    ("amplitude", "value-as-words", "error: value-as-words.synthetic.json: data.series[1][2]: 'many' is no exact number"),
    ("amplitude", "refused", "error: refused.synthetic.json: error: Amplitude refused (HTTP 400): Invalid chart definition"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def beside_the_bodies(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Messages name the files as they were given."""
    for name in ("INGEST_AMPLITUDE_METRICS", "INGEST_QUICKBOOKS_LINK_FIELDS", "STRIPE_WEBHOOKS_INVOICE_METADATA_KEYS"):
        monkeypatch.delenv(name, raising=False)


def normalise(source: str, *files: str, options: tuple[str, ...] | None = None) -> tuple[int, str, str]:
    given = (METRIC if source == "amplitude" else ()) if options is None else options
    done = CliRunner().invoke(build(), ["normalise", source, *given, *files])
    return done.exit_code, done.stdout, done.stderr


def known(source: str, name: str) -> str:
    return (HERE / source / name).read_text()


@pytest.mark.parametrize(("source", "expected", "bodies"), GOOD)
def test_a_shape_makes_these_events(
    monkeypatch: pytest.MonkeyPatch, source: str, expected: str, bodies: list[str]
) -> None:
    monkeypatch.chdir(HERE / source)
    code, out, err = normalise(source, *(f"{body}.synthetic.json" for body in bodies))
    assert out == known(source, f"{expected}.events.jsonl")
    assert code == 0
    assert all(line.startswith("note: ") for line in err.splitlines())


@pytest.mark.parametrize(("source", "body", "said"), BROKEN)
def test_a_broken_body_is_named_with_the_path_inside_it(
    monkeypatch: pytest.MonkeyPatch, source: str, body: str, said: str
) -> None:
    monkeypatch.chdir(HERE / source)
    code, _, err = normalise(source, f"{body}.synthetic.json")
    assert code == 1
    assert said in err


def test_one_broken_object_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "quickbooks")
    code, out, _ = normalise("quickbooks", "line-without-amount.synthetic.json")
    assert [json.loads(line)["key"] for line in out.splitlines()] == ["quickbooks:invoice:144"]
    assert code == 1


@pytest.mark.parametrize("source", ["stripe", "quickbooks", "amplitude"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1,\n "b": }', "body.json: line 2, column 7: not JSON"),
        (b"\xff\xfe", "body.json: not JSON in UTF-8"),
        (b'{"a": NaN}', "body.json: not JSON in UTF-8: NaN is no number"),
        (b"<html>502</html>", "body.json: line 1, column 1: not JSON"),
        (b"7", "body.json: "),
        (b'{"object": "spaceship"}', "body.json: "),
    ],
)
def test_what_is_no_body_at_all_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str, content: bytes, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("body.json").write_bytes(content)
    code, out, err = normalise(source, "body.json")
    assert (code, out) == (1, "")
    assert said in err
    code, _, err = normalise(source, "absent.json")
    assert (code, err) == (1, "error: absent.json: No such file or directory\n")


def archive(folder: Path, body: str) -> str:
    """An export as Amplitude packs it: a zip of gzipped lines."""
    with zipfile.ZipFile(folder / f"{body}.zip", "w") as packed:
        packed.writestr(
            "42/42_2026-10-02_2#0.json.gz", gzip.compress(known("amplitude", f"{body}.synthetic.jsonl").encode())
        )
    return f"{body}.zip"


def test_an_export_is_added_up_each_event_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = normalise("amplitude", archive(tmp_path, "export"))
    assert out == known("amplitude", "export.events.jsonl")
    assert code == 0
    assert "1 events came twice and count once" in err


def test_a_broken_event_of_an_export_is_named_with_its_line_and_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = normalise("amplitude", archive(tmp_path, "export-broken"))
    place = "error: export-broken.zip: 42/42_2026-10-02_2#0.json.gz line"
    assert err.splitlines()[:4] == [
        f"{place} 3: event_properties.quantity: 'lots' is no exact number",
        f"{place} 4: event_time: 'yesterday' is no instant",
        "note: export-broken.zip: 1 events name no account and count for nobody",
        "note: export-broken.zip: the service asks Amplitude for the days that these events may lie on",
    ]
    assert (code, len(out.splitlines())) == (1, 1)


def test_an_answer_with_as_many_groups_as_there_can_be_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    labels = [[0, f"a{number}"] for number in range(1000)]
    chart = {"series": [[1]] * 1000, "seriesLabels": labels, "xValues": ["2026-10-01"]}
    for body, rows in (({"data": chart}, 1000), ({"data": json.loads(SMALL), "hitChunkGroupByLimit": True}, 1)):
        Path("cut.json").write_text(json.dumps(body))
        code, out, err = normalise("amplitude", "cut.json")
        assert (code, out) == (0, "")
        assert err.startswith(f"note: cut.json: {rows} groups: the answer is cut")


SMALL = '{"series": [[1]], "seriesLabels": [[0, "a"]], "xValues": ["2026-10-01"]}'


def test_days_are_those_of_the_projects_zone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INGEST_AMPLITUDE_PROJECT_TIME_ZONE", "Asia/Tokyo")
    _, out, _ = normalise("amplitude", archive(tmp_path, "export"))
    found = {json.loads(line)["value"]["bucket"]: json.loads(line)["value"]["quantity"] for line in out.splitlines()}
    assert found == {"2026-09-28": "1.25", "2026-10-01": "100", "2026-10-02": "20"}


def test_a_zone_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "amplitude")
    monkeypatch.setenv("INGEST_AMPLITUDE_PROJECT_TIME_ZONE", "Middle/Earth")
    code, out, err = normalise("amplitude", "segmentation.synthetic.json")
    assert (code, out) == (1, "")
    assert err == "error: INGEST_AMPLITUDE_PROJECT_TIME_ZONE: write an IANA zone such as UTC or America/Los_Angeles\n"


def test_settings_of_the_service_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE / "quickbooks")
    monkeypatch.setenv("INGEST_QUICKBOOKS_LINK_FIELDS", '{"client_id": "CompanyName"}')
    _, out, _ = normalise("quickbooks", "changes.synthetic.json")
    assert json.loads(out.splitlines()[0])["value"]["link_keys"] == {"client_id": "Northwind Ltd"}
    monkeypatch.setenv("INGEST_QUICKBOOKS_LINK_FIELDS", "[")
    code, _, err = normalise("quickbooks", "changes.synthetic.json")
    assert code == 1
    assert err.startswith("error: INGEST_QUICKBOOKS_LINK_FIELDS: ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "error: INGEST_AMPLITUDE_METRICS: set it, or give it as an option"),
        (("--metric", "api_calls"), "error: --metric: 'api_calls' is not NAME:EVENT_TYPE:PROPERTY:UNIT"),
        ((*METRIC, "--metric", "a:b:c:d"), "a segmentation answer does not say its metric: give one --metric, not 2"),
    ],
)
def test_a_metric_must_be_named(monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str) -> None:
    monkeypatch.chdir(HERE / "amplitude")
    code, out, err = normalise("amplitude", "segmentation.synthetic.json", options=options)
    assert (code, out) == (1, "")
    assert said in err


def test_with_version_and_instant_each_line_is_an_event_of_the_contract() -> None:
    kinds = {topic.name: topic.event for topic in TOPICS if topic.event}
    lines = [json.loads(line) for file in HERE.rglob("*.events.jsonl") for line in file.read_text().splitlines()]
    assert len(lines) > 10
    for line in lines:
        event = kinds[line["topic"]].model_validate(
            line["value"] | {"version": 1, "observed_at": "2026-10-01T00:00:00Z"}
        )
        assert event.key() == line["key"]


def test_every_body_says_that_it_is_synthetic_and_is_used() -> None:
    source = Path(__file__).read_text()
    bodies = [file for file in HERE.rglob("*.json*") if not file.name.endswith(".events.jsonl")]
    assert len(bodies) >= 20
    for file in bodies:
        assert ".synthetic." in file.name
        assert f'"{file.name.partition(".")[0]}' in source, f"no test reads {file.name}"
