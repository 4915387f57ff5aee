"""Pictures of families: what they say, read back from the file, and that nothing breaks them."""

import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise, product
from typing import Any, NamedTuple

import pytest

from app.figures.regions import draw
from app.figures.regions.looks import LOOKS
from app.figures.regions.ticks import ticks
from app.figures.regions.words import formula
from solver import (
    DEFAULT_LIMITS,
    Description,
    Goal,
    Kind,
    Parametrization,
    Survey,
    classify,
    read,
    read_families,
    where_text,
)
from solver.exact.affine import AffineForm, affine
from solver.families import survey
from tests import ROOT
from tests.app.figures.svg import SVG, Spot, Svg, Text

pytestmark = pytest.mark.pictures

HALF = "1/2"


class Family(NamedTuple):
    """Exponents as they are written, bounds, and what is asked for."""

    description: dict[str, Any]
    bounds: dict[str, Any] | None = None
    goal: Goal | None = None

    def surveys(self) -> tuple[Survey, Survey | None]:
        families = read_families(Description(**self.description), self.bounds, DEFAULT_LIMITS)
        return survey(families, self.goal)


def by_role(a: str, b: str, c: str, **more: Any) -> dict[str, Any]:
    """Exponents of the input, the hidden layers and the readout, such as ``"0 0 x"``."""
    roles = ("input", "hidden", "readout")
    return {
        symbol: dict(zip(roles, text.split(), strict=True)) if " " in text else text
        for symbol, text in (("a", a), ("b", b), ("c", c))
    } | more


STANDARD = by_role("0 0 x", "0 1/2 1/2", "c")

FAMILIES = {
    "line": Family(by_role("0 0 0", "0 1/2 1/2", "c"), goal=Goal("minimize", "c", "stable")),
    "uniform": Family({"preset": "uniform", "s": "s"}, goal=Goal("minimize", "s", "kernel")),
    "unstable line": Family(by_role("s 0 0", "0 0 0", "0")),
    "bounded line": Family(by_role("0 0 0", "0 1/2 1/2", "c"), {"c": [0, "3/2"]}),
    "crowded line": Family(by_role("0 0 0", "0 1/2 1/2", "c"), {"c": [-40, 40]}),
    "plane": Family(STANDARD, goal=Goal("minimize", "c", "feature_learning")),
    "box": Family(STANDARD, {"x": [0, 1], "c": [0, "3/2"]}),
    "adam": Family(by_role("0 0 x", "0 1/2 1/2", "c", optimizer="adam")),
    "corner": Family(by_role("0 0 x", "0 1/2 1-x", "c", optimizer="adam")),
    "lines": Family(by_role("-s 1/2-s t", "s s 1/2-t", "0")),
    "unstable": Family(by_role("-1/2 s t", "1/2 1/2-s 1/2-t", "0")),
    "list": Family(
        {"depth": 3, "a": ["-1/2", 0, 0, "x"], "b": [HALF] * 4, "c": "c"},
        goal=Goal("minimize", "c", "kernel"),
    ),
    "crowded": Family(STANDARD, {"x": [-20, 20], "c": [-20, 20]}),
    "gauge": Family(by_role("-1/2+s-u 0 1/2", "1/2-s+u 1/2 1/2", "2*s-2*u s 0")),
    "strip": Family({"preset": "uniform", "s": "c + x"}),
    "names": Family(
        by_role("0 0 a_very_long_name_of__24", "0 1/2 1/2", "rate_exponent_of_width_1")
    ),
    "huge": Family(by_role("0 0 x", "0 1/2 1/2", "1/1000000*c")),
    "far": Family(by_role("0 0 x-999999", "0 1/2 1/2", "1000*c")),
}
each_family = pytest.mark.parametrize("family", FAMILIES)
PLANES = [
    "plane", "box", "adam", "corner", "lines", "unstable", "list", "crowded", "gauge", "strip",
    "huge", "far",
]  # fmt: skip
LINES = ["line", "uniform", "unstable line", "bounded line", "crowded line"]


