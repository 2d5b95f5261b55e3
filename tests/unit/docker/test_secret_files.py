"""Secrets are made once, each container gets its own, and what is replaced arrives."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "docker" / "secret_files.py"
RUN = "import sys, pathlib, secret_files; sys.exit(secret_files.main(sys.argv[2:], pathlib.Path(sys.argv[1])))"


def run(root: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, str(root), *arguments],
        cwd=SCRIPT.parent,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folders as a new installation has them."""
    assert run(tmp_path, "folders").returncode == 0
    return tmp_path


def everything(root: Path) -> dict[str, str]:
    return {str(file.relative_to(root)): file.read_text() for file in root.glob("*/*")}


def test_the_image_has_folders_and_no_secret(root: Path) -> None:
    assert not everything(root)
    assert {"vault", "postgres", "reconciler", "trueup"} <= {folder.name for folder in root.iterdir()}
    assert all(folder.stat().st_mode & 0o007 == 0 for folder in root.iterdir())


def test_each_container_gets_what_the_vault_says(root: Path) -> None:
    said = run(root).stdout
    made = everything(root)
    assert made["postgres/postgres_password"] == made["roles/postgres_password"] == made["vault/postgres_password"]
    assert made["trueup/trueup_audit_key"] == made["dashboard-api/dashboard_api_audit_key"]
    assert [name for name in made if name.startswith("reconciler/")] == ["reconciler/reconciler_postgres_dsn"]
    assert made["reconciler/reconciler_postgres_dsn"].startswith("postgresql://reconciler:")
    assert len(base64.urlsafe_b64decode(made["ingest-quickbooks/ingest_quickbooks_token_key"])) == 32
    assert "made reconciler_postgres_dsn\n" in said
    assert made["vault/postgres_password"] not in said


def test_nobody_else_may_read_a_file(root: Path) -> None:
    run(root)
    assert {file.stat().st_mode & 0o777 for file in root.glob("*/*")} == {0o440}


def test_no_two_installations_are_alike(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    for each in (root, other):
        run(each, "folders")
        run(each)
    for name in ("postgres_password", "reconciler_postgres_dsn", "dashboard_api_audit_key"):
        assert (root / "vault" / name).read_text() != (other / "vault" / name).read_text()


def test_what_is_there_is_kept(root: Path) -> None:
    run(root)
    first = everything(root)
    again = run(root)
    assert (again.returncode, again.stdout) == (0, "")
    assert everything(root) == first


def test_a_lost_copy_comes_back_and_a_strange_file_goes(root: Path) -> None:
    run(root)
    first = everything(root)
    (root / "reconciler" / "reconciler_postgres_dsn").unlink()
    (root / "reconciler" / "stripe_webhooks_stripe_api_key").write_text("somebody else's")
    assert run(root).returncode == 0
    assert everything(root) == first


def test_one_is_replaced_where_it_is_used_only(root: Path) -> None:
    run(root)
    first = everything(root)
    assert run(root, "put", "stripe_webhooks_stripe_api_key", stdin="rk_test_restricted\n").returncode == 0
    changed = {name: value for name, value in everything(root).items() if first[name] != value}
    name = "stripe_webhooks_stripe_api_key"
    assert changed == {f"vault/{name}": "rk_test_restricted", f"stripe-webhooks/{name}": "rk_test_restricted"}


def test_one_may_be_given_before_the_first_start(root: Path) -> None:
    assert run(root, "put", "dashboard_api_slack_token", stdin="xoxb-real").returncode == 0
    run(root)
    assert (root / "dashboard-api" / "dashboard_api_slack_token").read_text() == "xoxb-real"


def test_a_password_is_renewed_where_the_role_learns_it_too(root: Path) -> None:
    run(root)
    first = everything(root)
    assert run(root, "renew", "reconciler_postgres_dsn").returncode == 0
    changed = {name: value for name, value in everything(root).items() if first[name] != value}
    assert changed.keys() == {f"{folder}/reconciler_postgres_dsn" for folder in ("vault", "roles", "reconciler")}
    assert len(set(changed.values())) == 1


@pytest.mark.parametrize(
    ("arguments", "stdin", "why"),
    [
        (("put", "stripe_key"), "x", "no secret is called 'stripe_key'"),
        (("put", "../postgres/postgres_password"), "x", "no secret is called"),
        (("put", "postgres_password"), "x", "is fixed when"),
        (("put", "dashboard_api_slack_token"), " \n", "nothing came"),
        (("renew", "dashboard_api_audit_key"), "", "only an address can be renewed"),
        (("forget", "dashboard_api_audit_key"), "", "put NAME"),
    ],
)
def test_what_would_do_harm_is_refused(root: Path, arguments: tuple[str, ...], stdin: str, why: str) -> None:
    run(root)
    first = everything(root)
    refused = run(root, *arguments, stdin=stdin)
    assert refused.returncode == 2
    assert why in refused.stderr
    assert everything(root) == first


def test_half_a_value_is_never_seen(root: Path) -> None:
    (root / "vault" / ".postgres_password").write_text("cut o")
    assert run(root).returncode == 0
    assert len((root / "vault" / "postgres_password").read_text()) == 32
