"""The parts of signing in that need no network: where to return to, and the proof key."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlsplit

HOME = "/"
RETURN_TO_MAX = 2000


def local_path(return_to: str | None) -> str:
    """The address to return to when it is a path of ours, else the start page.

    A browser reads `//host`, `/\\host` and paths with control characters as somewhere else; none of them passes.
    """
    if not return_to or len(return_to) > RETURN_TO_MAX or not return_to.startswith("/"):
        return HOME
    if "\\" in return_to or any(ord(sign) <= 0x20 or ord(sign) == 0x7F for sign in return_to):
        return HOME
    try:
        parts = urlsplit(return_to)
    except ValueError:
        return HOME
    # An address of the API itself would show JSON to a person, or start another sign-in.
    if parts.scheme or parts.netloc or return_to.startswith(("//", "/api/")):
        return HOME
    return return_to


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