class Drawing(Svg):
    """The picture of a family."""

    def __init__(self, first: Survey, deeper: Survey | None) -> None:
        super().__init__(draw(first, deeper, "svg"))
        self.surveys = [each for each in (first, deeper) if each is not None]

    def scale(self, panel: str, axis: int = 0) -> Callable[[float], float]:
        """From the file's coordinate to the number on the axis, through two labelled ticks."""
        named = f"at-{panel}-{axis}-"
        places = {
            Fraction(value): self.points(f"{named}{value}")[0][axis] for value in self.named(named)
        }
        (low, start), (high, end) = min(places.items()), max(places.items())
        return lambda at: float(low) + (at - start) * float(high - low) / (end - start)

    @property
    def plane(self) -> bool:
        return len(self.surveys[0].unknowns) == 2

    def shape(self, part: str) -> list[Spot]:
        """The corners of a cell, in the numbers on the axes."""
        x, y = (self.scale(part.split("-")[1], axis) for axis in range(2))
        return [(x(across), y(down)) for across, down in self.points(part)]


def slug(each: Survey) -> str:
    return "deeper" if each.depth is None else f"L{each.depth}"


@cache
def of(family: str) -> Drawing:
    """The drawing of a family, which takes half a second."""
    return Drawing(*FAMILIES[family].surveys())


def panels(family: str) -> Iterator[tuple[str, Survey]]:
    for each in of(family).surveys:
        yield slug(each), each


@each_family
def test_every_cell_is_drawn(family: str) -> None:
    drawn = of(family).named("cell-")
    assert drawn == {
        f"{panel}-{number}-{cell.kind}-{cell.dimension}"
        for panel, each in panels(family)
        for number, cell in enumerate(each.cells)
    }


@each_family
def test_the_legend_explains_the_verdicts_that_occur(family: str) -> None:
    drawing = of(family)
    kinds = {cell.kind for each in drawing.surveys for cell in each.cells}
    explained = {name.split("-")[0] for name in drawing.named("legend-")}
    assert explained & set(Kind) == kinds
    for kind in kinds:
        assert drawing.words(f"legend-{kind}-0") == [f"{kind.replace('_', ' ')}:"]


@each_family
def test_the_legend_explains_the_marks_that_occur(family: str) -> None:
    drawing = of(family)
    ends = {re.split("-(?=[a-z]+$)", name)[-1] for name in drawing.named("end-")}
    marks = {{"closed": "included", "open": "excluded"}.get(each, each) for each in ends}
    if drawing.named("joint-"):
        marks.add("joint")
    if drawing.named("outline-"):
        marks.add("outside")
    if any(name.endswith("-rates") for name in drawing.named("border-")):
        marks.add("rates")
    for panel, each in panels(family):
        drawn = drawing.named(f"landmark-{panel}-")
        marks |= {
            "member" if member.at is not None else "stretch"
            for member in each.landmarks
            if any(member.name in name.split(", ") for name in drawn)
        }
        if each.optimum is not None and each.optimum.at is not None:
            marks.add("optimum" if each.optimum.attained else "limit")
    explained = {name.split("-")[0] for name in drawing.named("legend-")} - set(Kind)
    if not drawing.plane:
        marks |= explained & {"included", "excluded"}  # both are, where there are ends
    assert explained == marks


@each_family
def test_every_member_of_the_gallery_is_named_in_its_panel(family: str) -> None:
    drawing = of(family)
    for panel, each in panels(family):
        marked = ", ".join(drawing.named(f"landmark-{panel}-")).split(", ")
        named = ", ".join(
            text.words for text in drawing.texts
            if text.part.startswith((f"note-{panel}-", f"name-{panel}-"))
        ).split(", ")  # fmt: skip
        expected = {landmark.name for landmark in each.landmarks}
        if family in ("uniform", "strip"):  # these are all of what is shown
            expected = {name for name in expected if not name.startswith("uniform")}
        assert expected == set(marked) - {""} == set(named) & expected


def test_members_at_one_place_share_a_label() -> None:
    assert "mean_field, mup" in of("uniform").words()
    assert "mean_field, mup" in of("strip").words()  # where they are a line


