"""Money: an integer in minor units with its ISO 4217 currency. No floats, no sums across currencies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trueup_billing.errors import CurrencyMismatch, InvalidValue
from trueup_billing.quantity import round_half_up

# ISO 4217 currencies whose minor unit is not a hundredth. Everything else has exponent 2.
_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


@dataclass(frozen=True, slots=True, order=True)
class Currency:
    """An ISO 4217 code in capitals, for example `Currency("USD")`.

    Raises:
        InvalidValue: the code is not three capital letters.
    """

    code: str

    def __post_init__(self) -> None:
        if not (len(self.code) == 3 and self.code.isascii() and self.code.isalpha() and self.code.isupper()):
            raise InvalidValue(f"{self.code!r} is no ISO 4217 currency code; write three capital letters such as USD")

    @property
    def exponent(self) -> int:
        """Digits after the point: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217)."""
        return _EXPONENTS.get(self.code, 2)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `Money(520000, Currency("USD"))` is 5,200.00 US dollars."""

    amount_minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            raise InvalidValue(f"money is an integer of minor units, not {self.amount_minor!r}")

    @classmethod
    def from_major(cls, amount: Decimal | Fraction | int, currency: Currency) -> Money:
        """Round an exact amount in major units half up, once, to minor units."""
        return cls(round_half_up(Fraction(amount) * 10**currency.exponent), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._same(other)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} are never added or compared")
        return other.amount_minor

    def to_major(self) -> Decimal:
        """The amount in major units with the currency's own number of digits."""
        return Decimal(self.amount_minor).scaleb(-self.currency.exponent)

    def __str__(self) -> str:
        return f"{self.to_major():,.{self.currency.exponent}f} {self.currency}"
