"""Reading and writing exact exponents.

An exponent is a rational number, kept as ``fractions.Fraction`` from the moment it is
read.  Three spellings are accepted: an integer, a decimal (which means the decimal as
written: ``0.1`` is one tenth, not the nearest double) and a string ``"p/q"``.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import gcd
from typing import Final

from solver.errors import ExponentError
from solver.exact.infinite import INFINITE

# Long enough for "-1000000/1000000" and any decimal whose exact value fits the default
# bound; short enough that nothing expensive is ever parsed.
_MAX_SPELLING: Final = 64

# ASCII digits only: str.isdigit and \d also admit digits of other scripts.
_RATIO: Final = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")

# Two fractions with denominators up to 12 differ by at least 1/132, so at most one of
# them lies within 1/1000 of any number.
_SIMPLE_DENOMINATOR: Final = 12
_NEAR: Final = 1000

# Decimals up to the places that the default bound on the denominator admits.
_SHORT_DECIMAL: Final = 6

SPELLINGS: Final = 'an integer, a decimal or a string "p/q"'


class Written(str):
    """A number as it was written: a decimal that nobody has rounded, or even looked at, yet."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is accepted from outside: they keep every answer fast.

    ``max_integer`` bounds the absolute numerator and the denominator in lowest terms;
    ``max_depth`` the number of hidden layers.
    """

    max_integer: int = 10**6
    max_depth: int = 10_000


DEFAULT_LIMITS: Final = Limits()


def parse_exponent(value: object, limits: Limits = DEFAULT_LIMITS) -> Fraction:
    """Read one exponent exactly.

    Accepts ``int``, ``Fraction``, ``Decimal``, ``str`` and ``float``; a float means its
    shortest decimal spelling (``repr``), since that is what was written.

    Raises ``ExponentError`` for anything else, for what is not finite, and when the
    numerator or denominator in lowest terms exceeds ``limits.max_integer``.
    """
    match value:
        case int() if not isinstance(value, bool):
            if -limits.max_integer <= value <= limits.max_integer:
                return _shared(value, 1)
            raise ExponentError(
                f"{shown(value)} is above {limits.max_integer} in size; numbers here are of order 1"
            )
        case str():
            exact = _parse_text(value)
        case Decimal():
            exact = _parse_decimal(value)
        case float():
            exact = _parse_decimal(Decimal(repr(value)))
        case Fraction():
            exact = value
        case _:
            raise ExponentError(f"{shown(value)} is not a number; write {SPELLINGS}")
    if max(abs(exact.numerator), exact.denominator) > limits.max_integer:
        raise _too_large(value, exact, limits)
    return exact


def is_infinite(value: object) -> bool:
    """Whether this is how people write the exponent ``inf`` (where one may be infinite)."""
    if isinstance(value, str):
        return value == "inf"
    return value is INFINITE or (isinstance(value, float) and value == float("inf"))


def format_exponent(value: Fraction) -> str:
    """The canonical spelling: ``"-1/2"``, ``"0"``, ``"3"``, ``"inf"`` (lowest terms)."""
    return str(value)


def as_written(value: Fraction) -> str:
    """A spelling people recognise: a terminating decimal if there is a short one.

    Used in messages about near misses, where "0.3333" says more than "3333/10000".
    """
    if 10**_SHORT_DECIMAL % value.denominator:
        return format_exponent(value)
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def too_coarse(denominator: int) -> bool:
    """Whether no fraction over this denominator narrowly misses a simple one.

    Two different fractions p/q and r/s are at least 1/(qs) apart.
    """
    return denominator * _SIMPLE_DENOMINATOR < _NEAR


def nearest_simple(value: Fraction) -> Fraction | None:
    """The simple fraction that ``value`` narrowly misses, or None.

    Simple means a denominator of at most 12; narrowly means by at most 1/1000 and not 0.
    """
    numerator, denominator = value.numerator, value.denominator
    if too_coarse(denominator):
        return None
    for simple in range(1, _SIMPLE_DENOMINATOR + 1):
        nearest = (2 * simple * numerator + denominator) // (2 * denominator)
        if abs(nearest * denominator - simple * numerator) * _NEAR <= simple * denominator:
            return Fraction(nearest, simple)
    return None


# Few exponents are in use, in few spellings: what a spelling means is remembered, and equal
# exponents are the same object, which makes comparing them cheap.
_one = lru_cache(maxsize=1 << 12)(Fraction)


def _parse_text(text: str) -> Fraction:
    if len(text) > _MAX_SPELLING:
        raise ExponentError(
            f"{shown(text)} is longer than {_MAX_SPELLING} characters; write {SPELLINGS}"
        )
    return _parse_short_text(text)


@lru_cache(maxsize=1 << 12)
def _parse_short_text(text: str) -> Fraction:
    if ratio := _RATIO.fullmatch(text):
        numerator, denominator = int(ratio[1]), int(ratio[2])
        if denominator == 0:
            raise ExponentError(f"{shown(text)} divides by zero; write {SPELLINGS}")
        common = gcd(numerator, denominator)
        return _shared(numerator // common, denominator // common)
    if _DECIMAL.fullmatch(text):
        return _parse_decimal(Decimal(text))
    raise _unreadable(text)


def _shared(numerator: int, denominator: int) -> Fraction:
    # Larger integers can be chosen to hash alike, and are refused in the end anyway.
    small = max(abs(numerator), denominator) <= DEFAULT_LIMITS.max_integer
    return (_one if small else Fraction)(numerator, denominator)


def _unreadable(text: str) -> ExponentError:
    unknowns = "; unknowns are for regions" if text.strip()[:1].isalpha() else ""
    return ExponentError(
        f'{shown(text)} is not an exponent; write {SPELLINGS}, such as -0.5 or "1/3"{unknowns}'
    )


def _parse_decimal(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise ExponentError(f"{shown(value)} is not finite; write {SPELLINGS}")
    # Fraction(Decimal("1e9999999")) would build a number of ten million digits: refuse by
    # magnitude first.  A decimal with 64 places is far outside any bound a setting allows.
    if value and not -_MAX_SPELLING <= value.adjusted() <= _MAX_SPELLING:
        raise ExponentError(f"{shown(value)} is out of range; numbers here are 0 or of order 1")
    if len(value.as_tuple().digits) > _MAX_SPELLING:
        raise ExponentError(f'{shown(value)} has too many digits; write it as "p/q"')
    return _shared(*value.as_integer_ratio())


def _too_large(value: object, exact: Fraction, limits: Limits) -> ExponentError:
    # Computing 1/3 in floating point gives sixteen digits; guess what was meant.
    meant = exact.limit_denominator(1000)
    rounded = abs(exact - meant) < Fraction(1, 10**12) and meant != exact
    remedy = f'write "{meant}", if that is what is meant' if rounded else "use a simpler fraction"
    return ExponentError(
        f"{shown(value)} has a numerator or denominator above {limits.max_integer} in lowest "
        f"terms; {remedy}"
    )


def shown(value: object) -> str:
    """The value as JSON would show it, shortened: messages must stay short whatever came in."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() if abs(value) >= 10**24:
            # Converting a huge int to text is quadratic, and refused beyond 4300 digits.
            return f"an integer of about {value.bit_length() * 3 // 10} digits"
        case Written():
            text = str(value)
            return text if len(text) <= 40 else f"{text[:40]}… ({len(text)} characters)"
        case str():
            return (
                f'"{value}"' if len(value) <= 40 else f'"{value[:40]}…" ({len(value)} characters)'
            )
        case int() | float() | Fraction():
            return str(value)
        case Decimal():
            return str(value) if len(str(value)) <= 40 else f"{str(value)[:40]}…"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a value of type {type(value).__name__}"
