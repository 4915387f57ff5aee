"""A family with two unknowns: a phase diagram."""

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from app.drawing import INK, PLAIN, QUIET
from app.region_plots import words
from app.region_plots.area_labels import Shape, label_areas
from app.region_plots.borders import Area, Segment, borders, outlines
from app.region_plots.frame import Frame
from app.region_plots.labels import Candidate, Layout, Obstacle, Words, write
from app.region_plots.legend import Entry, member_marks
from app.region_plots.looks import EDGE, FAINT, HATCH, HATCH_COLOUR, HATCH_WIDTH, LOOKS
from app.region_plots.members import Page, draw_members
from app.region_plots.shapes import Box, Point, clipped
from app.region_plots.thin import draw_thin, thin_cells
from app.region_plots.ticks import ticks
from solver import Kind, Survey

_MOST_TICKS: Final = 8
_TICK: Final = 3.5
# What words cost that cross a border, in points of distance.
_CROSSED_BORDER: Final = 9.0


def draw_plane(axes: Axes, survey: Survey, frame: Frame) -> None:
    """Draw a panel into axes whose coordinates are points."""
    slug, shown = words.slug(survey), _shown(survey, frame.box)
    areas = _areas(survey, shown)
    layout = Layout(frame.rect.grown(-2))
    _draw_areas(axes, areas, frame, slug)
    _draw_borders(axes, areas, frame, layout)
    thin = thin_cells(survey, shown)
    draw_thin(axes, thin, frame, layout, slug)
    shapes = [Shape(area, frame.spots(area.corners)) for area in areas]
    draw_members(Page(axes, frame, shapes, layout), survey, thin)
    label_areas(axes, shapes, layout, slug)
    _draw_axes(axes, frame, slug)


def _shown(survey: Survey, box: Box) -> list[tuple[Point, ...]]:
    return [clipped(box.corners, each.where, survey.unknowns) for each in survey.cells]


def _areas(survey: Survey, shown: Sequence[tuple[Point, ...]]) -> list[Area]:
    return [
        Area(cell, corners, number)
        for number, (cell, corners) in enumerate(zip(survey.cells, shown, strict=True))
        if len(corners) > 2
    ]


def plane_marks(surveys: Sequence[Survey], box: Box) -> list[Entry]:
    """What occurs in phase diagrams besides verdicts, for the legend."""
    marks = member_marks(surveys)
    found = [(survey, _shown(survey, box)) for survey in surveys]
    looks = {end.look for each in found for thin in thin_cells(*each) for end in thin.ends}
    if "closed" in looks:
        marks.append(Entry("included", "end included"))
    if "open" in looks:
        marks.append(Entry("excluded", "end excluded"))
    areas = (_areas(*each) for each in found)
    if any(next(outlines(each, borders(each, box.unknowns), box.unknowns), None) for each in areas):
        marks.append(Entry("outside", "outside the bounds"))
    return marks


def _draw_areas(axes: Axes, areas: Sequence[Area], frame: Frame, slug: str) -> None:
    for cell, corners, number in areas:
        colour = LOOKS[cell.kind].area
        # An edge of the same colour closes the hairline between neighbours.
        axes.add_patch(
            Polygon(
                frame.spots(corners), facecolor=colour, edgecolor=colour, linewidth=0.4, zorder=1,
                gid=f"cell-{slug}-{number}-{cell.kind}-2",
            )
        )  # fmt: skip
        if cell.kind is Kind.UNSTABLE:
            axes.add_patch(
                Polygon(
                    frame.spots(corners), facecolor="none", edgecolor=HATCH_COLOUR, linewidth=0,
                    hatch=HATCH, hatch_linewidth=HATCH_WIDTH, zorder=1.1,
                )
            )  # fmt: skip


def _draw_borders(axes: Axes, areas: Sequence[Area], frame: Frame, layout: Layout) -> None:
    """Verdicts in the colour of the one that holds on the border; formulas for r faintly."""
    found = borders(areas, frame.box.unknowns)
    for border in found:
        if border.of_verdicts:
            colour = EDGE if border.owner is None else LOOKS[border.owner.kind].beside
            _draw_segment(axes, border.ends, frame, layout, colour, 0.9)
        elif border.of_rates:
            _draw_segment(axes, border.ends, frame, layout, FAINT, 0.8)
    for edge in outlines(areas, found, frame.box.unknowns):
        _draw_segment(axes, edge, frame, layout, INK, 1.1)


def _draw_segment(
    axes: Axes, ends: Segment, frame: Frame, layout: Layout, colour: str, width: float
) -> None:
    start, end = frame.spots(ends)
    axes.plot(*zip(start, end, strict=True), color=colour, linewidth=width, zorder=2)
    layout.lines.append(Obstacle(start, end, _CROSSED_BORDER))


def _draw_axes(axes: Axes, frame: Frame, slug: str) -> None:
    axes.add_patch(
        Polygon(
            [(0, 0), (frame.width, 0), (frame.width, frame.height), (0, frame.height)],
            facecolor="none", edgecolor=QUIET, linewidth=0.7, clip_on=False, zorder=4,
            gid=f"panel-{slug}",
        )
    )  # fmt: skip
    for axis in range(2):
        low, high = frame.box.low[axis], frame.box.high[axis]
        for value, label in ticks(low, high, _most_ticks(frame, axis)):
            at = frame.along(axis, value)
            line = (Words(label, QUIET, False, PLAIN),)
            if axis == 0:
                axes.plot([at, at], [0, -_TICK], color=QUIET, linewidth=0.7, clip_on=False)
                middle = (at, -_TICK - 2 - line[0].height / 2)
            else:
                axes.plot([0, -_TICK], [at, at], color=QUIET, linewidth=0.7, clip_on=False)
                middle = (-_TICK - 3 - line[0].width / 2, at)
            write(axes, line, Candidate(middle), f"tick-{slug}-{axis}-{value}")


def _most_ticks(frame: Frame, axis: int) -> int:
    """As many as there is room for, between labels beside one another."""
    low, high = frame.box.low[axis], frame.box.high[axis]
    if axis == 1:
        return _MOST_TICKS
    fitting = (
        most
        for most in range(_MOST_TICKS, 2, -1)
        if sum(Words(each.label, size=PLAIN).width + 8 for each in ticks(low, high, most))
        < frame.width
    )
    return next(fitting, 2)


def tick_room(frame: Frame) -> float:
    """What the vertical axis needs on its left for its labels, in points."""
    values = ticks(frame.box.low[1], frame.box.high[1], _MOST_TICKS)
    return _TICK + 3 + max((Words(each.label, size=PLAIN).width for each in values), default=0)
