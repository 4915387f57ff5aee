"""Cells without an area, lines and points: drawn so that they are seen."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes

from app.figures.labels.layout import Layout, Obstacle
from app.figures.labels.rectangles import square
from app.figures.regions.frame import Frame
from app.figures.regions.looks import JOINT, LINE, LOOKS
from app.figures.regions.shapes import Point, clipped, contains, on_own_border, touches
from app.figures.regions.view import marked
from solver import Cell, Survey

_CASING: Final = 8.0
_QUIET_LINE: Final = 1.2
_POINT: Final = 13.0
_QUIET_POINT: Final = 3.0
_CLOSED: Final[dict[str, Any]] = {"marker": "o", "markersize": 7.5, "markeredgewidth": 1.8}
# What words cost that cross a line, in points of distance.
_CROSSED: Final = 50.0


class End(NamedTuple):
    """An end of a line: ``closed``, or a ``joint`` with a line of the same verdict.

    An end that is not the line's own has no mark: the line or point that holds it does.
    """

    point: Point
    look: str


class ThinCell(NamedTuple):
    """A line or a point; ``quiet`` where the same verdict is all around it."""

    cell: Cell
    points: tuple[Point, ...]
    number: int
    quiet: bool
    ends: tuple[End, ...]


def thin_cells(survey: Survey, shown: Sequence[Sequence[Point]]) -> list[ThinCell]:
    """Those that are in the picture, given the corners of every cell there."""
    found = []
    for number, (cell, points) in enumerate(zip(survey.cells, shown, strict=True)):
        if points and cell.dimension < 2:
            ends = tuple(_ends(cell, points, survey)) if cell.dimension else ()
            found.append(ThinCell(cell, tuple(points), number, _quiet(cell, points, survey), ends))
    return found


def _quiet(cell: Cell, points: Sequence[Point], survey: Survey) -> bool:
    around = {
        other.kind
        for other in survey.cells
        if other.dimension > cell.dimension
        and clipped(points, other.where, survey.unknowns) == tuple(points)
    }
    return around == {cell.kind}


def _ends(cell: Cell, points: Sequence[Point], survey: Survey) -> Iterator[End]:
    unknowns = survey.unknowns
    for point in points:
        if not on_own_border(cell.where, unknowns, point):
            continue  # it runs on beyond the picture
        holder = next(each for each in survey.cells if contains(each.where, unknowns, point))
        joint = any(
            other is not cell
            and other.kind == cell.kind
            and other.dimension == 1
            and touches(other.where, unknowns, point)
            for other in survey.cells
        )
        if joint and holder.kind == cell.kind:
            if point not in marked(survey):  # which would cover it
                yield End(point, "joint")
        elif holder is cell:
            yield End(point, "closed")


def draw_thin(
    axes: Axes, thin: Sequence[ThinCell], frame: Frame, layout: Layout, slug: str
) -> None:
    """Draw them, lines before points."""
    for each in sorted(thin, key=lambda each: -each.cell.dimension):
        gid = f"cell-{slug}-{each.number}-{each.cell.kind}-{each.cell.dimension}"
        if each.cell.dimension:
            _draw_line(axes, each, frame, layout, gid)
        else:
            _draw_point(axes, each, frame, layout, gid)
    for each in thin:
        _draw_ends(axes, each, frame, f"end-{slug}-{each.number}")


def _draw_line(axes: Axes, thin: ThinCell, frame: Frame, layout: Layout, gid: str) -> None:
    colour = LOOKS[thin.cell.kind].line
    start, end = frame.spots(thin.points)
    x, y = zip(start, end, strict=True)
    if not thin.quiet:
        axes.plot(
            x, y, color="white", linewidth=_CASING, solid_capstyle="round", zorder=2.5,
            gid=f"casing-{gid}",
        )  # fmt: skip
        layout.lines.append(Obstacle(start, end, _CROSSED, _CASING / 2))
    axes.plot(
        x, y, color=colour, linewidth=_QUIET_LINE if thin.quiet else LINE,
        solid_capstyle="round", zorder=3, gid=gid,
    )  # fmt: skip


def _draw_point(axes: Axes, thin: ThinCell, frame: Frame, layout: Layout, gid: str) -> None:
    ((x, y),) = frame.spots(thin.points)
    size = _QUIET_POINT if thin.quiet else _POINT
    axes.plot(
        [x], [y], marker="o", markersize=size, color=LOOKS[thin.cell.kind].line, zorder=5,
        markeredgecolor="white", markeredgewidth=1.6, linestyle="none", gid=gid,
    )  # fmt: skip
    layout.marks.append(square((x, y), size / 2))


def _draw_ends(axes: Axes, thin: ThinCell, frame: Frame, gid: str) -> None:
    colour = LOOKS[thin.cell.kind].line
    for number, (point, look) in enumerate(thin.ends):
        x, y = frame.spot(point)
        mark = {"joint": {**JOINT, "markerfacecolor": "white"}, "closed": _CLOSED}[look]
        axes.plot(
            [x], [y], linestyle="none", color=colour, zorder=4.5, gid=f"{gid}-{number}-{look}",
            **mark,
        )  # fmt: skip
