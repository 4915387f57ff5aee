"""What all pictures share: fonts, inks, and how a drawing becomes a file.

Loads matplotlib, which takes long: whoever may not need a picture imports this late.  No text
is smaller than 7 points when the picture is printed in the size in which it is saved.
"""

from collections.abc import Callable
from io import BytesIO
from threading import Lock
from typing import Final, Literal
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.figure import Figure

FileFormat = Literal["svg", "png"]

# Set once, when matplotlib is loaded here: everything else is passed to what it concerns.
matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",  # comes with matplotlib and has every symbol used here
        "mathtext.fontset": "dejavusans",
        # Text as paths looks the same everywhere; its words are in the description and comments.
        "svg.fonttype": "path",
        "svg.hashsalt": "abc-dichotomy",  # the same result gives the same bytes
    }
)

#: Font sizes in points.  A superscript is 0.7 times as large.
SMALL: Final = 7.5
PLAIN: Final = 8.5
MATH: Final = 10.0
TITLE: Final = 13.0

INK: Final = "#222222"
QUIET: Final = "#6b6b6b"
GRID: Final = "#e6e6e6"

DPI: Final = 180

# Text is laid out by a parser that keeps its state in its class: one picture at a time.
_drawing: Final = Lock()


def picture(
    make: Callable[[], Figure], title: str, description: str, file_format: FileFormat
) -> bytes:
    """The bytes of a file of the figure; equal figures give equal bytes.

    Any thread may call this.  Title and description are for those who do not see the picture.
    """
    file = BytesIO()
    metadata: dict[str, str | None] = {"Title": title}
    if file_format == "svg":
        metadata["Date"] = None
    with _drawing:
        make().savefig(file, format=file_format, metadata=metadata)
    return _described(file.getvalue(), description) if file_format == "svg" else file.getvalue()


def _described(svg: bytes, description: str) -> bytes:
    element = f"</title>\n <desc>{escape(description)}</desc>"
    return svg.replace(b"</title>", element.encode(), 1).replace(b"<svg ", b'<svg role="img" ', 1)
