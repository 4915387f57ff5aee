"""The legend of a picture: layers, steps, and the marks that occur in it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import (
    AnchoredOffsetbox,
    DrawingArea,
    HPacker,
    OffsetBox,
    TextArea,
    VPacker,
)
from matplotlib.patches import Rectangle

from app.figures.checks import style
from app.figures.checks.edges import EDGES
from app.figures.checks.lines import Panel, banded
from app.figures.checks.panel import Key
from app.figures.drawing import INK, QUIET, SMALL

# Of the sample of a line, in points.
_WIDTH: Final = 25
_HEIGHT: Final = 6


class Entry(NamedTuple):
    """One line of the legend; a heading has no sample."""

    label: str
    sample: Artist | None = None


def draw_legend(
    figure: Figure, shown: Sequence[Panel], key: Key, edges: Collection[str],
    corner: tuple[float, float],
) -> None:  # fmt: skip
    """Write the legend with its upper left corner there, in fractions of the figure."""
    groups = (_layers(shown, key), _steps(shown, key), _marks(shown, edges))
    boxes = [_stacked([_row(entry) for entry in group], apart=4) for group in groups]
    figure.add_artist(
        AnchoredOffsetbox(
            "upper left", child=_stacked(boxes, apart=14), pad=0, borderpad=0, frameon=False,
            bbox_to_anchor=corner, bbox_transform=figure.transFigure,
        )
    )  # fmt: skip


def _stacked(boxes: Sequence[OffsetBox], apart: float) -> OffsetBox:
    return VPacker(align="left", pad=0, sep=apart, children=list(boxes))


def _row(entry: Entry) -> OffsetBox:
    weight = "normal" if entry.sample else "bold"
    words = {"fontsize": SMALL, "color": INK, "fontweight": weight}
    text = TextArea(entry.label, textprops=words)
    if entry.sample is None:
        return text
    area = DrawingArea(_WIDTH, _HEIGHT)
    area.add_artist(entry.sample)
    return HPacker(align="center", pad=0, sep=5, children=[area, text])


def _layers(shown: Sequence[Panel], key: Key) -> Iterator[Entry]:
    yield Entry("layer $l$")
    for layer, colour in key.colours.items():
        yield Entry(str(layer), _line(color=colour, linewidth=2.5))
    if any(line.layer not in key.colours for panel in shown for line in panel.drawn):
        yield Entry("output", _line(color=INK, linewidth=2.5))


def _steps(shown: Sequence[Panel], key: Key) -> Iterator[Entry]:
    last = max((line.step for panel in shown for line in panel.lines), default=0)
    yield Entry(f"step (of 0 to {last})" if last >= len(key.steps) else "step")
    styles = {str(step): each for step, each in key.steps.items()}
    if any(line.step not in key.steps for panel in shown for line in panel.drawn):
        styles["another"] = style.OTHER_STEP
    for label, (marker, dashes) in styles.items():
        yield Entry(label, _line(color=INK, linestyle=dashes, marker=marker, markersize=3.4))


def _marks(shown: Sequence[Panel], edges: Collection[str]) -> Iterator[Entry]:
    drawn = [line for panel in shown for line in panel.drawn]
    if any(line.exponent is not None for line in drawn):
        yield Entry("predicted slope", _line(color=style.GUIDE, linewidth=1.3, dashes=(6, 3)))
    if any(banded(panel) for panel in shown):
        yield Entry("quartiles", Rectangle((0, 0), _WIDTH, _HEIGHT, color=QUIET, alpha=0.25, lw=0))
    if any(line.wrong for line in drawn):
        yield Entry("off", _line(color=style.WRONG, linewidth=1.6, **style.CROSS))
    if any(line.exponent is None for line in drawn):
        yield Entry("no prediction", _line(color=style.UNPREDICTED, linewidth=1))
    for edge in EDGES:
        if edge.name in edges:
            yield Entry(edge.legend, _line(linestyle="none", **edge.look))


def _line(**look: Any) -> Line2D:
    dashes = look.pop("dashes", None)
    line = Line2D([0, _WIDTH / 2, _WIDTH], [_HEIGHT / 2] * 3, markevery=[1], **look)
    if dashes:
        line.set_dashes(dashes)
    return line
