"""A panel for each measure against width, with the limit as a line, and one for each embedding."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.demonstrations import Demonstration, Picture, Scaling
from app.figures.drawing import GRID, INK, PLAIN, QUIET, SMALL, TITLE, FileFormat, picture
from app.figures.labels.text import Words, wrapped
from app.figures.page import axes_at, blank, write_at

# In points.
_MARGIN: Final = 14.4
_LEFT: Final = 50.0
_PANEL: Final = 170.0
_GAP: Final = 46.0
_TOP: Final = 96.0
_BOTTOM: Final = 40.0

_TINY: Final = 4.5  # of words beside their points
_COLOURS: Final[dict[Scaling, str]] = {"mup": "#214a8a", "ntk": "#b3541e"}
_NAMES: Final[dict[Scaling, str]] = {"mup": "µP", "ntk": "NTK"}
_CLASSES: Final = ("#214a8a", "#b3541e", "#1a7f37", "#8a5bb5", "#b58900", "#5b6770")


def draw(found: Demonstration, file_format: FileFormat) -> bytes:
    """The picture as the bytes of a file; the same demonstration gives the same bytes.

    Any thread may call this.
    """
    return picture(lambda: _figure(found), found.title, found.summary, file_format)


def _figure(found: Demonstration) -> Figure:
    measures = list(found.rows[0].measures)
    panels = len(measures) + len(found.pictures)
    width = _LEFT + panels * (_PANEL + _GAP) - _GAP + 2 * _MARGIN
    width = max(width, 420.0)
    height = _TOP + _PANEL + _BOTTOM
    page = blank(width, height)
    write_at(page, Words(found.title, INK, True, TITLE), _MARGIN, height - 25.9)
    for row, text in enumerate(wrapped(Words(found.summary, size=PLAIN), width - 2 * _MARGIN, 4)):
        write_at(page, Words(text, QUIET, size=PLAIN), _MARGIN, height - 41.8 - 11.5 * row)
    for place in range(panels):
        axes = axes_at(page, _LEFT + place * (_PANEL + _GAP), _BOTTOM, _PANEL, _PANEL)
        if place < len(measures):
            _draw_measure(axes, found, measures[place])
        else:
            _draw_embedding(axes, found.pictures[place - len(measures)])
    return page


def _draw_measure(axes: Axes, found: Demonstration, measure: str) -> None:
    for scaling in ("mup", "ntk"):
        values = found.of(scaling, measure)
        widths = [width for width in values if width is not None]
        axes.plot(
            widths, [values[width] for width in widths], color=_COLOURS[scaling], marker="o",
            markersize=4, label=_NAMES[scaling],
        )  # fmt: skip
    limit = found.of("mup", measure)[None]
    axes.axhline(limit, color=_COLOURS["mup"], linestyle="dashed", linewidth=1, label="limit of µP")
    if measure in found.chance:
        axes.axhline(
            found.chance[measure], color=QUIET, linestyle="dotted", linewidth=1, label="chance"
        )
    axes.set_xscale("log", base=2)
    axes.set_xlabel("width $n$", fontsize=PLAIN, labelpad=2)
    axes.set_title(measure.replace("_", " "), fontsize=PLAIN, color=INK)
    axes.legend(frameon=False, fontsize=SMALL)
    _dress(axes)
    axes.grid(color=GRID, linewidth=0.6)


def _draw_embedding(axes: Axes, shown: Picture) -> None:
    for each in sorted(set(shown.classes)):
        own = [word for word, kind in enumerate(shown.classes) if kind == each]
        axes.scatter(
            shown.points[own, 0], shown.points[own, 1], s=9, color=_CLASSES[each % len(_CLASSES)]
        )
    for word, point in zip(shown.words, shown.points, strict=False):
        axes.annotate(
            word, point, xytext=(1.5, 1.5), textcoords="offset points", fontsize=_TINY, color=QUIET
        )
    where = "limit" if shown.width is None else f"width {shown.width}"
    axes.set_title(f"embeddings, {_NAMES[shown.scaling]}, {where}", fontsize=PLAIN, color=INK)
    axes.set_xlabel("first principal axis", fontsize=PLAIN, labelpad=2)
    axes.set_ylabel("second", fontsize=PLAIN, labelpad=0)
    _dress(axes)


def _dress(axes: Axes) -> None:
    axes.tick_params(which="both", labelsize=SMALL, color=QUIET, labelcolor=INK)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
