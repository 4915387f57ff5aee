"""One look per verdict.

The colours differ in lightness as well as in hue, so they are told apart by the colour-blind and
on grey paper: unstable is pale and hatched, trivial pale, kernel and operator (which never meet)
dark, and feature learning the one vivid colour.
"""

from typing import Final, NamedTuple

from solver import Kind


class Look(NamedTuple):
    """The colours of a verdict: of areas, of lines and points, and of words beside and inside."""

    area: str
    line: str
    beside: str
    inside: str


LOOKS: Final = {
    Kind.FEATURE_LEARNING: Look("#f08a24", "#ec7a08", "#a84a00", "#222222"),
    Kind.KERNEL: Look("#1f5a9e", "#0f4c92", "#0f4c92", "#ffffff"),
    Kind.OPERATOR: Look("#6247a8", "#54389c", "#54389c", "#ffffff"),
    Kind.TRIVIAL: Look("#f6e7b4", "#cba631", "#6f5a10", "#5a4a10"),
    Kind.UNSTABLE: Look("#f1f1f1", "#c2c2c2", "#6b6b6b", "#6b6b6b"),
}
#: The order from what one hopes for to what one fears.
ORDER: Final = tuple(LOOKS)

HATCH: Final = "////"
HATCH_COLOUR: Final = "#dcdcdc"
HATCH_WIDTH: Final = 0.7

GUIDE: Final = "#c9c9c9"
EDGE: Final = "#8f8f8f"
FAINT: Final = "#bdbdbd"
