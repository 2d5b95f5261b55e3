"""The first accounts and rate cards: what the sandbox's companies would hand over as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

from trueup_devstack.errors import DevstackError

KINDS = ("accounts", "rates")
TIMEOUT_S = 60


def from_sandbox(sandbox_url: str) -> Iterator[tuple[str, str]]:
    """Kind of import and CSV text, in the order in which they are imported.

    Raises:
        DevstackError: the sandbox does not hand them out.
    """
    for kind in KINDS:
        url = f"{sandbox_url}/control/export/{kind}.csv"
        try:
            with urlopen(url, timeout=TIMEOUT_S) as answer:
                yield kind, answer.read().decode()
        except (URLError, TimeoutError) as error:
            raise DevstackError(f"{url} did not answer: {error}") from error
