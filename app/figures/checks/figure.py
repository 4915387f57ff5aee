"""The whole picture: verdict, panels, legend, and the file."""

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from app.experiment.report import CheckResult
from app.figures.checks import style
from app.figures.checks.legend import draw_legend
from app.figures.checks.lines import depth, drawn_steps, panels
from app.figures.checks.panel import Key, draw_panel
from app.figures.drawing import INK, PLAIN, QUIET, TITLE, FileFormat, picture
from app.figures.labels.text import Words, wrapped
from app.figures.page import axes_at, blank, write_at

# In points: three columns, with the legend to their right, make a landscape page.
_WIDTH: Final = 792.0
_MARGIN: Final = 14.4
_AXIS_NAME: Final = 15.84
_LEFT: Final = 51.84
_RIGHT: Final = 112.32
_TOP: Final = 97.92
_BOTTOM: Final = 39.6
_PANEL_HEIGHT: Final = 115.2
_STRIP: Final = 33.12
_GAP: Final = 28.8
_COLUMN_GAP: Final = 36.0
_APART: Final = 11.52
_LOWEST: Final = 360.0
_COLUMNS: Final = 3


def draw(result: CheckResult, format: FileFormat) -> bytes:  # noqa: A002
    """The picture of a check: log-log panels, one for each quantity, as the bytes of a file.

    The same result gives the same bytes.  Any thread may call this.
    """
    return picture(lambda: _figure(result), style.title(result), result["summary"], format)


def _figure(result: CheckResult) -> Figure:
    shown = panels(result)
    rows = -(-len(shown) // _COLUMNS)
    height = _TOP + rows * (_STRIP + _PANEL_HEIGHT + _GAP) - _GAP + _BOTTOM
    height = max(height, _LOWEST)
    page = blank(_WIDTH, height)
    _write_head(page, result, height)
    key = Key(style.layer_colours(depth(result)), style.step_styles(drawn_steps(result)))
    x = np.log2(np.array(result["widths"], float))
    column = (_WIDTH - _LEFT - _RIGHT - (_COLUMNS - 1) * _COLUMN_GAP) / _COLUMNS
    edges: set[str] = set()
    for place, panel in enumerate(shown):
        down, across = divmod(place, _COLUMNS)
        bottom = height - _TOP - down * _GAP - (down + 1) * (_STRIP + _PANEL_HEIGHT)
        left = _LEFT + across * (column + _COLUMN_GAP)
        axes = axes_at(page, left, bottom, column, _PANEL_HEIGHT)
        edges |= draw_panel(axes, panel, x, key)
        if place + _COLUMNS >= len(shown):
            axes.set_xlabel("width $n$", fontsize=PLAIN, labelpad=2)
    name = Words("size of coordinates (root mean square, median over seeds)", size=PLAIN)
    middle = (height - _TOP + _BOTTOM) / 2
    write_at(page, name, _AXIS_NAME, middle, rotation=90, ha="center", va="center")
    corner = (1 - (_RIGHT - _APART) / _WIDTH, 1 - (_TOP + _APART / 2) / height)
    draw_legend(page, shown, key, edges, corner)
    return page


def _write_head(page: Figure, result: CheckResult, height: float) -> None:
    colours = {"confirmed": style.RIGHT, "contradicted": style.WRONG, "inconclusive": INK}
    mark = {"confirmed": "✓", "contradicted": "✗", "inconclusive": "?"}
    verdict = result["verdict"]
    title = Words(f"{mark[verdict]}  {style.title(result)}", colours[verdict], True, TITLE)
    write_at(page, title, _MARGIN, height - 25.92, gid="verdict")
    subtitle = Words(style.subtitle(result), QUIET, size=PLAIN)
    write_at(page, subtitle, _MARGIN, height - 41.76)
    room = _WIDTH - 2 * _MARGIN
    for text, most, colour, top in (
        (result["subject"], 1, QUIET, 53.28),
        (result["summary"], 3, INK, 67.68),
    ):
        for row, line in enumerate(wrapped(Words(text, size=PLAIN), room, most)):
            write_at(page, Words(line, colour, size=PLAIN), _MARGIN, height - top - 11.52 * row)
