"""What is marked in a phase diagram, and its words: thin cells, the gallery's members, an optimum.

All that is at one point shares one label.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes

from app.figures.drawing import INK
from app.figures.labels.layout import Candidate, Layout, Obstacle, extent, write
from app.figures.labels.places import around, beside, upon
from app.figures.labels.rectangles import Spot, square
from app.figures.labels.text import Words
from app.figures.regions import words
from app.figures.regions.frame import Frame
from app.figures.regions.looks import LOOKS, PALE, STRETCH
from app.figures.regions.plane.area_labels import Shape, ground
from app.figures.regions.plane.lines_and_points import ThinCell
from app.figures.regions.shapes import Point, clipped, unnamed
from solver import Cell, Survey
from solver.exact import Polyhedron

_MARK: Final = 6.0
_STAR: Final = 10.0
# Of a label from the middle of its mark.
_CLEARANCE: Final = 9.0
# What words cost that cross the line of a member, in points of distance.
_CROSSED: Final = 25.0


class Panel(NamedTuple):
    """Where a panel is drawn."""

    axes: Axes
    frame: Frame
    shapes: Sequence[Shape]
    layout: Layout

    def label(self, lines: Sequence[Words], ways: Iterable[Candidate], gid: str) -> bool:
        """Write in the cheapest free place, on the colour of the area there, if there is one."""
        found = self.layout.place(lines, ways)
        if found is not None:
            behind = ground(self.shapes, extent(lines, found.middle))
            if behind not in PALE and any(each.colour != INK for each in lines):
                behind = None  # colours are hard to read on one another
            write(
                self.axes, lines, found, gid,
                ground=behind or "white", opaque=behind is not None,
            )  # fmt: skip
        return found is not None


def draw_members(
    panel: Panel, survey: Survey, thin: Sequence[ThinCell],
    along: Sequence[tuple[str, list[tuple[Spot, Spot]]]],
) -> None:  # fmt: skip
    """Draw the marks of members and the optimum; then label these and the thin cells."""
    axes, frame, _, layout = panel
    slug = words.slug(survey)
    for name, edges in along:
        for start, end in edges:
            _draw_stretch(axes, start, end, f"landmark-{slug}-{name}")
            layout.lines.append(Obstacle(start, end, _CROSSED))
    notes = _notes(axes, survey, thin, frame, layout)
    for number, (point, lines) in enumerate(notes.items()):
        spot = frame.spot(point)
        panel.label(lines, around(spot, lines, _CLEARANCE), f"note-{slug}-{number}")
    for name, edges in along:
        line = (Words(name),)
        gid = f"name-{slug}-{name}"
        # Upon its line a name belongs to neither side.
        panel.label(line, upon(edges), gid) or panel.label(line, beside(edges, line), gid)
    for each in thin:
        if each.cell.dimension and not each.quiet:
            _label_line(panel, each, f"rate-{slug}-{each.number}")


def _notes(
    axes: Axes, survey: Survey, thin: Sequence[ThinCell], frame: Frame, layout: Layout
) -> dict[Point, list[Words]]:
    """What is said at points; where there is a mark, it is drawn."""
    slug, unknowns = words.slug(survey), survey.unknowns
    notes: dict[Point, list[Words]] = {}
    for each in thin:
        if not each.cell.dimension and not each.quiet:
            (point,) = each.points
            notes[point] = list(_point_words(each.cell, point))
    members: dict[Point, list[str]] = {}
    for landmark in survey.landmarks:
        if landmark.at is not None:
            members.setdefault(unnamed(unknowns, landmark.at), []).append(landmark.name)
    for point, names in members.items():
        _mark(axes, frame.spot(point), "D", _MARK, INK, f"landmark-{slug}-{', '.join(names)}")
        layout.marks.append(square(frame.spot(point), _MARK / 2))
        notes.setdefault(point, []).append(Words(", ".join(names)))
    optimum = survey.optimum
    if optimum is not None and optimum.at is not None:
        point = unnamed(unknowns, optimum.at)
        face = INK if optimum.attained else "white"
        _mark(axes, frame.spot(point), "*", _STAR, face, f"optimum-{slug}")
        layout.marks.append(square(frame.spot(point), _STAR / 2))
        star = "★" if optimum.attained else "☆"
        line = Words(f"{star} {words.extreme(optimum)}", INK, True)
        notes.setdefault(point, []).append(line)
    return notes


def _point_words(cell: Cell, point: Point) -> Iterator[Words]:
    colour = LOOKS[cell.kind].beside
    yield Words(words.verdict(cell.kind), colour, True)
    rate = f",  {words.rate(cell)}" if cell.r.constant else ""
    yield Words(f"{words.place(point)}{rate}", colour)


def _mark(axes: Axes, spot: Spot, marker: str, size: float, face: str, gid: str) -> None:
    edge = "white" if face == INK else INK
    axes.plot(
        [spot[0]], [spot[1]], marker=marker, markersize=size, markerfacecolor=face,
        markeredgecolor=edge, markeredgewidth=0.8, linestyle="none", zorder=6, gid=gid,
    )  # fmt: skip


def stretches(
    survey: Survey, frame: Frame, shown: Sequence[tuple[Point, ...]]
) -> Iterator[tuple[str, list[tuple[Spot, Spot]]]]:
    """Members that are lines, or areas: their edges.  What covers all cells is left out.

    ``shown`` are the corners of every cell in the picture.
    """
    unknowns = survey.unknowns
    members: dict[Polyhedron, list[str]] = {}
    for landmark in survey.landmarks:
        if landmark.at is None:
            members.setdefault(landmark.where, []).append(landmark.name)
    for where, names in members.items():
        corners = clipped(frame.box.corners, where, unknowns)
        covered = all(clipped(each, where, unknowns) == each for each in shown)
        if not covered and len(corners) > 1:
            spots = frame.spots(corners)
            edges = list(zip(spots, [*spots[1:], spots[0]], strict=True))
            yield ", ".join(names), edges[:1] if len(spots) == 2 else edges


def _draw_stretch(axes: Axes, start: Spot, end: Spot, gid: str) -> None:
    x, y = zip(start, end, strict=True)
    axes.plot(x, y, color="white", linewidth=2.4, zorder=3.4, solid_capstyle="butt")
    axes.plot(x, y, zorder=3.5, gid=gid, **STRETCH)


def _label_line(panel: Panel, thin: ThinCell, gid: str) -> None:
    """The verdict and r, or what of it there is room for."""
    colour = LOOKS[thin.cell.kind].beside
    verdict = Words(words.verdict(thin.cell.kind), colour, True)
    rate = Words(words.rate(thin.cell), colour)
    start, end = panel.frame.spots(thin.points)
    for lines in ((verdict, rate), (verdict,), (rate,)):
        if panel.label(lines, beside([(start, end)], lines), gid):
            return
