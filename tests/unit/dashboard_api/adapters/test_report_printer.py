"""Reports as PDF: the same bytes for the same figures, accessible, names as text; and workers that hang or die."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from tests.unit.dashboard_api.report_samples import account, invoice, unjudged

from dashboard_api.adapters.report_printer import ReportFailed, WorkerReportPrinter
from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.domain.errors import Unavailable
from dashboard_api.domain.exports.report import report

EXPORT_ID = "0d9c1a52-54b2-4f58-9b0e-2f7f9a9b3c11"


def made(invoices: int = 3, of: dict[str, Any] | None = None) -> dict[str, Any]:
    return report(of or account(), [invoice(each) for each in range(invoices)], invoices, export_id=EXPORT_ID)


@pytest.fixture
async def printer() -> AsyncIterator[WorkerReportPrinter]:
    made_printer = WorkerReportPrinter(workers=1, timeout_s=30)
    yield made_printer
    await made_printer.close()


def text_of(content: bytes) -> str:
    """All pages on one line; places to break a word are no text."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return " ".join(" ".join(pages).replace("\u200b", "").split())


async def test_the_same_figures_give_the_same_bytes(printer: WorkerReportPrinter) -> None:
    first = await printer.print(made())
    await printer.close()
    again = WorkerReportPrinter(workers=1, timeout_s=30)
    try:
        assert await again.print(made()) == first, "also from another process"
    finally:
        await again.close()


async def test_a_report_is_tagged_titled_and_says_all_it_must(printer: WorkerReportPrinter) -> None:
    content = await printer.print(made())
    reader = PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Alder Werke GmbH: account report"
    assert str(reader.metadata.creation_date) == "2026-11-26 09:10:00+00:00", "the age of its figures"
    assert b"pdfuaid:part" in content
    text = text_of(content)
    for part in (
        *("As of 26 Nov 2026, 09:10 UTC", "1,234,567 calls", "+734.56 USD", "Used against billed: October 2026"),
        *("900,000 calls × 0.0105", "Variance: billed − expected", "33,124.56 USD", "between 32,000.00 USD and"),
        *("INV-2", "5,200.02 USD", "Overdue", "3 of 3 invoices", DISCLAIMER, f"Export {EXPORT_ID}", "Page 1 of"),
    ):
        assert part in text, part


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        '#import "@preview/x:0.1.0": *',
        "*bold* _it_ $x^2$ <label> @ref = heading",
        '"); #panic("x") //',
        "\\u{41} ~ -- ... 'quoted'",
        "</title><script>alert(1)</script>",
        '{"name": "x"}',
    ],
)
async def test_a_hostile_name_is_text(printer: WorkerReportPrinter, name: str) -> None:
    content = await printer.print(made(of=account(name=name)))
    assert " ".join(name.split()) in text_of(content)
    assert b"root:x:0" not in content
    metadata = PdfReader(io.BytesIO(content)).metadata
    assert metadata is not None
    assert metadata.title == f"{name}: account report"


@pytest.mark.parametrize(
    "name",
    ["Öğe Çelik Łódź", "Ελλάδα Москва", "x" * 5000, "wide " * 400, "a\nb\x00c\u202ed", "", "  "],
)
async def test_unusual_names_keep_the_report_accessible(printer: WorkerReportPrinter, name: str) -> None:
    assert b"pdfuaid:part" in await printer.print(made(of=account(name=name)))


@pytest.mark.parametrize("name", ["株式会社トゥルー", "ไทย", "emoji 🎉"])
async def test_what_no_typeface_has_is_boxes_and_a_note(printer: WorkerReportPrinter, name: str) -> None:
    content = await printer.print(made(of=account(name=name)))
    text = text_of(content)
    assert "Characters shown as boxes are not in this report's typeface" in text.replace("’", "'")
    assert "client id cl_1" in text
    assert await printer.print(made(of=account(name=name))) == content


