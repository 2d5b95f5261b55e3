"""Company names as they are compared: without case, accents, punctuation and legal form."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "aps",
        "as",
        "asa",
        "bv",
        "bvba",
        "co",
        "company",
        "corp",
        "corporation",
        "cv",
        "eood",
        "gbr",
        "gmbh",
        "holding",
        "inc",
        "incorporated",
        "kft",
        "kg",
        "kgaa",
        "kk",
        "lda",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "ltda",
        "mbh",
        "nv",
        "ohg",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "sa",
        "sarl",
        "sas",
        "sasu",
        "sca",
        "se",
        "sl",
        "slu",
        "snc",
        "spa",
        "spzoo",
        "srl",
        "sro",
        "ug",
        "zrt",
    ]
)
FREE_MAIL = frozenset(
    [
        "aol.com",
        "fastmail.com",
        "free.fr",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.com",
        "hotmail.co.uk",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "libero.it",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "naver.com",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "t-online.de",
        "tutanota.com",
        "web.de",
        "wp.pl",
        "yahoo.co.jp",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yandex.com",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
        "126.com",
        "163.com",
    ]
)
"""Domains at which anybody can have an address: an equal one says nothing."""

# Letters that have no decomposition of their own.
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "&": " and "}
)
_JOINED = str.maketrans("", "", ".'’`´")
_GRAM = 3


@lru_cache(maxsize=100_000)
def normalised(name: str) -> str:
    """`"Café Müller & Co. KG"` is `"cafe muller"`. A name that is nothing but a legal form stays what it is."""
    folded = name.casefold().translate(_PLAIN)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    spaced = "".join(sign if sign.isalnum() else " " for sign in plain.translate(_JOINED))
    words = spaced.replace(" sp z oo", " spzoo").split()
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in LEGAL_FORMS or kept[-1] == "and"):
        kept.pop()
    return " ".join(kept if kept and kept[-1] not in LEGAL_FORMS else words)


@lru_cache(maxsize=100_000)
def grams(plain: str) -> frozenset[str]:
    """All runs of three signs of a normalised name, its ends marked."""
    marked = f"  {plain} "
    return (
        frozenset(marked[place : place + _GRAM] for place in range(len(marked) - _GRAM + 1)) if plain else frozenset()
    )


def similarity_permille(one: frozenset[str], other: frozenset[str]) -> int:
    """Dice's coefficient of two sets of runs, in thousandths, cut: 1000 is the same set, 0 nothing in common."""
    both = len(one) + len(other)
    return 2000 * len(one & other) // both if both else 0


def domain_of(email: str | None) -> str | None:
    """The part after the last @, in lower case; None without an address."""
    _, at, domain = (email or "").rpartition("@")
    return domain.strip().lower().rstrip(".") or None if at else None
