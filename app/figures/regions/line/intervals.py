"""Cells of one unknown as intervals."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from app.figures.regions.shapes import root
from solver.exact import Polyhedron


class Interval(NamedTuple):
    """An interval; an end that is None is infinite."""

    low: Fraction | None
    high: Fraction | None
    low_closed: bool
    high_closed: bool

    @property
    def point(self) -> Fraction | None:
        """Its only member, if it has only one."""
        return self.low if self.low == self.high else None

    @property
    def ends(self) -> tuple[Fraction, ...]:
        """The distinct finite ones."""
        return tuple(dict.fromkeys(each for each in (self.low, self.high) if each is not None))

    @property
    def sides(self) -> tuple[tuple[Fraction | None, bool], tuple[Fraction | None, bool]]:
        """Each end, the low one first, and whether it is included."""
        return (self.low, self.low_closed), (self.high, self.high_closed)

    def within(self, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
        """What of it lies between two numbers."""
        return (
            low if self.low is None else max(low, self.low),
            high if self.high is None else min(high, self.high),
        )

    def has(self, value: Fraction) -> bool:
        """Whether the value is in it."""
        above = self.low is None or value > self.low or (value == self.low and self.low_closed)
        below = self.high is None or value < self.high or (value == self.high and self.high_closed)
        return above and below


def interval(where: Polyhedron, unknown: str) -> Interval:
    """A set of values of one unknown."""
    if where.equations:
        value = root(where.equations[0].form, unknown)
        return Interval(value, value, True, True)
    found = Interval(None, None, False, False)
    for each in where.facets:
        end, closed = root(each.form, unknown), each.relation == ">="
        if each.form.coefficients[unknown] > 0:
            found = found._replace(low=end, low_closed=closed)
        else:
            found = found._replace(high=end, high_closed=closed)
    return found


def covers(where: Interval, others: Iterable[Interval]) -> bool:
    """Whether it holds all the others, up to their ends."""
    return all(
        (where.low is None or (other.low is not None and where.low <= other.low))
        and (where.high is None or (other.high is not None and other.high <= where.high))
        for other in others
    )