@each_family
def test_no_words_overlap_or_leave_the_page(family: str) -> None:
    drawing = of(family)
    texts = drawing.texts
    assert not [(a.words, b.words) for a, b in combinations(texts, 2) if a.overlaps(b)]
    width, height = (float(each) for each in drawing.root.get("viewBox", "").split()[2:])
    page = Text("", "", 2, 2, width - 2, height - 2, 0)
    for text in texts:
        assert page.left < text.left < text.right < page.right, text
        assert page.top < text.top < text.bottom < page.bottom, text


@each_family
def test_no_text_is_smaller_than_seven_points(family: str) -> None:
    assert min(text.size for text in of(family).texts) > 6.999


@each_family
def test_labels_of_ticks_stand_at_their_ticks(family: str) -> None:
    drawing = of(family)
    for text in drawing.texts:
        if text.part.startswith("tick-"):
            _, panel, axis, value = text.part.removesuffix("-0").split("-", 3)
            assert Fraction(text.words.replace("−", "-")) == Fraction(value)
            spot = drawing.points(f"at-{panel}-{axis}-{value}")[0]
            middle = (text.left + text.right, text.top + text.bottom)[int(axis)] / 2
            assert middle == pytest.approx(spot[int(axis)], abs=4)  # the sign is out of balance


@pytest.mark.parametrize("family", PLANES)
def test_thin_cells_are_seen(family: str) -> None:
    drawing = of(family)
    loud = {name.removeprefix("cell-") for name in drawing.named("casing-")}
    for panel, each in panels(family):
        for number, cell in enumerate(each.cells):
            name = f"{panel}-{number}-{cell.kind}-{cell.dimension}"
            if cell.kind is not Kind.UNSTABLE and cell.dimension == 1:
                assert name in loud
                style = drawing.style(f"cell-{name}")
                casing = drawing.style(f"casing-cell-{name}")
                assert float(style["stroke-width"]) >= 4
                assert style["stroke-linecap"] == casing["stroke-linecap"] == "round"
                assert casing["stroke"] == "#ffffff"
                assert float(casing["stroke-width"]) >= float(style["stroke-width"]) + 3
            if cell.kind is not Kind.UNSTABLE and cell.dimension == 0:
                assert min(drawing.extent(f"cell-{name}")) > 10
                assert drawing.style(f"cell-{name}")["fill"] == LOOKS[cell.kind].line


def test_the_thin_cells_of_a_plane_where_they_belong() -> None:
    drawing = of("plane")
    x, y = (drawing.scale("deeper", axis) for axis in range(2))
    ((across, down),) = drawing.marks("cell-deeper-0-feature_learning-0")
    assert (x(across), y(down)) == pytest.approx((0, 0.5), abs=1e-4)
    ends = sorted(drawing.shape("cell-deeper-1-kernel-1"))
    assert ends == [pytest.approx((0, 0.5), abs=1e-4), pytest.approx((1, 0), abs=1e-4)]


def area(shape: Sequence[Spot]) -> float:
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairwise([*shape, shape[0]]))) / 2


def test_the_areas_of_a_box() -> None:
    drawing = of("box")
    trivial, *unstable = (
        (cell, drawing.shape(f"cell-deeper-{number}-{cell.kind}-2"))
        for number, cell in enumerate(drawing.surveys[1].cells)
        if cell.dimension == 2
    )
    assert trivial[0].kind is Kind.TRIVIAL
    corners = [(0, 0.5), (0, 1), (1, 0), (1.5, 0), (1.5, 1)]
    for corner in corners:
        assert any(spot == pytest.approx(corner, abs=1e-4) for spot in trivial[1])
    assert area(trivial[1]) == pytest.approx(1.25, rel=5e-3)
    assert [area(shape) for _, shape in unstable] == pytest.approx([0.125, 0.125], rel=1e-2)


@pytest.mark.parametrize("family", PLANES)
def test_areas_fill_the_domain_without_overlap(family: str) -> None:
    drawing = of(family)
    for panel, each in panels(family):
        areas = [
            area(drawing.points(f"cell-{panel}-{number}-{cell.kind}-2"))
            for number, cell in enumerate(each.cells)
            if cell.dimension == 2
        ]
        corners = drawing.points(f"panel-{panel}")
        whole = area(corners[:4])
        if FAMILIES[family].bounds is None and family != "strip":
            assert sum(areas) == pytest.approx(whole, rel=1e-4)
        else:
            assert 0.3 * whole < sum(areas) < 0.95 * whole


