"""Reading pictures back: the named parts of an SVG file, its words, and where they stand."""

import re
from functools import cached_property
from math import hypot
from typing import NamedTuple
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"

Spot = tuple[float, float]


class Transform(NamedTuple):
    """(x, y) → (a x + c y + e, b x + d y + f), as SVG names the numbers."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def at(self, spot: Spot) -> Spot:
        x, y = spot
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, inner: "Transform") -> "Transform":
        """This one, applied to what the other gives."""
        origin, right, up = (self.at(inner.at(each)) for each in ((0, 0), (1, 0), (0, 1)))
        return Transform(
            right[0] - origin[0], right[1] - origin[1], up[0] - origin[0], up[1] - origin[1],
            *origin,
        )  # fmt: skip


# A quarter turn is the only rotation there is.
_ROTATIONS = {"-90": Transform(0, -1, 1, 0), "0": Transform()}


def transform(written: str) -> Transform:
    """What a ``transform`` attribute says."""
    result = Transform()
    for name, arguments in re.findall(r"(\w+)\(([^)]*)\)", written):
        numbers = [float(each) for each in re.split(r"[ ,]+", arguments)]
        match name:
            case "translate":
                step = Transform(e=numbers[0], f=numbers[1] if len(numbers) > 1 else 0)
            case "scale":
                step = Transform(a=numbers[0], d=numbers[-1])
            case "rotate":
                step = _ROTATIONS[arguments]
            case _:
                raise ValueError(written)
        result = result.after(step)
    return result


class Text(NamedTuple):
    """What is written, the name of the part, and the rectangle that its ink fills."""

    words: str
    part: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    def overlaps(self, other: "Text") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Svg:
    """An SVG file: its named parts, and its words (in the comments beside their outlines)."""

    def __init__(self, file: bytes) -> None:
        self.file = file
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
        self.root = ET.fromstring(file, parser)
        self.parts = {each.get("id", ""): each for each in self.root.iter(f"{SVG}g")}
        # A glyph, or a mark, is outlined where it first occurs.
        self._outlines = {
            path.get("id", ""): [
                transform(path.get("transform", "")).at((float(x), float(y)))
                for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))
            ]
            for path in self.root.iter(f"{SVG}path")
            if path.get("id")
        }

    def named(self, prefix: str) -> set[str]:
        """The rest of the names that begin so."""
        return {name.removeprefix(prefix) for name in self.parts if name.startswith(prefix)}

    def words(self, part: str | None = None) -> list[str]:
        where = self.root if part is None else self.parts[part]
        return [(each.text or "").strip() for each in where.iter() if each.tag is ET.Comment]

    def points(self, part: str) -> list[Spot]:
        """The corners of the line of this name, in the file's coordinates."""
        path = next(self.parts[part].iter(f"{SVG}path")).get("d", "")
        return [(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", path)]

    def marks(self, part: str) -> list[Spot]:
        """Where the marks of this name are."""
        uses = self.parts[part].iter(f"{SVG}use")
        return [(float(each.get("x", "")), float(each.get("y", ""))) for each in uses]

    def style(self, part: str) -> dict[str, str]:
        """How the last path or mark of this name is drawn."""
        drawn = [each for each in self.parts[part].iter() if each.get("style")][-1]
        pairs = (each.split(":", 1) for each in drawn.get("style", "").split(";") if ":" in each)
        return {name.strip(): value.strip() for name, value in pairs}

    def extent(self, part: str) -> Spot:
        """Width and height of the mark of this name."""
        use = next(self.parts[part].iter(f"{SVG}use"))
        across, down = zip(*self._outlines[use.get(f"{XLINK}href", "")[1:]], strict=True)
        return max(across) - min(across), max(down) - min(down)

    @cached_property
    def texts(self) -> list[Text]:
        """Everything that is written."""
        return [
            self._text(name, part)
            for name, part in self.parts.items()
            if any(each.tag is ET.Comment for each in part)
        ]

    def _text(self, name: str, part: ET.Element) -> Text:
        (words,) = (each.text for each in part if each.tag is ET.Comment)
        (outline,) = part.findall(f"{SVG}g")
        here = transform(outline.get("transform", ""))
        spots = [
            here.after(transform(use.get("transform", ""))).at(spot)
            for use in outline.iter(f"{SVG}use")
            for spot in self._outlines[use.get(f"{XLINK}href", "")[1:]]
        ]
        across, down = zip(*spots, strict=True)
        # Outlines are those of a font of 100 points.
        size = 100 * hypot(here.a, here.b)
        return Text(
            (words or "").strip(), name, min(across), min(down), max(across), max(down), size
        )
