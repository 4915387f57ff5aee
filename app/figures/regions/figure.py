"""The whole picture: title, panels, legend, and the file."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from matplotlib.figure import Figure

from app.figures.drawing import INK, MATH, PLAIN, QUIET, TITLE, FileFormat, picture
from app.figures.labels.text import Words, wrapped
from app.figures.page import blank, write_at
from app.figures.regions import words
from app.figures.regions.frame import Frame, panel_axes
from app.figures.regions.legend import Legend, draw_legend, legend
from app.figures.regions.line.number_line import draw_line, line_marks, line_panel
from app.figures.regions.looks import ORDER
from app.figures.regions.plane.phase_diagram import diagram, draw_plane, plane_marks, tick_room
from app.figures.regions.view import view
from solver import Survey

# All in points.
_MARGIN: Final = 14.0
_HEADING: Final = 20.0
_TICKS: Final = 19.0
_AXIS_NAME: Final = 14.0
_APART: Final = 14.0
_LANE_NAMES: Final = 105.0
_LINE: Final = 450.0
_PANEL: Final = (300.0, 270.0)
_ONLY_PANEL: Final = (440.0, 340.0)
_MOST_LINES: Final = 3


def draw(first: Survey, deeper: Survey | None, file_format: FileFormat) -> bytes:
    """The picture of a family with one or two unknowns, as the bytes of a file.

    A number line for one, a phase diagram for two; a panel for each survey.  The same surveys
    give the same bytes.  Any thread may call this.  Raises ``ValueError`` for more unknowns.
    """
    if not 1 <= len(first.unknowns) <= 2:
        raise ValueError(
            f"a picture shows one or two unknowns, not {len(first.unknowns)}: "
            f"{', '.join(first.unknowns)}"
        )
    surveys = (first,) if deeper is None else (first, deeper)
    make = _line_figure if len(first.unknowns) == 1 else _plane_figure
    return picture(
        lambda: make(surveys), words.title(surveys), words.description(surveys), file_format
    )


class _Head(NamedTuple):
    title: list[str]
    subject: list[str]

    @property
    def height(self) -> float:
        return _MARGIN + 17 * len(self.title) + 12 * len(self.subject) + 6


def _head(surveys: Sequence[Survey], width: float) -> _Head:
    room = width - 2 * _MARGIN
    return _Head(
        wrapped(Words(words.title(surveys), size=TITLE, bold=True), room, _MOST_LINES),
        wrapped(Words(words.subject(surveys), size=PLAIN), room, _MOST_LINES),
    )


def _line_figure(surveys: Sequence[Survey]) -> Figure:
    frame = Frame(view(surveys, Fraction(1)), _LINE, 0)
    occurring = {cell.kind for survey in surveys for cell in survey.cells}
    kinds = [kind for kind in reversed(ORDER) if kind in occurring]
    panels = [line_panel(survey, kinds, frame) for survey in surveys]
    width = _MARGIN + _LANE_NAMES + _LINE + 2 * _MARGIN
    head = _head(surveys, width)
    below = legend(surveys, line_marks(panels), width - 2 * _MARGIN)
    heights = [_HEADING + panel.height + _TICKS for panel in panels]
    rest = _AXIS_NAME + _APART + below.height + _MARGIN
    height = head.height + sum(heights) + _APART * (len(panels) - 1) + rest
    figure = _empty(width, height, head)
    top = height - head.height
    for panel, high in zip(panels, heights, strict=True):
        bottom = top - _HEADING - panel.height
        _write_heading(figure, panel.survey, _MARGIN, top, width - _MARGIN)
        axes = panel_axes(figure, _MARGIN + _LANE_NAMES, bottom, _LINE, panel.height)
        draw_line(axes, panel, frame)
        top -= high + _APART
    _write_name(figure, surveys[0].unknowns[0], _MARGIN + _LANE_NAMES + _LINE / 2, top + _APART)
    _put_legend(figure, below, width)
    return figure


def _plane_figure(surveys: Sequence[Survey]) -> Figure:
    wide, high = _PANEL if len(surveys) == 2 else _ONLY_PANEL
    box = view(surveys, Fraction(round(wide), round(high)))
    frame = Frame(box, wide, high)
    room = tick_room(frame)
    left = _MARGIN + _AXIS_NAME + room
    step = wide + _APART + room
    width = left + step * (len(surveys) - 1) + wide + 1.5 * _MARGIN
    head = _head(surveys, width)
    panels = [diagram(survey, frame) for survey in surveys]
    below = legend(surveys, plane_marks(panels), width - 2 * _MARGIN)
    rest = _TICKS + _AXIS_NAME + _APART + below.height + _MARGIN
    height = head.height + _HEADING + high + rest
    figure = _empty(width, height, head)
    bottom = rest
    for number, (survey, panel) in enumerate(zip(surveys, panels, strict=True)):
        start = left + number * step
        _write_heading(figure, survey, start, height - head.height, start + wide)
        draw_plane(panel_axes(figure, start, bottom, wide, high), panel)
        _write_name(figure, survey.unknowns[0], start + wide / 2, bottom - _TICKS)
    write_at(
        figure, Words(survey.unknowns[1], size=PLAIN), _MARGIN + 4, bottom + high / 2,
        rotation=90, ha="center", va="center", style="italic", gid="axis-1",
    )  # fmt: skip
    _put_legend(figure, below, width)
    return figure


def _empty(width: float, height: float, head: _Head) -> Figure:
    """A figure with its title."""
    figure = blank(width, height)
    y = height - _MARGIN
    for line in head.title:
        write_at(figure, Words(line, INK, True, TITLE), _MARGIN, y - 10, gid="title")
        y -= 17
    for line in head.subject:
        write_at(figure, Words(line, QUIET, False, PLAIN), _MARGIN, y - 8, gid="subject")
        y -= 12
    return figure


def _write_heading(figure: Figure, survey: Survey, left: float, top: float, right: float) -> None:
    """The depth; and what there is to say of an optimum that is nowhere."""
    slug = words.slug(survey)
    line = Words(words.depth(survey), INK, True, MATH)
    write_at(figure, line, left, top - 12, gid=f"heading-{slug}")
    if survey.optimum is not None and survey.optimum.at is None:
        words_ = Words(words.extreme(survey.optimum), INK, False, PLAIN)
        write_at(figure, words_, right, top - 12, ha="right", gid=f"extreme-{slug}")


def _write_name(figure: Figure, unknown: str, middle: float, top: float) -> None:
    line = Words(unknown, size=PLAIN)
    write_at(figure, line, middle, top - 9, ha="center", style="italic", gid="axis-0")


def _put_legend(figure: Figure, drawn: Legend, width: float) -> None:
    room = width - 2 * _MARGIN
    axes = panel_axes(figure, _MARGIN, _MARGIN, room, drawn.height)
    draw_legend(axes, drawn)