def verdict(description: dict[str, Any], values: dict[str, Fraction], panel: str) -> Kind:
    """The verdict of one member, by what answers single questions."""

    def put_in(entry: Any) -> Any:
        if isinstance(entry, dict):
            return {role: put_in(each) for role, each in entry.items()}
        if isinstance(entry, list):
            return [put_in(each) for each in entry]
        for name, value in values.items():
            if entry == name:
                return value
        return entry

    numbers = {key: put_in(each) for key, each in description.items()}
    depth = {"L1": 1, "L3": 3, "deeper": 4}[panel]
    given = read(Description(**{**numbers, "depth": depth}), DEFAULT_LIMITS)
    assert isinstance(given, Parametrization)
    return classify(given).kind


def holds(shape: Sequence[Spot], spot: Spot) -> bool:
    """Whether a spot is well inside of a convex shape."""
    turns = [
        (u - x) * (spot[1] - y) - (v - y) * (spot[0] - x)
        for (x, y), (u, v) in pairwise([*shape, shape[0]])
    ]
    return min(turns) > 5 or max(turns) < -5


@pytest.mark.parametrize("family", ["plane", "adam", "list"])
def test_colours_are_the_verdicts_of_the_points_beneath(family: str) -> None:
    drawing, description = of(family), FAMILIES[family].description
    for panel, each in panels(family):
        x, y = (drawing.scale(panel, axis) for axis in range(2))
        shapes: dict[Kind, list[list[Spot]]] = {cell.kind: [] for cell in each.cells}
        for number, cell in enumerate(each.cells):
            if cell.dimension == 2:
                part = f"cell-{panel}-{number}-{cell.kind}-2"
                assert drawing.style(part)["fill"] == LOOKS[cell.kind].area
                shapes[cell.kind].append(drawing.points(part))
        (left, bottom), _, (right, top), _ = drawing.points(f"panel-{panel}")[:4]
        tried = 0
        for i, j in product(range(1, 12), repeat=2):
            spot = (left + (right - left) * i / 12, bottom + (top - bottom) * j / 12)
            kinds = [kind for kind, own in shapes.items() if any(holds(s, spot) for s in own)]
            if kinds:
                values = (Fraction(x(spot[0])), Fraction(y(spot[1])))
                point = {
                    name: value.limit_denominator(10**4)
                    for name, value in zip(each.unknowns, values, strict=True)
                }
                assert kinds == [verdict(description, point, panel)]
                tried += 1
        assert tried > 80


@pytest.mark.parametrize("family", LINES)
def test_bars_lie_where_their_cells_are(family: str) -> None:
    drawing = of(family)
    for panel, each in panels(family):
        x = drawing.scale(panel, 0)
        for number, cell in enumerate(each.cells):
            name = f"{panel}-{number}-{cell.kind}-{cell.dimension}"
            ((unknown, value),) = cell.witness.items()
            if cell.dimension:
                (left, height), (right, other) = drawing.points(f"cell-{name}")
                assert height == other
                middle = {unknown: Fraction((x(left) + x(right)) / 2)}
                assert all(each.holds_at(middle) for each in cell.where.constraints)
            else:
                ((across, _),) = drawing.marks(f"cell-{name}")
                assert x(across) == pytest.approx(float(value), abs=1e-4)


def test_ends_are_full_where_they_belong_to_the_interval_and_hollow_otherwise() -> None:
    drawing = of("uniform")
    x = drawing.scale("L1", 0)
    assert drawing.named("end-L1-") == {"1-low-open", "1-high-closed"}
    ((low, _),), ((high, _),) = (
        drawing.marks(f"end-L1-1-{e}") for e in ("low-open", "high-closed")
    )
    assert (x(low), x(high)) == pytest.approx((0, 0.5), abs=1e-4)
    assert drawing.style("end-L1-1-low-open")["fill"] == "#ffffff"
    assert drawing.style("end-L1-1-high-closed")["fill"] == LOOKS[Kind.KERNEL].line


