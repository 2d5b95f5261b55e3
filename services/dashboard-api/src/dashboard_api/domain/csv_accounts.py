"""The accounts file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard_api.domain.configuration import AccountConfig
from dashboard_api.domain.csv_rows import Cells, read_rows
from dashboard_api.domain.imports import Row, RowError
from trueup_billing import Ref, Source

NEEDED = ("client_id", "name")
OPTIONAL = (
    "time_zone",
    "active_from",
    "active_to",
    "anchor_day",
    "owner",
    "quickbooks_customer_id",
    "amplitude_account_id",
    "stripe_customer_id",
)
_REF_COLUMNS = {
    "quickbooks_customer_id": Source.QUICKBOOKS,
    "amplitude_account_id": Source.AMPLITUDE,
    "stripe_customer_id": Source.STRIPE,
}
CLIENT_ID = r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}"
_CLIENT_ID_HINT = "Up to 100 letters, digits and . _ : @ -, such as acct_0001."

Wanted = dict[str, tuple[int, AccountConfig]]


def read_accounts(text: str, known: Mapping[str, AccountConfig]) -> tuple[int, Wanted, list[RowError]]:
    """Number of rows, client id → (line, account), and everything that is wrong.

    A customer of a source belongs to one account at most, those outside the file included.
    """
    rows, errors = read_rows(text, needed=NEEDED, optional=OPTIONAL)
    wanted: Wanted = {}
    for row in rows:
        account = _account(row, errors)
        if account is None:
            continue
        if account.client_id in wanted:
            first = wanted[account.client_id][0]
            errors.append(RowError(row.line, "client_id", "repeated_row", f"Line {first} has this account already."))
        else:
            wanted[account.client_id] = (row.line, account)
    errors.extend(_contested(wanted, known))
    return len(rows), wanted, sorted(errors, key=lambda error: error.line)


def _account(row: Row, errors: list[RowError]) -> AccountConfig | None:
    cells = Cells(row, errors)
    active_from, active_to = cells.day("active_from"), cells.day("active_to")
    if active_from and active_to and active_to <= active_from:
        cells.fail("active_to", "invalid_range", "The first inactive day lies after active_from.")
    account = AccountConfig(
        client_id=cells.needed("client_id", CLIENT_ID, hint=_CLIENT_ID_HINT),
        name=cells.needed("name"),
        time_zone=cells.read("time_zone", _zone, hint="Write an IANA time zone such as Europe/Berlin.") or "UTC",
        active_from=active_from,
        active_to=active_to,
        refs=_refs(cells),
        owners=_owners(cells),
        anchor_day=cells.read("anchor_day", _anchor, hint="A day of the month, 1 to 31.") or 1,
    )
    return account if cells.sound else None


def _refs(cells: Cells) -> tuple[str, ...]:
    ids = ((source, cells.text(column, length_max=100)) for column, source in _REF_COLUMNS.items())
    return tuple(sorted(str(Ref(source, external_id)) for source, external_id in ids if external_id))


def _owners(cells: Cells) -> tuple[str, ...]:
    names = {name.strip() for name in (cells.text("owner", length_max=1000) or "").split(";")} - {""}
    if any(re.search(r"\s", name) or len(name) > 100 for name in names):
        cells.fail("owner", "invalid_value", "Write login user names, several separated by semicolons.")
    return tuple(sorted(names))


def _anchor(text: str) -> int:
    day = int(text)
    if not 1 <= day <= 31:
        raise ValueError(text)
    return day


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(name) from None


def _contested(wanted: Wanted, known: Mapping[str, AccountConfig]) -> list[RowError]:
    holders = {ref: client for client, each in known.items() if client not in wanted for ref in each.refs}
    errors = []
    for client, (line, account) in wanted.items():
        for ref in account.refs:
            holder = holders.setdefault(ref, client)
            if holder != client:
                column = next(name for name, source in _REF_COLUMNS.items() if ref.startswith(f"{source}:"))
                errors.append(RowError(line, column, "ref_taken", f"{ref} already belongs to {holder}; keep it once."))
    return errors
