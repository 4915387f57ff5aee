"""Where two-dimensional cells meet, and where the bounds end them: exact."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import NamedTuple

from app.figures.regions.shapes import Point, between, clipped, contains, named
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


def outlines(
    areas: Sequence[Area], found: Sequence[Border], unknowns: Sequence[str]
) -> Iterator[Segment]:
    """What of the areas' edges no other area lies beyond: the edges of the domain."""
    for area in areas:
        met = [each.ends for each in found if area in (each.one, each.other)]
        for edge in pairwise((*area.corners, area.corners[0])):
            if any(
                all(each.form.at(named(unknowns, point)) == 0 for point in edge)
                for each in area.cell.where.facets
            ):
                yield from _uncovered(edge, met)


def _uncovered(edge: Segment, others: Sequence[Segment]) -> Iterator[Segment]:
    start, end = edge
    shares = sorted(
        tuple(sorted((share, another)))
        for one, two in others
        if (share := _share(edge, one)) is not None and (another := _share(edge, two)) is not None
    )
    reached = Fraction()
    for low, high in (*shares, (Fraction(1), Fraction(1))):
        if low > reached:
            yield between(start, end, reached), between(start, end, min(low, Fraction(1)))
        reached = max(reached, high)


def _share(edge: Segment, point: Point) -> Fraction | None:
    """How far along the edge's line a point lies; None where it is not on it."""
    (x, y), (to_x, to_y) = edge
    across, up = to_x - x, to_y - y
    if across * (point[1] - y) != up * (point[0] - x):
        return None
    return (point[0] - x) / across if across else (point[1] - y) / up