def test_in_a_plane_an_end_is_marked_by_the_line_it_belongs_to() -> None:
    drawing = of("corner")
    (deeper,) = (each for each in drawing.surveys if each.depth is None)
    kinds = [cell.kind for cell in deeper.cells[:2]]
    # Operator lines begin where r > 0, so that their corner with r = 0 is not theirs.
    assert kinds == [Kind.FEATURE_LEARNING, Kind.OPERATOR]
    assert {cell.dimension for cell in deeper.cells[:2]} == {1}
    assert drawing.named("end-deeper-") == {"0-0-closed"}
    ((across, up),) = drawing.marks("end-deeper-0-0-closed")
    assert drawing.scale("deeper", 0)(across) == pytest.approx(1, abs=1e-4)
    assert drawing.scale("deeper", 1)(up) == pytest.approx(0, abs=1e-4)


def test_what_has_no_end_runs_on() -> None:
    assert of("line").named("on-L1-") == {"0-low", "3-high"}
    assert of("line").named("end-L1-") == {"1-high-open", "3-low-open"}
    assert of("bounded line").named("on-") == set()


def test_verdicts_have_lanes_of_their_own() -> None:
    drawing = of("line")
    lanes = {kind: drawing.words(f"lane-L1-{kind}") for kind in drawing.named("lane-L1-")}
    assert lanes == {each: [each] for each in ("unstable", "trivial", "kernel")}
    heights = [drawing.points(f"cell-L1-{n}")[0][1] for n in ("0-unstable-1", "1-unstable-1")]
    assert heights[0] == heights[1] > drawing.points("cell-L1-3-trivial-1")[0][1]


def test_a_line_tells_r_and_the_places_of_change() -> None:
    words = of("line").words()
    assert {"r = 2c", "r = c + 1/2", "c = 1,  r = 3/2", "r = 2c − 1", "r = c − 1/2"} <= set(words)
    assert {"tick-L1-0-1/2-0", "tick-L1-0-1-0"} <= set(of("line").parts)


def test_a_plane_tells_r_where_there_is_room() -> None:
    words = of("plane").words()
    assert {"r = c/2 + 1", "r = c + 1", "r = c + x − 1/2", "r = 2c + 2x"} <= set(words)
    assert {"feature learning", "(0, 1/2)", "kernel", "trivial", "unstable"} <= set(words)


def test_areas_of_one_formula_that_meet_have_one_label() -> None:
    (survey_,) = of("list").surveys
    alike = [cell for cell in survey_.cells if cell.kind is Kind.UNSTABLE]
    assert [formula(cell.r) for cell in alike].count("c + x − 1/2") == 2
    assert of("list").words().count("r = c + x − 1/2") == 2  # and that of the trivial ones


@pytest.mark.parametrize(
    ("family", "panel", "at", "words", "fill"),
    [
        ("line", "deeper", (1,), "minimum of c: 1", "#222222"),
        ("uniform", "deeper", (0,), "infimum of s: 0", "#ffffff"),
        ("plane", "L1", (-1, 1), "★ minimum of c: −1", "#222222"),
        ("list", "L3", (0, 0.5), "☆ infimum of c: 0", "#ffffff"),
    ],
)
def test_an_optimum_is_a_star_which_is_hollow_where_it_is_not_attained(
    family: str, panel: str, at: tuple[float, ...], words: str, fill: str
) -> None:
    drawing = of(family)
    ((across, down),) = drawing.marks(f"optimum-{panel}")
    found = (drawing.scale(panel, 0)(across),)
    if drawing.plane:
        found += (drawing.scale(panel, 1)(down),)
    assert found == pytest.approx(at, abs=1e-4)
    assert words in drawing.words()
    assert drawing.style(f"optimum-{panel}")["fill"] == fill
    explained = drawing.words("legend-limit-0" if fill == "#ffffff" else "legend-optimum-0")
    assert any(each.startswith("least ") for each in explained)
    assert explained[0].endswith("(not attained)") == (fill == "#ffffff")


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (Goal("minimize", "c", "trivial"), "c has no minimum"),
        (Goal("maximize", "x", "stable"), "x has no maximum"),
        (Goal("minimize", "c", "maximal"), "no point is maximal"),
    ],
)
def test_where_there_is_no_optimum_the_picture_says_so(goal: Goal, words: str) -> None:
    drawing = Drawing(*Family(STANDARD, goal=goal).surveys())
    assert drawing.words("extreme-L1") == [words]
    assert not drawing.named("optimum-")


