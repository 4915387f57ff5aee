"""Pictures of checks: what they say, read back from the file, and that nothing breaks them."""

import math
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.experiment.report import CheckResult, QuantityReport
from app.figures.checks import draw
from app.figures.checks.style import layer_colours
from solver.theory.predicted_exponents import QUANTITIES
from tests import ROOT
from tests.app.figures.svg import SVG, XLINK, Svg
from tests.app.figures.synthetic_checks import WIDTHS, synthetic

pytestmark = pytest.mark.pictures


class Drawing(Svg):
    """The picture of a check."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(draw(result, "svg"))

    def scale(self, panel: str, axis: str) -> Callable[[float], float]:
        """From the file's coordinate to the number on the axis, through two labelled ticks."""
        ticks: list[tuple[float, float]] = []
        for group in self.parts[panel].iter(f"{SVG}g"):
            label = [(c.text or "") for c in group.iter() if c.tag is ET.Comment]
            power = re.search(r"\^\{(.*)\}", label[0]) if label else None
            if re.fullmatch(rf"{axis}tick_\d+", group.get("id", "")) and power:
                use = next(group.iter(f"{SVG}use"))
                ticks.append((float(use.get(axis, "")), float(power.group(1))))
        (u, a), (v, b) = ticks[0], ticks[-1]
        return lambda w: a + (w - u) * (b - a) / (v - u)


def disagreeing(result: CheckResult) -> list[QuantityReport]:
    return [each for each in result["quantities"] if each["outcome"] == "off"]


CASES = {
    "mup": synthetic("mup", 3),
    "ntk": synthetic("ntk", 2),
    "divided": synthetic("standard_divided_logits", 3),
    "unstable": synthetic("standard", 2),
    "contradicted": synthetic("ntk", 2, theory="mup"),
    "shallow": synthetic("mean_field", 1),
    "adam": synthetic("ntk_adam", 2, method="dense"),
}
each_case = pytest.mark.parametrize("case", CASES)


@cache
def of(case: str) -> Drawing:
    """The drawing of a case, which takes a second."""
    return Drawing(CASES[case])


@each_case
def test_a_panel_for_each_quantity(case: str) -> None:
    assert of(case).named("mark-") == of(case).named("panel-") == set(QUANTITIES)


def test_only_the_quantities_there_are() -> None:
    some = [each for each in CASES["mup"]["quantities"] if each["quantity"] in ("h", "delta_f")]
    assert Drawing({**CASES["mup"], "quantities": some}).named("mark-") == {"h", "delta_f"}


@each_case
def test_a_guide_for_each_predicted_exponent(case: str) -> None:
    result, drawing = CASES[case], of(case)
    expected = {
        (each["quantity"], Fraction(each["predicted_exponent"]))
        for each in result["quantities"]
        if each["predicted_exponent"] is not None
    }
    assert drawing.named("guide-") == {f"{name}-{exponent}" for name, exponent in expected}
    for name, exponent in expected:
        assert rf"$\propto\, n^{{{-exponent}}}$" in drawing.words(f"panel-{name}")


@pytest.mark.parametrize("case", ["ntk", "divided", "contradicted"])
def test_guides_have_the_predicted_slope_on_the_axes(case: str) -> None:
    drawing = of(case)
    for name in drawing.named("guide-"):
        quantity, exponent = name.split("-", 1)
        x, y = (drawing.scale(f"panel-{quantity}", axis) for axis in "xy")
        (left, low), (right, high) = drawing.points(f"guide-{name}")
        doublings, decades = x(right) - x(left), y(high) - y(low)
        slope = decades / (doublings * math.log10(2))
        assert slope == pytest.approx(-float(Fraction(exponent)), abs=1e-3)


def test_lines_lie_at_the_measured_sizes() -> None:
    result, drawing = CASES["ntk"], of("ntk")
    for each in result["quantities"]:
        panel = f"panel-{each['quantity']}"
        x, y = (drawing.scale(panel, axis) for axis in "xy")
        line = drawing.points(f"line-{each['quantity']}-{each['layer']}-{each['step']}")
        assert [x(across) for across, _ in line] == pytest.approx(range(8, 17), abs=1e-3)
        sizes = [math.log10(spread[0]) for spread in each["sizes"] if spread]
        assert [y(down) for _, down in line] == pytest.approx(sizes, abs=1e-3)


