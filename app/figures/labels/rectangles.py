"""Rectangles and segments on the page, in points (1/72 inch)."""

from collections.abc import Sequence
from typing import NamedTuple

Spot = tuple[float, float]


class Rect(NamedTuple):
    """A rectangle along the axes."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: "Rect") -> bool:
        """Whether they have more than an edge in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, other: "Rect") -> bool:
        """Whether it lies in another."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.bottom <= self.bottom
            and self.top <= other.top
        )

    def grown(self, by: float) -> "Rect":
        """Larger on every side."""
        return Rect(self.left - by, self.bottom - by, self.right + by, self.top + by)

    @property
    def corners(self) -> list[Spot]:
        """The four."""
        return [(x, y) for x in (self.left, self.right) for y in (self.bottom, self.top)]

    def nearest(self, spot: Spot) -> Spot:
        """The place in it that is nearest to a spot."""
        x, y = spot
        return min(max(x, self.left), self.right), min(max(y, self.bottom), self.top)

    def crossed_by(self, start: Spot, end: Spot) -> bool:
        """Whether a segment passes through it (Liang & Barsky)."""
        first, last = 0.0, 1.0
        for axis, (low, high) in enumerate(((self.left, self.right), (self.bottom, self.top))):
            along = end[axis] - start[axis]
            if along == 0:
                if not low < start[axis] < high:
                    return False
            else:
                enter, leave = sorted(((low - start[axis]) / along, (high - start[axis]) / along))
                first, last = max(first, enter), min(last, leave)
        return first < last


def square(middle: Spot, half: float) -> Rect:
    """What a mark takes."""
    return Rect(*middle, *middle).grown(half)


def doubled_area(shape: Sequence[Spot]) -> float:
    """Twice the area of a polygon, negative if its corners go clockwise."""
    return sum(x * v - u * y for (x, y), (u, v) in _edges(shape))


def inside(shape: Sequence[Spot], spots: Sequence[Spot]) -> bool:
    """Whether all spots lie in a convex polygon."""
    turn = doubled_area(shape)
    return all(
        ((u - x) * (b - y) - (v - y) * (a - x)) * turn >= 0
        for (x, y), (u, v) in _edges(shape)
        for a, b in spots
    )


def _edges(shape: Sequence[Spot]) -> list[tuple[Spot, Spot]]:
    return list(zip(shape, [*shape[1:], *shape[:1]], strict=True))
