"""Rectangles along the axes of the page, in points.

A ``Bbox`` of matplotlib does the same at ten times the cost, and thousands are tried in a
picture.
"""

from typing import NamedTuple

#: A place on the page.
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