@each_case
def test_disagreement_is_marked_where_there_is_some_and_nowhere_else(case: str) -> None:
    result, drawing = CASES[case], of(case)
    wrong = disagreeing(result)
    names = {f"{each['quantity']}-{each['layer']}-{each['step']}" for each in wrong}
    assert drawing.named("off-") == names
    assert ("off" in drawing.words()) == bool(wrong)
    for quantity in QUANTITIES:
        outcomes = {e["outcome"] for e in result["quantities"] if e["quantity"] == quantity}
        mark = "✗" if "off" in outcomes else "✓" if "agrees" in outcomes else "–"
        assert drawing.words(f"mark-{quantity}") == [mark]


def test_the_cases_are_what_they_are_meant_to_be() -> None:
    verdicts = {name: result["verdict"] for name, result in CASES.items()}
    assert [name for name in verdicts if verdicts[name] != "confirmed"] == ["contradicted"]
    unstable = CASES["unstable"]["quantities"]
    assert any(None in each["sizes"] for each in unstable)
    assert any(each["predicted_exponent"] is None for each in unstable)


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "✓  Confirmed: kernel regime (theory) = kernel regime (measured)"),
        (
            {"verdict": "contradicted", "theory": "feature_learning"},
            "✗  Contradicted: feature learning (theory) ≠ kernel regime (measured)",
        ),
        (
            {"verdict": "contradicted"},
            "✗  Contradicted: kernel regime, but not with the slopes of the theory",
        ),
        (
            {"verdict": "inconclusive", "empirical": "trivial"},
            "?  Inconclusive: kernel regime (theory), trivial (measured)",
        ),
    ],
)
def test_the_verdict_in_words(changes: Any, title: str) -> None:
    result: CheckResult = {**CASES["ntk"], **changes}
    drawing = Drawing({**result, "quantities": result["quantities"][:1]})
    assert drawing.words("verdict") == [title]
    assert drawing.root.findtext(f"{SVG}title") == title[3:]
    assert drawing.root.findtext(f"{SVG}desc") == result["summary"]
    assert drawing.root.get("role") == "img"


def test_the_circumstances_in_words() -> None:
    (line,) = (words for words in of("ntk").words() if "tolerance" in words)
    assert line.split("  ·  ") == [
        "2 hidden layers, 4 steps",
        "matrix-free simulation",
        "9 widths, 256 to 65536",
        "8 to 2048 seeds at each",
        "tolerance ±0.05 in the slope",
    ]


def test_what_was_measured_in_words() -> None:
    result = CASES["contradicted"]
    words = of("contradicted").words("panel-delta_x")
    slopes = [-e["measured_exponent"] for e in disagreeing(result) if e["quantity"] == "delta_x"]  # type: ignore[operator]
    low, high = (f"{each:.3f}".replace("-", "−") for each in (min(slopes), max(slopes)))
    assert f"all {len(slopes)} off: slopes {low} to {high}" in words


def test_a_single_line_is_not_called_all() -> None:
    words = of("unstable").words("panel-f")
    (report,) = (
        each
        for each in CASES["unstable"]["quantities"]
        if each["quantity"] == "f" and each["outcome"] is not None
    )
    assert report["measured_exponent"]
    assert f"agrees: slope {-report['measured_exponent']:.3f}".replace("-", "−") in words


def test_blow_ups_are_marked_at_their_widths() -> None:
    result = synthetic("mup", 2)
    report = next(each for each in result["quantities"] if each["quantity"] == "delta_h")
    report["sizes"][-2:] = [None, None]
    report["sizes"][0] = [0.0, 0.0, 0.0]
    drawing = Drawing(result)
    assert drawing.named("blew-up-") == drawing.named("zero-") == {"panel-delta_h"}
    x = drawing.scale("panel-delta_h", "x")
    for part, widths in (("blew-up", [15, 16]), ("zero", [8])):
        marks = drawing.parts[f"{part}-panel-delta_h"].iter(f"{SVG}use")
        assert [x(float(use.get("x", ""))) for use in marks] == pytest.approx(widths, abs=1e-3)
    assert {"↑ blew up", "↓ zero"} <= set(drawing.words("panel-delta_h"))
    assert len(drawing.points("line-delta_h-1-1")) == 6


