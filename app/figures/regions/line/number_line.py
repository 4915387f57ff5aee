"""A family with one unknown: a lane for each verdict above a number line."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes

from app.figures.drawing import GRID, INK, PLAIN
from app.figures.labels.layout import Candidate, Layout, extent, write
from app.figures.labels.rectangles import Rect
from app.figures.labels.text import Words
from app.figures.regions import words
from app.figures.regions.frame import Frame
from app.figures.regions.legend import Entry, other_marks
from app.figures.regions.line.axis import draw_axis
from app.figures.regions.line.gallery_names import GalleryLane, draw_gallery, gallery_lane
from app.figures.regions.line.intervals import Interval, interval
from app.figures.regions.looks import BAR, LOOKS, NOTCH
from solver import Cell, Kind, Survey

# Of lanes, from one to the next; and of the bar in a lane, and of words above it.
_LANE: Final = 29.0
_BAR: Final = 9.0
_ABOVE: Final = 19.5
_POINT: Final = 11.0
_END: Final = 8.0


class Piece(NamedTuple):
    """A cell, where it lies, and its place among the cells."""

    cell: Cell
    where: Interval
    number: int


class LinePanel(NamedTuple):
    """What a panel shows, measured before it is drawn."""

    survey: Survey
    kinds: tuple[Kind, ...]
    pieces: tuple[Piece, ...]
    gallery: GalleryLane
    starred: bool

    @property
    def height(self) -> float:
        """From the number line to the top, in points."""
        return self.gallery.height + _LANE * (len(self.kinds) + self.starred)


def line_panel(survey: Survey, kinds: Sequence[Kind], frame: Frame) -> LinePanel:
    """Plan a panel with a lane for each of the verdicts."""
    (name,) = survey.unknowns
    pieces = tuple(
        Piece(cell, interval(cell.where, name), number) for number, cell in enumerate(survey.cells)
    )
    gallery = gallery_lane(survey, [each.where for each in pieces], frame)
    starred = survey.optimum is not None and survey.optimum.at is not None
    return LinePanel(survey, tuple(kinds), pieces, gallery, starred)


def line_marks(panels: Sequence[LinePanel]) -> list[Entry]:
    """What occurs on number lines besides verdicts, for the legend."""
    surveys = [each.survey for each in panels]
    ends = any(cell.where.facets for survey in surveys for cell in survey.cells)
    circles = [Entry("included", "end included"), Entry("excluded", "end excluded")]
    joints = any(
        end is not None and _goes_on(end, closed, _others(piece, panel.pieces))
        for panel in panels
        for piece in panel.pieces
        if piece.where.point is None
        for end, closed in piece.where.sides
    )
    stretched = any(each.gallery.stretched for each in panels)
    return [*(circles if ends else []), *other_marks(surveys, stretched, joints)]


def _others(piece: Piece, pieces: Sequence[Piece]) -> list[Interval]:
    """The other intervals of its verdict."""
    return [
        each.where for each in pieces if each is not piece and each.cell.kind == piece.cell.kind
    ]


def draw_line(axes: Axes, panel: LinePanel, frame: Frame) -> None:
    """Draw a panel into axes whose coordinates are points."""
    slug = words.slug(panel.survey)
    changes = sorted({end for piece in panel.pieces for end in piece.where.ends})
    draw_axis(axes, changes, panel.height - _LANE + _BAR, frame, slug)
    base = draw_gallery(axes, panel.gallery, slug)
    if panel.starred:
        _draw_star(axes, panel, frame, base)
        base += _LANE
    for kind in panel.kinds:
        own = [piece for piece in panel.pieces if piece.cell.kind == kind]
        axes.plot([0, frame.width], [base + _BAR] * 2, color=GRID, linewidth=0.8, zorder=1)
        name = Words(words.verdict(kind), LOOKS[kind].beside, True, PLAIN)
        axes.text(
            -10, base + _BAR, name.text, ha="right", va="center", gid=f"lane-{slug}-{kind}",
            **name.look,
        )  # fmt: skip
        for piece in own:
            _draw_piece(axes, piece, own, frame, base + _BAR, slug)
        _label_pieces(axes, own, frame, base, slug)
        base += _LANE


def _draw_piece(
    axes: Axes, piece: Piece, own: Sequence[Piece], frame: Frame, height: float, slug: str
) -> None:
    cell, where, number = piece
    colour = LOOKS[cell.kind].line
    gid = f"cell-{slug}-{number}-{cell.kind}-{cell.dimension}"
    if where.point is not None:
        axes.plot(
            [frame.along(0, where.point)], [height], marker="o", markersize=_POINT, color=colour,
            markeredgecolor="white", markeredgewidth=1, zorder=5, linestyle="none", gid=gid,
        )  # fmt: skip
        return
    ends = _visible(where, frame)
    axes.plot(
        ends, [height] * 2, color=colour, linewidth=BAR, solid_capstyle="butt", zorder=3,
        gid=gid,
    )  # fmt: skip
    others = _others(piece, own)
    for side, (end, closed), at in zip(("low", "high"), where.sides, ends, strict=True):
        look = _end_look(side, end, closed, others, colour)
        name = f"{side}-{'closed' if closed else 'open'}" if look["marker"] == "o" else side
        axes.plot(
            [at], [height], color=colour, linestyle="none", clip_on=False,
            gid=f"{_PARTS[look['marker']]}-{slug}-{number}-{name}", **look,
        )  # fmt: skip


_PARTS: Final = {"o": "end", "|": "joint", "<": "on", ">": "on"}


def _end_look(
    side: str, end: Fraction | None, closed: bool, others: Sequence[Interval], colour: str
) -> dict[str, Any]:
    """An arrow where a cell runs on; a notch where only r changes; otherwise a circle."""
    if end is None:
        arrow = "<" if side == "low" else ">"
        return {"marker": arrow, "markersize": _POINT, "markeredgewidth": 0, "zorder": 3}
    if _goes_on(end, closed, others):
        return {**NOTCH, "markeredgecolor": "white", "zorder": 4}
    return {
        "marker": "o", "markersize": _END, "markeredgewidth": 1.8, "zorder": 4,
        "markerfacecolor": colour if closed else "white",
    }  # fmt: skip


def _goes_on(end: Fraction, closed: bool, others: Sequence[Interval]) -> bool:
    """Whether the verdict is the same beyond an end: only r changes there."""
    held = closed or any(other.has(end) for other in others)
    return held and any(end in other.ends for other in others)


def _visible(where: Interval, frame: Frame) -> tuple[float, float]:
    (low,), (high,) = frame.box.low, frame.box.high
    ends = where.within(low, high)
    return frame.along(0, ends[0]), frame.along(0, ends[1])


def _label_pieces(axes: Axes, own: Sequence[Piece], frame: Frame, base: float, slug: str) -> None:
    """Write r above each bar, and also where a point is; what has no room is left out."""
    layout = Layout(Rect(0, base, frame.width, base + _LANE).grown(1))
    for piece in sorted(own, key=lambda each: each.cell.dimension):
        colour = LOOKS[piece.cell.kind].beside
        texts = [words.rate(piece.cell)]
        if piece.where.point is not None:
            (name,) = frame.box.unknowns
            texts.insert(0, f"{name} = {words.number(piece.where.point)},  {texts[0]}")
        for text in texts:
            line = (Words(text, colour),)
            found = layout.place(line, _above(piece, line, frame, base + _ABOVE))
            if found is not None:
                gid = f"rate-{slug}-{piece.number}"
                write(axes, line, found, gid)
                break


def _above(piece: Piece, line: Sequence[Words], frame: Frame, height: float) -> Iterator[Candidate]:
    """Over the middle of a bar, or as near to it as there is room; over or beside a point."""
    low, high = _visible(piece.where, frame)
    middle, half = (low + high) / 2, extent(line, (0, 0)).right
    reach = (high - low) / 2 if piece.where.point is None else half
    for shift in (0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75, 1, -1):
        yield Candidate((middle + shift * reach, height), abs(shift))


def _draw_star(axes: Axes, panel: LinePanel, frame: Frame, base: float) -> None:
    optimum = panel.survey.optimum
    assert optimum is not None
    assert optimum.at is not None
    (name,) = panel.survey.unknowns
    x, slug = frame.along(0, optimum.at[name]), words.slug(panel.survey)
    axes.plot(
        [x], [base + _BAR], marker="*", markersize=12, color=INK, linestyle="none", zorder=6,
        markerfacecolor=INK if optimum.attained else "white", gid=f"optimum-{slug}",
    )  # fmt: skip
    line = (Words(words.extreme(optimum), INK, True),)
    half = extent(line, (0, 0)).right
    sides = [x + 9 + half, x - 9 - half]
    middle = next((each for each in sides if half <= each <= frame.width - half), frame.width / 2)
    write(axes, line, Candidate((middle, base + _BAR)), f"extreme-{slug}")
