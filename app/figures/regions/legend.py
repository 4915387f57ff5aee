"""The legend: verdicts in words, and the marks that occur."""

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from app.figures.drawing import INK, QUIET
from app.figures.labels.text import Words
from app.figures.regions import looks, words
from solver import Kind, Survey

_ROW: Final = 14.0
_SAMPLE: Final = 22.0
_GAP: Final = 6.0
_BETWEEN: Final = 22.0


class Entry(NamedTuple):
    """A sample and what it means, at a place from the upper left corner.

    ``dimensions`` are those of the cells of a verdict.
    """

    name: str
    text: str
    kind: Kind | None = None
    dimensions: tuple[int, ...] = ()
    left: float = 0.0
    row: int = 0

    @property
    def words(self) -> tuple[Words, ...]:
        """What is written; the name of a verdict in its colour."""
        if self.kind is None:
            return (Words(self.text),)
        name = Words(f"{words.verdict(self.kind)}:", looks.LOOKS[self.kind].beside, True)
        return name, Words(self.text)

    @property
    def width(self) -> float:
        """With its sample, and free space behind."""
        return _SAMPLE + sum(_GAP + each.width for each in self.words) + _BETWEEN


class Legend(NamedTuple):
    """All entries."""

    entries: tuple[Entry, ...]
    plane: bool

    @property
    def height(self) -> float:
        """In points."""
        return _ROW * (max(each.row for each in self.entries) + 1)


def legend(surveys: Sequence[Survey], marks: Sequence[Entry], width: float) -> Legend:
    """Put the verdicts that occur, then these marks, in rows."""
    dimensions: dict[Kind, set[int]] = {}
    for cell in (cell for survey in surveys for cell in survey.cells):
        dimensions.setdefault(cell.kind, set()).add(cell.dimension)
    entries = [
        Entry(kind.value, words.MEANINGS[kind], kind, tuple(sorted(dimensions[kind])))
        for kind in looks.ORDER
        if kind in dimensions
    ]
    column = max(each.width for each in entries)
    columns = max(1, int(width // column))
    placed = [
        each._replace(left=number % columns * column, row=number // columns)
        for number, each in enumerate(entries)
    ]
    row, left = placed[-1].row + 1, 0.0
    for each in marks:
        if left + each.width > width:
            row, left = row + 1, 0.0
        placed.append(each._replace(left=left, row=row))
        left += each.width
    return Legend(tuple(placed), len(surveys[0].unknowns) == 2)


def other_marks(surveys: Sequence[Survey], stretches: bool, joints: bool) -> list[Entry]:
    """The gallery's members, what was asked for, where it is somewhere, and joints.

    ``stretches`` tells whether there are members along lines, ``joints`` whether cells of one
    verdict meet on a line.
    """
    points = any(each.at is not None for survey in surveys for each in survey.landmarks)
    found = [each.optimum for each in surveys if each.optimum and each.optimum.at is not None]
    reached = {each.attained: words.asked(each) for each in found}
    return [
        *([Entry("member", "named parametrization")] if points else []),
        *([Entry("stretch", "named, all along the line")] if stretches else []),
        *([Entry("optimum", reached[True])] if True in reached else []),
        *([Entry("limit", f"{reached[False]} (not attained)")] if False in reached else []),
        *([Entry("joint", "next cell of the same verdict")] if joints else []),
    ]


def draw_legend(axes: Axes, drawn: Legend) -> None:
    """Draw it into axes whose coordinates are points."""
    for entry in drawn.entries:
        y = drawn.height - _ROW * (entry.row + 0.5)
        if entry.kind is not None and drawn.plane:
            _draw_areas(axes, entry.kind, entry.dimensions, entry.left, y)
        elif entry.kind is not None:
            _draw_line(
                axes, [entry.left, entry.left + _SAMPLE], y, looks.LOOKS[entry.kind].line, looks.BAR
            )
        else:
            _draw_mark(axes, entry.name, entry.left, y, drawn.plane)
        x = entry.left + _SAMPLE
        for number, line in enumerate(entry.words):
            x += _GAP
            axes.text(
                x, y - 0.35 * line.size, line.text, ha="left", va="baseline",
                gid=f"legend-{entry.name}-{number}", **line.look,
            )  # fmt: skip
            x += line.width


def _draw_areas(axes: Axes, kind: Kind, dimensions: Sequence[int], left: float, y: float) -> None:
    """An area, a line, a point: what occurs of them, over one another."""
    look = looks.LOOKS[kind]
    if 2 in dimensions:
        for face, hatch in (
            (look.area, None),
            ("none", looks.HATCH if kind is Kind.UNSTABLE else None),
        ):
            axes.add_patch(
                Rectangle(
                    (left, y - 4.5), _SAMPLE, 9, facecolor=face, hatch=hatch, linewidth=0,
                    edgecolor=looks.HATCH_COLOUR, hatch_linewidth=looks.HATCH_WIDTH,
                )
            )  # fmt: skip
    elif 1 in dimensions:
        _draw_line(axes, [left + 2, left + _SAMPLE - 2], y, look.line, looks.LINE, "round")
    if 0 in dimensions and 2 not in dimensions:
        axes.plot(
            [left + _SAMPLE / 2], [y], marker="o", markersize=10, color=look.line,
            markeredgecolor="white", markeredgewidth=1.4, linestyle="none",
        )  # fmt: skip


def _draw_line(
    axes: Axes, x: Sequence[float], y: float, colour: str, width: float,
    cap: Literal["butt", "round"] = "butt",
) -> None:  # fmt: skip
    axes.plot(x, [y, y], color=colour, linewidth=width, solid_capstyle=cap)


def _draw_mark(axes: Axes, name: str, left: float, y: float, plane: bool) -> None:
    ends = [left + 2, left + _SAMPLE - 2]
    if name == "stretch":
        axes.plot(ends, [y, y], **looks.STRETCH)
        return
    if name == "rates":
        _draw_line(axes, ends, y, looks.FAINT, 0.8)
        return
    if name == "joint":
        _draw_line(
            axes, ends, y, QUIET, looks.LINE if plane else looks.BAR, "round" if plane else "butt"
        )
    look: dict[str, Any] = {
        "member": {"marker": "D", "markersize": 5.5, "color": INK},
        "optimum": {"marker": "*", "markersize": 10, "color": INK},
        "limit": {
            "marker": "*", "markersize": 10, "markerfacecolor": "white", "markeredgecolor": INK,
            "markeredgewidth": 0.8,
        },
        "included": {"marker": "o", "markersize": 7, "color": QUIET},
        "excluded": {
            "marker": "o", "markersize": 6, "color": QUIET, "markerfacecolor": "white",
            "markeredgewidth": 1.6,
        },
        "outside": {
            "marker": "s", "markersize": 9, "color": INK, "markerfacecolor": "white",
            "markeredgewidth": 1.1,
        },
        "joint": {"color": "white", **(looks.JOINT if plane else looks.NOTCH)},
    }[name]  # fmt: skip
    at = left + (_SAMPLE / 2 if name == "joint" else _SAMPLE - 5)
    axes.plot([at], [y], linestyle="none", **look)