def test_title_and_family_in_words() -> None:
    title = "Which values of c and x give which verdict, at L = 1 and at every L ≥ 2"
    drawing = of("plane")
    assert drawing.root.findtext(f"{SVG}title") == title
    assert drawing.words("title") == [title]
    (subject,) = subjects("plane")
    exponents = "input (0, 0, c),  hidden (0, 1/2, c),  readout (x, 1/2, c)"
    assert subject == f"optimizer sgd  ·  (a, b, c) of every layer:  {exponents}"
    assert drawing.words("axis-0") == ["c"]
    assert drawing.words("axis-1") == ["x"]
    assert of("list").words("title") == ["Which values of c and x give which verdict, at L = 3"]
    assert "layer 1 (−1/2, 1/2, c),  layers 2..3 (0, 1/2, c)" in subjects("list")[0]


def subjects(family: str) -> list[str]:
    """The lines that tell the exponents, where spaces may be of those that keep words together."""
    return [each.replace("\N{NO-BREAK SPACE}", " ") for each in of(family).words("subject")]


@pytest.mark.parametrize("family", [each for each in FAMILIES if each != "names"])
def test_no_layer_is_divided_between_lines(family: str) -> None:
    """Except where one alone is longer than a line."""
    assert all(each.count("(") == each.count(")") for each in subjects(family))


@each_family
def test_the_description_says_all_that_is_seen(family: str) -> None:
    drawing = of(family)
    text = drawing.root.findtext(f"{SVG}desc") or ""
    assert drawing.root.get("role") == "img"
    for each in drawing.surveys:
        for kind, where in each.pieces:
            assert kind.replace("_", " ") in text
            assert where_text(where, each.unknowns) in text
        assert all(landmark.name in text for landmark in each.landmarks)


