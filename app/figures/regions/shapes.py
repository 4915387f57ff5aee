"""Cells as shapes: their vertices, and the part of them that lies in a box.  All of it exact."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from solver.exact import AffineForm, Polyhedron

#: Coordinates in the order of the unknowns.
Point = tuple[Fraction, ...]


class Box(NamedTuple):
    """Lowest and highest coordinates of one or two unknowns."""

    unknowns: tuple[str, ...]
    low: Point
    high: Point

    @property
    def corners(self) -> tuple[Point, ...]:
        """The ends of a line; the corners of a rectangle, in turn."""
        if len(self.unknowns) == 1:
            return (self.low, self.high)
        (left, bottom), (right, top) = self.low, self.high
        return ((left, bottom), (right, bottom), (right, top), (left, top))


def named(unknowns: Sequence[str], point: Point) -> dict[str, Fraction]:
    """The point as the solver writes it."""
    return dict(zip(unknowns, point, strict=True))


def unnamed(unknowns: Sequence[str], point: Mapping[str, Fraction]) -> Point:
    """The point as it is drawn."""
    return tuple(point[name] for name in unknowns)


def contains(where: Polyhedron, unknowns: Sequence[str], point: Point) -> bool:
    """Whether the point is in the set."""
    coordinates = named(unknowns, point)
    return all(each.holds_at(coordinates) for each in where.constraints)


def touches(where: Polyhedron, unknowns: Sequence[str], point: Point) -> bool:
    """Whether the point is in the set or on its border."""
    return clipped((point,), where, unknowns) == (point,)


def on_own_border(where: Polyhedron, unknowns: Sequence[str], point: Point) -> bool:
    """Whether an inequality of the set is tight there: what ends at other points, a box cuts."""
    coordinates = named(unknowns, point)
    return any(each.form.at(coordinates) == 0 for each in where.facets)


def clipped(
    polygon: Sequence[Point], where: Polyhedron, unknowns: Sequence[str]
) -> tuple[Point, ...]:
    """The corners of a convex polygon's part in the closure of a set (Sutherland & Hodgman).

    Two where only a segment is left, and one or none likewise.
    """
    corners = tuple(polygon)
    for each in where.constraints:
        corners = _on_one_side(corners, each.form, unknowns)
        if each.relation == "=":
            corners = _on_one_side(corners, each.form.times(-1), unknowns)
    return corners


def _on_one_side(
    corners: Sequence[Point], form: AffineForm, unknowns: Sequence[str]
) -> tuple[Point, ...]:
    values = [form.at(named(unknowns, each)) for each in corners]
    kept: list[Point] = []
    for place, (point, value) in enumerate(zip(corners, values, strict=True)):
        before = values[place - 1]
        if before * value < 0:
            share = before / (before - value)
            kept.append(between(corners[place - 1], point, share))
        if value >= 0:
            kept.append(point)
    return tuple(dict.fromkeys(kept))


def between(one: Point, other: Point, share: Fraction) -> Point:
    """The point that lies so far along the way from one to the other."""
    return tuple(p + share * (q - p) for p, q in zip(one, other, strict=True))


def vertices(where: Polyhedron, unknowns: Sequence[str]) -> Iterator[Point]:
    """The vertices of the closure of a set in one or two unknowns."""
    lines = [each.form for each in where.constraints]
    if len(unknowns) == 1:
        crossings: list[Point] = [(root(form, unknowns[0]),) for form in lines]
    else:
        pairs = (crossing(one, other, unknowns) for one, other in combinations(lines, 2))
        crossings = [each for each in pairs if each is not None]
    for point in dict.fromkeys(crossings):
        if touches(where, unknowns, point):
            yield point


def root(form: AffineForm, name: str) -> Fraction:
    """Where a form in one unknown is zero."""
    return -form.constant / form.coefficients[name]


def crossing(one: AffineForm, other: AffineForm, unknowns: Sequence[str]) -> Point | None:
    """Where both forms are zero (Cramer's rule); None for parallel lines."""
    zero = Fraction()
    x, y = unknowns
    a, b = one.coefficients.get(x, zero), one.coefficients.get(y, zero)
    c, d = other.coefficients.get(x, zero), other.coefficients.get(y, zero)
    determinant = a * d - b * c
    if not determinant:
        return None
    e, f = -one.constant, -other.constant
    return ((e * d - b * f) / determinant, (a * f - e * c) / determinant)
