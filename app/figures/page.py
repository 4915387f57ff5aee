"""A page measured in points (1/72 inch) from its lower left corner."""

from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.figures.drawing import DPI
from app.figures.labels.text import Words

POINTS_PER_INCH: Final = 72


def blank(width: float, height: float) -> Figure:
    """An empty white page."""
    size = (width / POINTS_PER_INCH, height / POINTS_PER_INCH)
    return Figure(size, dpi=DPI, facecolor="white")


def axes_at(page: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Empty axes there, of this size."""
    across, up = _size(page)
    return page.add_axes((left / across, bottom / up, width / across, height / up))


def write_at(page: Figure, line: Words, x: float, y: float, **look: Any) -> None:
    """Write a line of text on its baseline, from there on unless ``look`` says otherwise."""
    width, height = _size(page)
    page.text(x / width, y / height, line.text, **{**line.look, "va": "baseline", **look})


def _size(page: Figure) -> tuple[float, float]:
    width, height = page.get_size_inches()
    return POINTS_PER_INCH * width, POINTS_PER_INCH * height