async def test_a_thousand_invoices_go_over_pages_with_their_head(printer: WorkerReportPrinter) -> None:
    reader = PdfReader(io.BytesIO(await printer.print(made(1000))))
    assert len(reader.pages) > 15
    last = reader.pages[-1].extract_text()
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in last
    assert "Remaining" in last
    assert DISCLAIMER in " ".join(last.split())


async def test_who_cannot_be_judged_gets_no_figure(printer: WorkerReportPrinter) -> None:
    text = text_of(await printer.print(made(0, unjudged())))
    assert "Stripe is not linked to this account. Link the customer." in text
    assert "No invoice yet." in text
    assert "734.56 USD" not in text.replace("October 2026 is over-billed by 734.56 USD.", "")


def worker(tmp_path: Path, body: str) -> tuple[str, ...]:
    script = tmp_path / "worker.py"
    script.write_text(f"import os, sys, time\n{body}\n")
    return (sys.executable, "-I", str(script))


async def test_a_hanging_worker_is_killed_and_replaced(tmp_path: Path) -> None:
    flag = tmp_path / "hung"
    body = f"""
hang = not os.path.exists({str(flag)!r})
open({str(flag)!r}, "a").write(str(os.getpid()) + " ")
while head := sys.stdin.buffer.read(4):
    sys.stdin.buffer.read(int.from_bytes(head, "big"))
    if hang:
        time.sleep(60)
    sys.stdout.buffer.write(b"\\x00" + (2).to_bytes(4, "big") + b"ok")
    sys.stdout.buffer.flush()
"""
    printer = WorkerReportPrinter(workers=1, timeout_s=1.5, command=worker(tmp_path, body))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.05)
            ticks += 1

    beside = asyncio.create_task(tick())
    try:
        with pytest.raises(Unavailable) as refused:
            await printer.print({})
        assert refused.value.code == "report_unavailable"
        assert ticks >= 10, "the loop went on meanwhile"
        assert await printer.print({}) == b"ok"
        first, second = (int(each) for each in flag.read_text().split())
        assert first != second
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
    finally:
        beside.cancel()
        await printer.close()


async def test_a_report_waits_for_a_free_worker_only_so_long(tmp_path: Path) -> None:
    printer = WorkerReportPrinter(workers=1, timeout_s=0.5, command=worker(tmp_path, "time.sleep(60)"))
    try:
        both = await asyncio.gather(printer.print({}), printer.print({}), return_exceptions=True)
        assert [type(each) for each in both] == [Unavailable, Unavailable]
    finally:
        await printer.close()


async def test_a_worker_that_dies_or_cannot_start_is_told(tmp_path: Path) -> None:
    for command in (worker(tmp_path, "sys.exit(1)"), (str(tmp_path / "no-such"),)):
        printer = WorkerReportPrinter(workers=1, timeout_s=10, command=command)
        with pytest.raises(Unavailable):
            await printer.print({})
        await printer.close()


async def test_a_caller_that_leaves_does_not_spoil_the_next_answer(printer: WorkerReportPrinter) -> None:
    expected = await printer.print(made(1))
    leaving = asyncio.create_task(printer.print(made(200)))
    await asyncio.sleep(0.05)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await printer.print(made(1)) == expected


async def test_a_report_that_cannot_be_set_is_told_without_its_words(printer: WorkerReportPrinter) -> None:
    with pytest.raises(ReportFailed, match="TypstError") as failed:
        await printer.print({"name": "Secret Client"})
    assert "Secret" not in str(failed.value)
    assert (await printer.print(made())).startswith(b"%PDF"), "the worker lives on"


async def test_the_worker_gets_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_API_OIDC_CLIENT_SECRET", "hush")
    body = """
sys.stdin.buffer.read(4)
names = repr(sorted(os.environ)).encode()
sys.stdout.buffer.write(b"\\x00" + len(names).to_bytes(4, "big") + names)
sys.stdout.buffer.flush()
time.sleep(60)
"""
    printer = WorkerReportPrinter(workers=1, timeout_s=10, command=worker(tmp_path, body))
    try:
        assert b"DASHBOARD_API" not in await printer.print({})
    finally:
        await printer.close()
