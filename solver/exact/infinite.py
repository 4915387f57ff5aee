"""The exponent ``"inf"``: n^{-inf} = 0, a weight that starts at zero or is never trained."""

from fractions import Fraction
from math import inf
from typing import Any, Final


class Infinite(Fraction):
    """Larger than every number (``INFINITE``), or smaller (its negative).

    It behaves like a number where that makes sense: sums with numbers and comparisons.  As a
    fraction it is 1/0, or -1/0.  What has no meaning (inf - inf, 0 * inf) raises ``ValueError``.
    """

    __slots__ = ()

    def __new__(cls, sign: int = 1) -> "Infinite":
        """The infinity of this sign."""
        self = super().__new__(cls)
        self._numerator, self._denominator = sign, 0  # type: ignore[attr-defined]
        return self

    # Fraction declares these for every kind of number; here all of them are alike.

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Infinite) and other._sign != self._sign:
            raise ValueError("inf - inf has no value")
        return self

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if not other:
            raise ValueError("0 * inf has no value")
        return self if other > 0 else -self

    __rmul__ = __mul__

    def __neg__(self) -> "Infinite":
        return NEGATIVE if self is INFINITE else INFINITE

    def __abs__(self) -> "Infinite":
        return INFINITE

    def __lt__(self, other: Any) -> bool:
        return self._sign < _sign(other)

    def __gt__(self, other: Any) -> bool:
        return self._sign > _sign(other)

    def __le__(self, other: Any) -> bool:
        return self._sign <= _sign(other)

    def __ge__(self, other: Any) -> bool:
        return self._sign >= _sign(other)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Infinite) and other._sign == self._sign)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(("infinite", self._sign))

    def __bool__(self) -> bool:
        return True

    def __float__(self) -> float:
        return inf if self._sign > 0 else -inf

    def __str__(self) -> str:
        return "inf" if self._sign > 0 else "-inf"

    def __repr__(self) -> str:
        return str(self)

    @property
    def _sign(self) -> int:
        return self.numerator

    def __reduce__(self) -> tuple[Any, ...]:
        return Infinite, (self._sign,)

    def __copy__(self) -> "Infinite":
        return self

    def __deepcopy__(self, _: Any) -> "Infinite":
        return self


def _sign(value: Any) -> int:
    return value.numerator if isinstance(value, Infinite) else 0


#: Above every number.
INFINITE: Final = Infinite()
NEGATIVE: Final = Infinite(-1)