def test_what_explodes_does_not_flatten_what_is_compared() -> None:
    drawing = of("unstable")
    assert "panel-h" in drawing.named("beyond-")
    y = drawing.scale("panel-h", "y")
    ground = [y(down) for _, down in drawing.points("panel-h")]  # its first path is its ground
    assert max(ground) - min(ground) < 10
    guide = [y(down) for _, down in drawing.points("guide-h--1/2")]
    assert min(ground) < min(guide) < max(guide) < max(ground)


def test_of_many_steps_some_are_drawn_and_the_legend_says_so() -> None:
    result = synthetic("mup", 2, steps=20)
    drawing = Drawing(result)
    steps = {int(name.split("-")[-1]) for name in drawing.named("line-")}
    assert steps == {0, 1, 2, 20}
    assert "step (of 0 to 20)" in drawing.words()


def test_a_disagreement_at_a_step_that_is_not_drawn_is_drawn_all_the_same() -> None:
    result = synthetic("mup", 2, steps=20)
    for step, measured in ((7, 0.2), (9, 0.4)):
        report = next(
            each
            for each in result["quantities"]
            if (each["quantity"], each["step"]) == ("delta_x", step)
        )
        report.update({"outcome": "off", "agrees": False, "measured_exponent": measured})
    drawing = Drawing(result)
    assert drawing.named("off-") == {"delta_x-1-9"}
    assert drawing.words("mark-delta_x") == ["✗"]
    assert any(words.startswith("2 off, 38 agree") for words in drawing.words("panel-delta_x"))


@pytest.mark.parametrize(("outcome", "mark"), [("explained", "✓"), ("undetermined", "?")])
def test_what_is_not_off_is_counted_but_not_marked(outcome: Any, mark: str) -> None:
    result = synthetic("mup", 2)
    for report in result["quantities"]:
        if (report["quantity"], report["layer"], report["step"]) == ("delta_x", 1, 2):
            report.update({"outcome": outcome, "measured_exponent": 0.2})
    drawing = Drawing(result)
    assert drawing.named("off-") == set()
    assert drawing.words("mark-delta_x") == [mark]
    assert any(
        words.startswith(f"7 agree, 1 {outcome}") for words in drawing.words("panel-delta_x")
    )


def test_no_text_is_smaller_than_seven_points() -> None:
    drawing = of("mup")
    sizes: list[float] = []

    def visit(element: ET.Element, scale: float) -> None:
        found = re.search(r"scale\(([\d.]+)", element.get("transform", ""))
        scale *= float(found.group(1)) if found else 1.0
        if element.tag == f"{SVG}use" and "DejaVu" in element.get(f"{XLINK}href", ""):
            sizes.append(100 * scale)  # outlines are those of a font of 100 points
        for child in element:
            visit(child, scale)

    visit(drawing.root, 1.0)
    assert len(sizes) > 100
    assert min(sizes) > 6.999


def test_layers_stay_apart_without_colour() -> None:
    for depth in (1, 2, 8, 16):
        colours = layer_colours(depth)
        assert list(colours) == list(range(1, depth + 1))
        lightness = [
            0.2126 * int(each[1:3], 16) + 0.7152 * int(each[3:5], 16) + 0.0722 * int(each[5:], 16)
            for each in colours.values()
        ]
        assert all(lighter - darker > 5 for darker, lighter in pairwise(lightness))


def test_a_png_of_a_good_size() -> None:
    file = draw(CASES["mup"], "png")
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    assert file[-8:-4] == b"IEND"
    width, height = struct.unpack(">II", file[16:24])
    assert width == 1980
    # Landscape: the whole of it is read without scrolling or turning the page.
    assert 1.2 < width / height < 1.5