@each_family
def test_an_svg_is_safe_to_embed(family: str) -> None:
    for element in of(family).root.iter():
        assert element.tag not in {f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image"}
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert not name.endswith("href") or value.startswith("#")
            assert not re.search(r"(^|[ ,(])(nan|-?inf)\b", value)


def renamed(value: Any, names: dict[str, str]) -> Any:
    """A survey with other unknowns, whether or not one could ask for these."""
    if isinstance(value, AffineForm):
        terms = {names.get(name, name): each for name, each in value.terms}
        return affine(value.constant, terms)
    if isinstance(value, dict):
        return {names.get(key, key): each for key, each in value.items()}
    if isinstance(value, tuple):
        parts = (renamed(each, names) for each in value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return names.get(value, value) if type(value) is str else value


@pytest.mark.parametrize("family", ["plane", "line"])
def test_hostile_names_are_only_words(family: str) -> None:
    names = {"c": "$c^{2}_{--></g><script>", "x": "&x;\\alpha_$"}
    drawing = Drawing(*(renamed(each, names) for each in FAMILIES[family].surveys()))
    text = drawing.file.decode()
    assert "<script" not in text
    assert "<script" in (drawing.root.findtext(f"{SVG}title") or "")
    shown = drawing.words("axis-0")[0]
    assert "script" in shown.replace("&gt;", ">")


def test_names_with_underscores_are_written_as_they_are() -> None:
    words = of("names").words()
    assert of("names").words("axis-0") == ["a_very_long_name_of__24"]
    assert of("names").words("axis-1") == ["rate_exponent_of_width_1"]
    assert "r = 2 − 2·a_very_long_name_of__24" in words


@pytest.mark.parametrize(("family", "size"), [("line", (1400, 1700)), ("plane", (1700, 1900))])
def test_a_png_of_a_good_size(family: str, size: tuple[int, int]) -> None:
    first, deeper = of(family).surveys
    file = draw(first, deeper, "png")
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", file[16:24])
    assert size[0] < width < size[1]
    assert 1.1 < width / height < 1.8  # landscape
    assert len(file) < 250_000


def test_more_unknowns_than_a_picture_has_directions_are_refused() -> None:
    first, deeper = Family(by_role("0 0 x", "0 1/2 y", "c")).surveys()
    with pytest.raises(ValueError, match=r"one or two unknowns, not 3: c, x, y"):
        draw(first, deeper, "svg")


def test_a_point_and_a_segment_are_pictures_too() -> None:
    point = Drawing(*Family(by_role("0 0 0", "0 1/2 1/2", "c"), {"c": ["1/3", "1/3"]}).surveys())
    assert point.named("cell-L1-") == {"0-unstable-0"}
    segment = Drawing(*Family(STANDARD, {"c": [0, 0], "x": [0, 1]}).surveys())
    assert segment.named("cell-deeper-") == {
        "0-feature_learning-0", "1-trivial-1", "2-unstable-1"
    }  # fmt: skip


def test_another_process_gives_the_same_bytes_without_pyplot() -> None:
    script = (
        "import sys; from tests.app.figures.test_regions import FAMILIES, draw; "
        "file = draw(*FAMILIES['plane'].surveys(), 'svg'); "
        "assert 'matplotlib.pyplot' not in sys.modules; sys.stdout.buffer.write(file)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True,
        cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == of("plane").file


def test_threads_draw_the_same_at_once() -> None:
    surveys = [of(family).surveys for family in ("line", "uniform", "adam")]
    with ThreadPoolExecutor(len(surveys)) as pool:
        files = list(pool.map(lambda each: draw(each[0], each[1], "svg"), surveys))
    assert files == [of(family).file for family in ("line", "uniform", "adam")]


def lightness(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_verdicts_stay_apart_without_colour() -> None:
    for attribute, least in (("line", 15), ("area", 10)):
        for regime in (Kind.KERNEL, Kind.OPERATOR):  # that of sgd, that of the others
            kinds = (regime, Kind.FEATURE_LEARNING, Kind.TRIVIAL, Kind.UNSTABLE)
            tones = [lightness(getattr(LOOKS[kind], attribute)) for kind in kinds]
            assert all(b - a > least for a, b in pairwise(tones)), (attribute, regime, tones)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        ("0", "1", ["0", "1/4", "1/2", "3/4", "1"]),
        ("-1", "2", ["−1", "−1/2", "0", "1/2", "1", "3/2", "2"]),
        ("0", "1/100", ["0", "0.002", "0.004", "0.006", "0.008", "0.01"]),
        ("999999", "1000001", ["999999", "999999.5", "1000000", "1000000.5", "1000001"]),
        ("-1000000", "1000000", ["−1000000", "−500000", "0", "500000", "1000000"]),
        ("0", "1/1000000", ["0", "0.0000002", "0.0000004", "0.0000006", "0.0000008", "0.000001"]),
        ("7/3", "9/2", ["5/2", "3", "7/2", "4", "9/2"]),
    ],
)
def test_ticks_are_round(low: str, high: str, labels: list[str]) -> None:
    found = [label for _, label in ticks(Fraction(low), Fraction(high), 8)]
    assert found == labels


@pytest.mark.parametrize("exponent", range(-9, 10))
def test_there_are_neither_too_few_ticks_nor_too_many(exponent: int) -> None:
    for digits in range(10, 100, 7):
        span = Fraction(10) ** exponent * digits
        for most in (4, 8):
            found = ticks(span / 3, span / 3 + span, most)
            assert most // 3 <= len(found) <= most
            steps = {b.value - a.value for a, b in pairwise(found)}
            assert len(steps) == 1
            assert all(b.label != a.label for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("constant", "terms", "text"),
    [
        ("0", {}, "0"),
        ("-1/2", {"c": "1/2"}, "c/2 − 1/2"),
        ("1", {"s": "-1"}, "1 − s"),
        ("0", {"s": "-3/2", "t": "2"}, "2t − 3s/2"),
        ("-1", {"s": "-1"}, "−s − 1"),
        ("0", {"rate": "3"}, "3·rate"),
        ("0", {"rate": "1/3"}, "rate/3"),
    ],
)
def test_formulas_as_people_write_them(constant: str, terms: dict[str, str], text: str) -> None:
    coefficients = {name: Fraction(each) for name, each in terms.items()}
    assert formula(affine(Fraction(constant), coefficients)) == text
