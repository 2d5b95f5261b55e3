"""Writes the list of displayed figures: `python -m dashboard_api.figures docs/figures.md [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard_api.domain.figures import as_markdown


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` say whether it is stale."""
    paths = [each for each in arguments if not each.startswith("-")]
    if len(paths) != 1:
        sys.stderr.write("usage: python -m dashboard_api.figures PATH [--check]\n")
        return 2
    path, text = Path(paths[0]), as_markdown()
    if "--check" not in arguments:
        path.write_text(text)
        return 0
    if not path.exists() or path.read_text() != text:
        sys.stderr.write(f"{path} is stale; run make schemas\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