@each_case
def test_an_svg_is_safe_to_embed(case: str) -> None:
    for element in of(case).root.iter():
        assert element.tag not in {f"{SVG}script", f"{SVG}foreignObject", f"{SVG}image"}
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert not name.endswith("href") or value.startswith("#")


def small(widths: Sequence[int] = WIDTHS, **changes: Any) -> CheckResult:
    """A result of three quantities, each of which reports these things."""
    result = synthetic("ntk", 2, steps=2, widths=widths)
    kept = [each for each in result["quantities"] if each["quantity"] in ("h", "f", "delta_h")]
    for each in kept:
        each.update(changes)  # type: ignore[typeddict-item]
    return {**result, "quantities": kept}


def with_sizes(*spreads: list[float] | None, **changes: Any) -> CheckResult:
    """A result in which these sizes take turns."""
    return small(sizes=[spreads[place % len(spreads)] for place in range(9)], **changes)


UNMEASURED = {"measured_exponent": None, "standard_error": None}

DEGENERATE = {
    "one width": small(widths=[300]),
    "two close widths": small(widths=[300, 301]),
    "far widths": small(widths=[2, 2**40]),
    "one surviving": with_sizes(*[None] * 4, [1.0, 0.9, 1.1], *[None] * 4),
    "every other": with_sizes([1.0, 0.9, 1.1], None),
    "all blew up": with_sizes(None, outcome="undetermined", **UNMEASURED),
    "all blew up, wrongly": with_sizes(None, outcome="off", **UNMEASURED),
    "all zero": with_sizes([0.0, 0.0, 0.0]),
    "zero quartile": with_sizes([1.0, 0.0, 2.0]),
    "zero or nothing": with_sizes([0.0, 0.0, 0.0], None),
    "equal": with_sizes([1.0, 1.0, 1.0]),
    "huge": with_sizes([1e300, 1e299, 1.7e308]),
    "tiny": with_sizes([5e-324, 0.0, 1e-300]),
    "huge and tiny": with_sizes([1e300, 1e300, 1e300], [1e-300, 1e-300, 1e-300]),
    "no predictions": small(predicted_exponent=None, outcome=None),
    "steep": small(predicted_exponent="1000000", outcome="off"),
    "steep and rising": small(predicted_exponent="-1000000", outcome="off"),
    "next to flat": small(predicted_exponent="1/1000000", outcome="off"),
    "deep and long": synthetic("mup", 16, steps=12, widths=[256, 1024]),
    "a long summary": {**small(), "summary": "$n^{ \\alpha & <b> " * 60},
}


@pytest.mark.parametrize("result", DEGENERATE.values(), ids=DEGENERATE)
def test_degenerate_results_are_drawn_too(result: CheckResult) -> None:
    drawing = Drawing(result)
    assert drawing.words("verdict")
    assert not re.search(rb"[ \"](nan|-?inf)[ \"]", drawing.file)


def test_ticks_are_whole_powers_of_two_even_where_widths_are_close() -> None:
    words = Drawing(DEGENERATE["two close widths"]).words("panel-h")
    assert [each for each in words if each.startswith("$2")] == ["$2^{8}$", "$2^{9}$"]


def test_another_process_gives_the_same_bytes_without_pyplot() -> None:
    script = (
        "import sys; from app.figures.checks import draw; "
        "from tests.app.figures.synthetic_checks import synthetic; "
        "file = draw(synthetic('ntk', 2), 'svg'); "
        "assert 'matplotlib.pyplot' not in sys.modules; sys.stdout.buffer.write(file)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True,
        cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == of("ntk").file


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns as often as they can, so that a race is lost here if it can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_draw_the_same_at_once() -> None:
    results = [small() for _ in range(4)]
    for thread, result in enumerate(results, start=1):
        for place, each in enumerate(result["quantities"]):  # labels that no other has: no caching
            each["predicted_exponent"] = f"{100 * thread + place}/1009"
    with ThreadPoolExecutor(len(results)) as pool:
        drawn = list(pool.map(draw, results, ["svg"] * len(results)))
    assert drawn == [draw(result, "svg") for result in results]
