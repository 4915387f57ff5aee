"""Where two-dimensional cells meet, and where the bounds end them: exact."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import NamedTuple

from app.figures.regions.shapes import Point, between, clipped, contains, on_own_border
from solver import Cell

Segment = tuple[Point, Point]


class Area(NamedTuple):
    """A cell and the corners of what is shown of it."""

    cell: Cell
    corners: tuple[Point, ...]
    number: int


class Border(NamedTuple):
    """A segment between two cells; ``owner`` is the one that it belongs to, if either does."""

    ends: Segment
    one: Area
    other: Area
    owner: Cell | None

    @property
    def of_verdicts(self) -> bool:
        """Whether the verdict changes here."""
        return self.one.cell.kind != self.other.cell.kind

    @property
    def of_rates(self) -> bool:
        """Whether another formula for r begins here."""
        return self.one.cell.r != self.other.cell.r


def borders(areas: Sequence[Area], unknowns: Sequence[str]) -> list[Border]:
    """All borders between areas."""
    found = []
    for one, other in combinations(areas, 2):
        common = clipped(one.corners, other.cell.where, unknowns)
        if len(common) == 2:
            start, end = common
            middle = between(start, end, Fraction(1, 2))
            owners = (
                each.cell for each in (one, other) if contains(each.cell.where, unknowns, middle)
            )
            found.append(Border((start, end), one, other, next(owners, None)))
    return found


def outlines(areas: Sequence[Area], unknowns: Sequence[str]) -> Iterator[Segment]:
    """What of the areas' edges no other area lies beyond: the edges of the domain."""
    for area in areas:
        for start, end in pairwise((*area.corners, area.corners[0])):
            if on_own_border(area.cell.where, unknowns, between(start, end, Fraction(1, 2))):
                others = (each.cell.where for each in areas if each is not area)
                shared = (sorted(clipped((start, end), each, unknowns)) for each in others)
                yield from _rest((start, end), sorted(each for each in shared if len(each) == 2))


def _rest(segment: Segment, shared: Sequence[Sequence[Point]]) -> Iterator[Segment]:
    """What parts of a segment leave, which are given in their order along it."""
    start, end = sorted(segment)
    for low, high in (*shared, (end, end)):
        if low > start:
            yield start, low
        start = max(start, high)
