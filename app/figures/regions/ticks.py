"""Where an axis has ticks, and how they are labelled: exact."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import ceil, floor
from typing import Final, NamedTuple

from app.figures.regions.words import number

_FRACTIONS: Final = (Fraction(1, 8), Fraction(1, 4), Fraction(1, 2))
# Fractions with larger numerators are harder to read than decimals.
_LARGEST_NUMERATOR: Final = 40


class Tick(NamedTuple):
    """A place on an axis and its label."""

    value: Fraction
    label: str


def ticks(low: Fraction, high: Fraction, most: int) -> list[Tick]:
    """At the multiples of a round number between two others, at most so many."""
    step = next(each for each in _steps(high - low) if _count(low, high, each) <= most)
    first = ceil(low / step)
    values = [step * (first + place) for place in range(_count(low, high, step))]
    plain = step.denominator == 1 or (
        step in _FRACTIONS and all(abs(each.numerator) <= _LARGEST_NUMERATOR for each in values)
    )
    return [Tick(each, number(each) if plain else _decimal(each)) for each in values]


def _count(low: Fraction, high: Fraction, step: Fraction) -> int:
    return floor(high / step) - ceil(low / step) + 1


def _steps(span: Fraction) -> Iterator[Fraction]:
    """Round numbers from less than a tenth of the span on; eighths to halves where they suit."""
    power = len(str(span.numerator)) - len(str(span.denominator)) - 2
    for exponent in count(power):
        if exponent == -1:
            yield from _FRACTIONS
        else:
            yield from (Fraction(10) ** exponent * digit for digit in (1, 2, 5))


def _decimal(value: Fraction) -> str:
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
