"""Writes the OpenAPI document of the API: `python -m dashboard_api.openapi docs/openapi.json [--check]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast

from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.entrypoints.http.services import Services


class _NothingWired:
    """The document follows from the routes alone; no use case is called."""

    def __getattr__(self, name: str) -> object:
        return "" if name == "public_url" else _NothingWired()


def document() -> str:
    """The document as it is committed."""
    app = create_app(cast("Services", _NothingWired()))
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` say whether it is stale."""
    paths = [each for each in arguments if not each.startswith("-")]
    if len(paths) != 1:
        sys.stderr.write("usage: python -m dashboard_api.openapi PATH [--check]\n")
        return 2
    path, text = Path(paths[0]), document()
    if "--check" not in arguments:
        path.write_text(text)
        return 0
    if not path.exists() or path.read_text() != text:
        sys.stderr.write(f"{path} is stale; run python -m dashboard_api.openapi {path}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
