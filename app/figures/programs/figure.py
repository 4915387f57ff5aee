"""The whole picture: what the program comes to, a panel for each scalar, then the histograms."""

from functools import partial
from typing import Final

from matplotlib.figure import Figure

from app.figures.drawing import INK, PLAIN, QUIET, TITLE, FileFormat, picture
from app.figures.labels.text import Words, wrapped
from app.figures.page import axes_at, blank, write_at
from app.figures.programs.panels import draw_convergence, draw_histogram
from app.programs.report import ProgramResult

# In points: three columns make a landscape page.
_WIDTH: Final = 792.0
_MARGIN: Final = 14.4
_LEFT: Final = 50.0
_TOP: Final = 84.0
_BOTTOM: Final = 44.0
_PANEL: Final = 115.0
_GAP: Final = 44.0
_COLUMN_GAP: Final = 46.0
_COLUMNS: Final = 3

#: As many scalars are drawn as fit on a page with some histograms.
MOST_SCALARS: Final = 9

_TITLE: Final = "Limits of a Tensor Program"


def draw(result: ProgramResult, format: FileFormat) -> bytes:  # noqa: A002
    """The picture of a program's result, as the bytes of a file.

    The same result gives the same bytes.  Any thread may call this.
    """
    return picture(lambda: _figure(result), _TITLE, result["summary"], format)


def _figure(result: ProgramResult) -> Figure:
    names = [*result["scalars"]][:MOST_SCALARS]
    panels = [
        partial(
            draw_convergence, name=name, scalar=result["scalars"][name],
            means=result["convergence"][name], widths=result["widths"],
        )
        for name in names
    ]  # fmt: skip
    joint = result["joint"]
    histograms = {} if joint is None else joint["histograms"]
    drawn = [
        *panels,
        *(partial(draw_histogram, name=name, histogram=each) for name, each in histograms.items()),
    ]
    rows = -(-len(drawn) // _COLUMNS)
    height = _TOP + rows * (_PANEL + _GAP) - _GAP + _BOTTOM
    page = blank(_WIDTH, height)
    _write_head(page, result, height, len(names))
    column = (_WIDTH - _LEFT - _MARGIN - (_COLUMNS - 1) * _COLUMN_GAP) / _COLUMNS
    for place, panel in enumerate(drawn):
        down, across = divmod(place, _COLUMNS)
        bottom = height - _TOP - down * _GAP - (down + 1) * _PANEL
        axes = axes_at(page, _LEFT + across * (column + _COLUMN_GAP), bottom, column, _PANEL)
        panel(axes)
        label = "width $n$" if place < len(panels) else "coordinate"
        axes.set_xlabel(label, fontsize=PLAIN, color=QUIET, labelpad=2)
    return page


def _write_head(page: Figure, result: ProgramResult, height: float, shown: int) -> None:
    write_at(page, Words(_TITLE, INK, True, TITLE), _MARGIN, height - 24, gid="title")
    more = len(result["scalars"]) - shown
    caption = (
        "points: means over copies, ± 2 standard errors  ·  dashed: the limit, or a Gaussian of "
        "the same mean and variance" + (f"  ·  {more} more scalars are not drawn" if more else "")
    )
    write_at(page, Words(caption, QUIET, size=PLAIN), _MARGIN, height - 38)
    for row, line in enumerate(wrapped(Words(result["summary"], size=PLAIN), _WIDTH - 30, 2)):
        write_at(page, Words(line, INK, size=PLAIN), _MARGIN, height - 52 - 11.5 * row)
