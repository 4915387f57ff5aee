"""One look per verdict.

The colours differ in lightness as well as in hue, so they are told apart by the colour-blind and
on grey paper: unstable is pale and hatched, trivial pale, kernel and operator (which never meet)
dark, and feature learning the one vivid colour.  Areas are tints of what lines and points have,
so that these are seen on them.
"""

from typing import Any, Final, NamedTuple

from app.figures.drawing import INK
from solver import Kind


class Look(NamedTuple):
    """The colours of a verdict: of areas, of lines and points, and of words beside and inside."""

    area: str
    line: str
    beside: str
    inside: str


LOOKS: Final = {
    Kind.FEATURE_LEARNING: Look("#fabd80", "#ec7a08", "#a04600", "#7a3500"),
    Kind.KERNEL: Look("#7fa6d8", "#0f4c92", "#0f4c92", "#0a2c57"),
    Kind.OPERATOR: Look("#a896d6", "#54389c", "#54389c", "#2f1c66"),
    Kind.TRIVIAL: Look("#f6e7b4", "#cba631", "#6f5a10", "#5a4a10"),
    Kind.UNSTABLE: Look("#f1f1f1", "#c2c2c2", "#6b6b6b", "#6b6b6b"),
}
#: The order from what one hopes for to what one fears.
ORDER: Final = tuple(LOOKS)
#: Grounds on which all colours of words can be read.
PALE: Final = ("white", LOOKS[Kind.TRIVIAL].area, LOOKS[Kind.UNSTABLE].area)

HATCH: Final = "///"
HATCH_COLOUR: Final = "#dcdcdc"
HATCH_WIDTH: Final = 0.7

GUIDE: Final = "#c9c9c9"
EDGE: Final = "#8f8f8f"
FAINT: Final = "#bdbdbd"

#: Widths of lines of one verdict: on a number line, and in a phase diagram.
BAR: Final = 7.0
LINE: Final = 4.5
#: Marks where a cell of the same verdict goes on, in those.
NOTCH: Final[dict[str, Any]] = {"marker": "|", "markersize": BAR, "markeredgewidth": 1.4}
JOINT: Final[dict[str, Any]] = {"marker": "o", "markersize": 2.5, "markeredgewidth": 0}
#: The gallery's members that are lines.
STRETCH: Final[dict[str, Any]] = {"color": INK, "linewidth": 1, "dashes": (4, 2.5)}
