"""Lines of text, and how much room they take on the page, in points."""

from functools import lru_cache
from typing import Any, Final, NamedTuple

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from app.figures.drawing import INK, SMALL

_LINE_HEIGHT: Final = 1.25


class Words(NamedTuple):
    """One line of a label."""

    text: str
    colour: str = INK
    bold: bool = False
    size: float = SMALL

    @property
    def look(self) -> dict[str, Any]:
        """How matplotlib writes it: as it is, without mathematics."""
        weight = "bold" if self.bold else "normal"
        return {
            "color": self.colour, "fontsize": self.size, "fontweight": weight, "parse_math": False,
        }  # fmt: skip

    @property
    def width(self) -> float:
        """In points."""
        return _width(self.text, self.size, self.bold)

    @property
    def height(self) -> float:
        """In points, with the space between lines."""
        return self.size * _LINE_HEIGHT


# The same words are measured for many places.
@lru_cache(maxsize=1 << 10)
def _width(text: str, size: float, bold: bool) -> float:
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def wrapped(words: Words, width: float, most: int) -> list[str]:
    """The text in lines of at most this width, and at most so many."""
    lines: list[str] = []
    for part in words.text.split(" "):
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and words._replace(text=longer).width <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]
