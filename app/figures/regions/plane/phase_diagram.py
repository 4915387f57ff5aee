"""A family with two unknowns: a phase diagram."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from app.figures.drawing import INK, PLAIN, QUIET
from app.figures.labels.layout import Candidate, Layout, Obstacle, extent, write
from app.figures.labels.rectangles import Spot
from app.figures.labels.text import Words
from app.figures.regions import words
from app.figures.regions.frame import Frame
from app.figures.regions.legend import Entry, other_marks
from app.figures.regions.looks import EDGE, FAINT, HATCH, HATCH_COLOUR, HATCH_WIDTH, LOOKS
from app.figures.regions.plane.area_labels import Shape, label_areas
from app.figures.regions.plane.borders import Area, Border, Segment, borders, outlines
from app.figures.regions.plane.lines_and_points import ThinCell, draw_thin, thin_cells
from app.figures.regions.plane.marks import Panel, draw_members, stretches
from app.figures.regions.shapes import clipped
from app.figures.regions.ticks import Tick, ticks
from solver import Kind, Survey

_MOST_TICKS: Final = 8
_TICK: Final = 3.5
# How far a label may reach beyond a panel.
_OVER: Final = 14.0
# What words cost that cross a border, in points of distance.
_CROSSED_BORDER: Final = 9.0


class Diagram(NamedTuple):
    """What a panel shows, measured before it is drawn."""

    survey: Survey
    frame: Frame
    areas: list[Area]
    borders: list[Border]
    outlines: list[Segment]
    thin: list[ThinCell]
    along: list[tuple[str, list[tuple[Spot, Spot]]]]


def diagram(survey: Survey, frame: Frame) -> Diagram:
    """Plan a panel."""
    unknowns = survey.unknowns
    shown = [clipped(frame.box.corners, each.where, unknowns) for each in survey.cells]
    areas = [
        Area(cell, corners, number)
        for number, (cell, corners) in enumerate(zip(survey.cells, shown, strict=True))
        if len(corners) > 2
    ]
    found = borders(areas, unknowns)
    edges = list(outlines(areas, unknowns))
    along = list(stretches(survey, frame, shown))
    return Diagram(survey, frame, areas, found, edges, thin_cells(survey, shown), along)


def plane_marks(diagrams: Sequence[Diagram]) -> list[Entry]:
    """What occurs in phase diagrams besides verdicts, for the legend."""
    looks = {end.look for each in diagrams for thin in each.thin for end in thin.ends}
    along = any(each.along for each in diagrams)
    marks = other_marks([each.survey for each in diagrams], along, "joint" in looks)
    if "closed" in looks:
        marks.append(Entry("included", "end included"))
    met = [border for each in diagrams for border in each.borders]
    if any(each.of_rates and not each.of_verdicts for each in met):
        marks.append(Entry("rates", "another formula for r"))
    if any(each.outlines for each in diagrams):
        marks.append(Entry("outside", "outside the range of the unknowns"))
    return marks


def draw_plane(axes: Axes, drawn: Diagram) -> None:
    """Draw a panel into axes whose coordinates are points."""
    survey, frame, areas, found, _, thin, along = drawn
    slug = words.slug(survey)
    layout = Layout(frame.rect.grown(-2))
    _draw_areas(axes, areas, frame, slug)
    _draw_borders(axes, drawn, layout, slug)
    draw_thin(axes, thin, frame, layout, slug)
    shapes = [Shape(area, frame.spots(area.corners)) for area in areas]
    draw_members(Panel(axes, frame, shapes, layout), survey, thin, along)
    label_areas(axes, shapes, found, layout, slug)
    _draw_axes(axes, frame, slug)


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


def _draw_borders(axes: Axes, drawn: Diagram, layout: Layout, slug: str) -> None:
    """Verdicts in the colour of the one that holds on the border; formulas for r faintly."""
    frame = drawn.frame
    for number, border in enumerate(drawn.borders):
        gid = f"border-{slug}-{number}"
        if border.of_verdicts:
            colour = EDGE if border.owner is None else LOOKS[border.owner.kind].beside
            _draw_segment(axes, border.ends, frame, layout, colour, 0.9, gid)
        elif border.of_rates:
            _draw_segment(axes, border.ends, frame, layout, FAINT, 0.8, f"{gid}-rates")
    for number, edge in enumerate(drawn.outlines):
        _draw_segment(axes, edge, frame, layout, INK, 1.1, f"outline-{slug}-{number}")


def _draw_segment(
    axes: Axes, ends: Segment, frame: Frame, layout: Layout, colour: str, width: float, gid: str
) -> None:
    start, end = frame.spots(ends)
    axes.plot(*zip(start, end, strict=True), color=colour, linewidth=width, zorder=2, gid=gid)
    layout.lines.append(Obstacle(start, end, _CROSSED_BORDER))


def _draw_axes(axes: Axes, frame: Frame, slug: str) -> None:
    axes.add_patch(
        Polygon(
            [(0, 0), (frame.width, 0), (frame.width, frame.height), (0, frame.height)],
            facecolor="none", edgecolor=QUIET, linewidth=0.7, clip_on=False, zorder=4,
            gid=f"panel-{slug}",
        )
    )  # fmt: skip
    for value, label in _ticks(frame, 0):
        x, line = frame.along(0, value), (Words(label, QUIET, False, PLAIN),)
        _draw_tick(axes, [x, x], [0, -_TICK], f"at-{slug}-0-{value}")
        middle = (x, -_TICK - 2 - line[0].height / 2)
        rect = extent(line, middle)
        # At a corner a long one would run into the next panel.
        if rect.left > -_OVER and rect.right < frame.width + _OVER:
            write(axes, line, Candidate(middle), f"tick-{slug}-0-{value}")
    for value, label in _ticks(frame, 1):
        y, line = frame.along(1, value), (Words(label, QUIET, False, PLAIN),)
        _draw_tick(axes, [0, -_TICK], [y, y], f"at-{slug}-1-{value}")
        middle = (-_TICK - 3 - line[0].width / 2, y)
        write(axes, line, Candidate(middle), f"tick-{slug}-1-{value}")


def _draw_tick(axes: Axes, x: Sequence[float], y: Sequence[float], gid: str) -> None:
    axes.plot(x, y, color=QUIET, linewidth=0.7, clip_on=False, gid=gid)


def _ticks(frame: Frame, axis: int) -> list[Tick]:
    """As many as there is room for, where labels are beside one another."""
    low, high = frame.box.low[axis], frame.box.high[axis]
    most = _MOST_TICKS
    found = ticks(low, high, most)
    while axis == 0 and most > 1 and sum(_width(each) + 8 for each in found) > frame.width:
        most -= 1
        found = ticks(low, high, most)
    return found


def _width(tick: Tick) -> float:
    return Words(tick.label, size=PLAIN).width


def tick_room(frame: Frame) -> float:
    """What the vertical axis needs on its left for its labels, in points."""
    return _TICK + 3 + max(map(_width, _ticks(frame, 1)))
