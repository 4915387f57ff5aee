"""A number line: exact places of change in ink, round numbers between them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from matplotlib.axes import Axes

from app.figures.drawing import INK, PLAIN, QUIET
from app.figures.labels.layout import Candidate, Layout, write
from app.figures.labels.rectangles import Rect
from app.figures.labels.text import Words
from app.figures.regions import words
from app.figures.regions.frame import Frame
from app.figures.regions.looks import GUIDE
from app.figures.regions.ticks import ticks

_MOST_TICKS: Final = 9
_LENGTH: Final = 3.5
# Of the middle of labels, from the line.
_BELOW: Final = 12.0
# How far labels may reach beyond the line's ends.
_OVER: Final = 60.0


def draw_axis(
    axes: Axes, changes: Sequence[Fraction], height: float, frame: Frame, slug: str
) -> None:
    """Draw it, with guides to this height at the places of change."""
    (low,), (high,) = frame.box.low, frame.box.high
    axes.plot([0, frame.width], [0, 0], color=QUIET, linewidth=0.9, clip_on=False, zorder=2)
    marked = [(each, Words(words.number(each), INK, True, PLAIN)) for each in changes]
    marked += [
        (each.value, Words(each.label, QUIET, False, PLAIN))
        for each in ticks(low, high, _MOST_TICKS)
        if each.value not in changes
    ]
    layout = Layout(Rect(0, 0, frame.width, 0).grown(_OVER))
    for value, line in marked:
        x = frame.along(0, value)
        if value in changes:
            axes.plot([x, x], [0, height], color=GUIDE, linewidth=0.7, dashes=(1, 2.2), zorder=1.5)
        found = layout.place((line,), [Candidate((x, -_BELOW))])
        if found is not None:
            write(axes, (line,), found, f"tick-{slug}-0-{value}")
        if found is not None or value in changes:
            axes.plot(
                [x, x], [-_LENGTH, 0], color=line.colour, linewidth=1.1 if line.bold else 0.7,
                clip_on=False, zorder=2, gid=f"at-{slug}-0-{value}",
            )  # fmt: skip
