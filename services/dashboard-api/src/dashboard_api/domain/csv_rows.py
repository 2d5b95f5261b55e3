"""Reading a CSV file into rows, with the line that each row starts on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from dashboard_api.domain.imports import Row, RowError

T = TypeVar("T")
ROWS_MAX = 100_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Cells:
    """The cells of one row, read one by one; what is wrong is gathered, so that a person sees all of it at once."""

    def __init__(self, row: Row, errors: list[RowError]) -> None:
        self._row = row
        self._errors = errors
        self.sound = True

    def fail(self, column: str | None, code: str, detail: str) -> None:
        """Note what is wrong with the row."""
        self.sound = False
        self._errors.append(RowError(self._row.line, column, code, detail))

    def text(self, column: str, *, length_max: int = 200) -> str | None:
        """The cell, None when empty."""
        value = self._row.values.get(column, "")
        if len(value) > length_max or _CONTROL.search(value):
            self.fail(column, "invalid_text", f"At most {length_max} characters on one line.")
            return None
        return value or None

    def needed(self, column: str, pattern: str | None = None, *, hint: str = "Fill in this cell.") -> str:
        """The cell, which must not be empty and must match."""
        value = self.text(column)
        if value is None or (pattern and not re.fullmatch(pattern, value)):
            if self.sound or value is not None:
                self.fail(column, "missing_value" if value is None else "invalid_value", hint)
            return ""
        return value

    def day(self, column: str) -> date | None:
        """An ISO day."""
        return self.read(column, date.fromisoformat, hint="Write the day as YYYY-MM-DD.")

    def read(self, column: str, parse: Callable[[str], T], *, hint: str) -> T | None:
        """The cell through a parser that raises ValueError."""
        value = self.text(column)
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError:
            self.fail(column, "invalid_value", hint)
            return None


def read_rows(text: str, *, needed: Sequence[str], optional: Sequence[str]) -> tuple[list[Row], list[RowError]]:
    """Rows and what is wrong with the file's form; a broken header or quote gives no rows at all."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    errors: list[RowError] = []
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            if header is None:
                header = [cell.strip().lower() for cell in cells]
                errors = _header_errors(header, needed, optional)
                if errors:
                    return [], errors
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    detail = f"{len(cells)} cells where the header has {len(header)}; quote cells that hold commas."
                    errors.append(RowError(line, None, "wrong_cell_count", detail))
                else:
                    rows.append(Row(line, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        return [], [RowError(line, None, "invalid_csv", f"The file cannot be read on from here: {error}.")]
    if header is None or (not rows and not errors):
        return [], [RowError(1, None, "empty_file", "The file has no rows.")]
    if len(rows) > ROWS_MAX:
        return [], [RowError(ROWS_MAX + 2, None, "too_many_rows", f"At most {ROWS_MAX} rows; split the file.")]
    return rows, errors


def _header_errors(header: list[str], needed: Sequence[str], optional: Sequence[str]) -> list[RowError]:
    errors = [
        RowError(1, column, "missing_column", f"The header needs the column {column}.")
        for column in needed
        if column not in header
    ]
    if errors and len(header) == 1 and ";" in header[0]:
        return [RowError(1, None, "wrong_separator", "Cells are separated by commas, not semicolons.")]
    for place, column in enumerate(header):
        if column not in {*needed, *optional}:
            known = ", ".join([*needed, *optional])
            errors.append(RowError(1, column[:100], "unknown_column", f"The columns are {known}."))
        elif column in header[:place]:
            errors.append(RowError(1, column, "repeated_column", "This column is there twice."))
    return errors
