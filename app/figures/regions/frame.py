"""From exact coordinates to the page."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.figures.labels.rectangles import Rect, Spot
from app.figures.regions.shapes import Box, Point

POINTS_PER_INCH = 72


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


def panel_axes(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes whose coordinates are points, like all these arguments, from their lower left corner."""
    whole_width, whole_height = (POINTS_PER_INCH * each for each in figure.get_size_inches())
    axes = figure.add_axes(
        (left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
    )
    axes.set(xlim=(0, width), ylim=(0, height), facecolor="none")
    axes.set_axis_off()
    return axes
