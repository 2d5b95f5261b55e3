"""A running installation gets new columns of the read model under the views that it has."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.dashboard_api.test_migrations import PACKAGE, copy

from trueup_kit import migrate

__all__ = ["copy"]
READ_MODEL = ("read_model", "trueup_readmodel.migrations")
ASK = "SET ROLE dashboard_api; SELECT {} FROM dashboard.seen_accounts"


def test_the_view_made_before_a_column_has_it_after(
    copy: tuple[str, str],
    run_sql: Callable[[str, str], None],
) -> None:
    migrator, admin = copy
    migrate.downgrade(migrator, "dashboard", PACKAGE, revision="0012")
    migrate.downgrade(migrator, *READ_MODEL, revision="0005")
    run_sql(admin, ASK.format("revision"))
    migrate.upgrade(migrator, *READ_MODEL)
    run_sql(admin, ASK.format("revision"))
    migrate.upgrade(migrator, "dashboard", PACKAGE)
    run_sql(admin, ASK.format("unexplained_minor"))
