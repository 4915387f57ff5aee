"""From exact coordinates to the page."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.figures.labels.rectangles import Rect, Spot
from app.figures.page import axes_at
from app.figures.regions.shapes import Box, Point


class Frame(NamedTuple):
    """A box of coordinates shown on so many points of the page."""

    box: Box
    width: float
    height: float

    @property
    def rect(self) -> Rect:
        """All of it."""
        return Rect(0, 0, self.width, self.height)

    def along(self, axis: int, coordinate: Fraction) -> float:
        """The place of a coordinate, from the left or the bottom."""
        low, high = self.box.low[axis], self.box.high[axis]
        # Exact to the last: coordinates may differ by little and be large.
        return float((coordinate - low) / (high - low)) * (self.height if axis else self.width)

    def spot(self, point: Point) -> Spot:
        """The place of a point in two unknowns."""
        return self.along(0, point[0]), self.along(1, point[1])

    def spots(self, points: Sequence[Point]) -> list[Spot]:
        """The places of some."""
        return [self.spot(each) for each in points]


def panel_axes(page: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes whose coordinates are points, like all these arguments, from their lower left corner."""
    axes = axes_at(page, left, bottom, width, height)
    axes.set(xlim=(0, width), ylim=(0, height), facecolor="none")
    axes.set_axis_off()
    return axes
