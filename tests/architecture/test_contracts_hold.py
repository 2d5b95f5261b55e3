"""The import contracts of the workspace hold, and they can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def test_import_contracts_hold() -> None:
    ran = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_a_framework_in_the_shared_words_breaks_them(tmp_path: Path) -> None:
    package = tmp_path / "words"
    package.mkdir()
    (package / "__init__.py").write_text("import pydantic\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = words\ninclude_external_packages = True\n"
        "[importlinter:contract:pure]\nname = pure\ntype = forbidden\nsource_modules = words\nforbidden_modules = pydantic\n"
    )
    ran = subprocess.run(
        LINT, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "BROKEN" in ran.stdout
