"""How long a report takes, and what a spreadsheet makes of the CSV: `make bench-exports`. Prints JSON; needs no stack.

The reports go through the same workers as in the service, one after the other. Where LibreOffice is installed, it opens
a CSV full of hostile names without a window and saves it as its own format, and every cell is looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.unit.dashboard_api.report_samples import account, invoice

from dashboard_api.adapters.report_printer import WorkerReportPrinter
from dashboard_api.domain.exports import sheets
from dashboard_api.domain.exports.report import report

P95_MAX_S = 0.2
SOFFICE_TIMEOUT_S = 180
NAMES = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "  =1",
    "a;=1",
    'x",=1',
    "=HYPERLINK(1)|'",
    "Öl & Söhne",
    "株式会社",
    "plain",
)
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


async def reports(count: int, invoices: int) -> dict[str, Any]:
    """Times of `count` reports by one warm worker."""
    printer = WorkerReportPrinter(workers=1, timeout_s=60)
    made = report(account(), [invoice(each) for each in range(invoices)], invoices, export_id="bench")
    try:
        started = time.perf_counter()
        content = await printer.print(made)
        cold_s = time.perf_counter() - started
        times: list[float] = []
        for _ in range(count):
            started = time.perf_counter()
            # Another name each time: the same report again would be half remembered.
            await printer.print(made | {"name": f"Client {len(times)}"})
            times.append(time.perf_counter() - started)
    finally:
        await printer.close()
    return {
        "invoices": invoices,
        "reports": count,
        "bytes": len(content),
        "cold_ms": round(cold_s * 1000, 1),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1] * 1000, 1),
    }


def portfolio_csv(rows: int) -> tuple[bytes, float]:
    """A CSV of the grid and the seconds that it took to write."""
    items = [
        account(name=NAMES[each % len(NAMES)], flagged=True, summary="=2", invoice_totals=[]) for each in range(rows)
    ]
    provenance = sheets.Provenance(
        title="=Portfolio",
        export_id="bench",
        filters="active accounts",
        order="name, ascending",
        sources=items[0]["sources"],
        records=rows,
        policies=[1],
        generated_by="+bench",
        generated_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    started = time.perf_counter()
    return sheets.written(provenance, sheets.grid(items)), time.perf_counter() - started


def opened_by_libreoffice(content: bytes, program: str) -> dict[str, Any]:
    """What LibreOffice understood: how many rows and columns, and whether any cell is a formula."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "export.csv"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        # Comma, quote, UTF-8: what the import dialog proposes for a file with a byte order mark. Without a window
        # LibreOffice does not look for the mark and takes the machine's old code page.
        read = "--infilter=CSV:44,34,76,1"
        command = [program, "--headless", profile, read, "--convert-to", "fods", "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=SOFFICE_TIMEOUT_S)
        root = ET.parse(source.with_suffix(".fods")).getroot()
    rows = [_cells(row) for row in root.iter(f"{_TABLE}table-row")]
    titles = next(row for row in rows if row and row[0]["text"] == "Client id")
    table = rows[rows.index(titles) + 1 :]
    table = [row for row in table if row]
    kinds = {title["text"]: {row[place]["kind"] for row in table} for place, title in enumerate(titles)}
    return {
        "rows": len(table),
        "columns": len(titles),
        "every_row_has_all_columns": all(len(row) == len(titles) for row in table),
        "formulas": sum(cell["formula"] for row in rows for cell in row),
        "numbers_are_numbers": kinds["Variance"] == kinds["Invoice total"] == {"float"},
        "names_survive": {row[1]["text"] for row in table} >= {"Öl & Söhne", "株式会社", "'=1+1", "'-1"},
    }


def _cells(row: ET.Element) -> list[dict[str, Any]]:
    """The cells of a row up to the last one that holds something."""
    cells: list[dict[str, Any]] = []
    for cell in row.iter(f"{_TABLE}table-cell"):
        found = {
            "text": "\n".join("".join(part.itertext()) for part in cell),
            "kind": cell.get(f"{_OFFICE}value-type"),
            "formula": cell.get(f"{_TABLE}formula") is not None,
        }
        cells += [found] * min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), 50)
    while cells and cells[-1]["kind"] is None:
        cells.pop()
    return cells


def main() -> int:
    """Measure, print, and fail over the budget or on a cell that a spreadsheet would run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--invoices", type=int, default=25)
    arguments = parser.parse_args()
    content, csv_s = portfolio_csv(500)
    result: dict[str, Any] = {
        "pdf": asyncio.run(reports(arguments.reports, arguments.invoices)),
        "csv": {"rows": 500, "bytes": len(content), "ms": round(csv_s * 1000, 1)},
        "libreoffice": None,
    }
    sound = result["pdf"]["p95_ms"] <= P95_MAX_S * 1000
    if program := shutil.which("soffice"):
        seen = result["libreoffice"] = opened_by_libreoffice(content, program)
        sound = sound and seen["formulas"] == 0 and seen["numbers_are_numbers"] and seen["names_survive"]
        sound = sound and (seen["rows"], seen["every_row_has_all_columns"]) == (500, True)
    sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
