"""The whole picture: verdict, panels, legend, and the file."""

import textwrap
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from app.experiment.report import CheckResult
from app.figures.checks import style
from app.figures.checks.legend import draw_legend
from app.figures.checks.lines import depth, drawn_steps, panels
from app.figures.checks.panel import Key, draw_panel
from app.figures.drawing import DPI, FileFormat, picture

# In inches: three columns, with the legend to their right, make a landscape page.
_WIDTH: Final = 11.0
_LEFT: Final = 0.72
_RIGHT: Final = 1.56
_TOP: Final = 1.36
_BOTTOM: Final = 0.55
_PANEL_HEIGHT: Final = 1.6
_STRIP: Final = 0.46
_GAP: Final = 0.4
_COLUMN_GAP: Final = 0.5
_COLUMNS: Final = 3
_LOWEST: Final = 5.0
_LINE_OF_TEXT: Final = 170


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
    figure = Figure((_WIDTH, height), dpi=DPI, facecolor="white")
    _write_head(figure, result, height)
    key = Key(style.layer_colours(depth(result)), style.step_styles(drawn_steps(result)))
    x = np.log2(np.array(result["widths"], float))
    column = (_WIDTH - _LEFT - _RIGHT - (_COLUMNS - 1) * _COLUMN_GAP) / _COLUMNS
    edges: set[str] = set()
    for place, panel in enumerate(shown):
        down, across = divmod(place, _COLUMNS)
        top = height - _TOP - down * (_STRIP + _PANEL_HEIGHT + _GAP) - _STRIP
        left = _LEFT + across * (column + _COLUMN_GAP)
        axes = figure.add_axes(
            (left / _WIDTH, (top - _PANEL_HEIGHT) / height, column / _WIDTH, _PANEL_HEIGHT / height)
        )
        edges |= draw_panel(axes, panel, x, key)
        if place + _COLUMNS >= len(shown):
            axes.set_xlabel("width $n$", fontsize=style.PLAIN, labelpad=2)
    middle = (height - _TOP + _BOTTOM) / 2 / height
    figure.text(
        0.22 / _WIDTH, middle, "size of coordinates (root mean square, median over seeds)",
        rotation=90, ha="center", va="center", fontsize=style.PLAIN, color=style.INK,
    )  # fmt: skip
    corner = (1 - (_RIGHT - 0.16) / _WIDTH, 1 - (_TOP + 0.08) / height)
    draw_legend(figure, shown, key, edges, corner)
    return figure


def _write_head(figure: Figure, result: CheckResult, height: float) -> None:
    colour = {"confirmed": style.RIGHT, "contradicted": style.WRONG, "inconclusive": style.INK}
    mark = {"confirmed": "✓", "contradicted": "✗", "inconclusive": "?"}
    left = 0.2 / _WIDTH

    def write(text: str, inches: float, **kwargs: Any) -> None:
        figure.text(left, 1 - inches / height, text, va="baseline", parse_math=False, **kwargs)

    write(
        f"{mark[result['verdict']]}  {style.title(result)}", 0.36, fontsize=style.TITLE,
        color=colour[result["verdict"]], fontweight="bold", gid="verdict",
    )  # fmt: skip
    write(style.subtitle(result), 0.58, fontsize=style.PLAIN, color=style.QUIET)
    write(result["subject"][:_LINE_OF_TEXT], 0.74, fontsize=style.PLAIN, color=style.QUIET)
    lines = textwrap.wrap(result["summary"], _LINE_OF_TEXT, max_lines=3, placeholder=" …")
    for number, line in enumerate(lines):
        write(line, 0.94 + 0.16 * number, fontsize=style.PLAIN, color=style.INK)
