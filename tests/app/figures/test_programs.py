"""Pictures of programs: every scalar and vector is there, whatever the numbers are."""

from typing import Any

import pytest

from app.figures.programs import draw
from app.figures.programs.figure import MOST_SCALARS
from app.programs.report import ProgramResult
from tests.app.figures.svg import Svg
from tests.app.programs.results import result, scalar

pytestmark = pytest.mark.pictures


def drawn(of: ProgramResult) -> Svg:
    return Svg(draw(of, "svg"))


def test_scalars_and_vectors_have_a_panel_each() -> None:
    parts = drawn(result()).parts
    assert {"scalar-c", "scalar-d", "vector-h", "vector-g"} <= set(parts)
    assert "limit-c" in parts
    assert "limit-d" not in parts, "it is not finite"


def test_what_is_not_drawn_is_counted() -> None:
    names = [f"s{k}" for k in range(MOST_SCALARS + 3)]
    many = result(
        scalars={name: scalar(1.0) for name in names},
        convergence=dict.fromkeys(names, result()["convergence"]["c"]),
        joint=None,
    )
    svg = draw(many, "svg").decode()
    assert f"scalar-s{MOST_SCALARS - 1}" in svg
    assert f"scalar-s{MOST_SCALARS}" not in svg
    assert "3 more scalars are not drawn" in svg


def numbers(mean: float, error: float) -> dict[str, Any]:
    return {
        "scalars": {"c": scalar(mean, error)},
        "convergence": {"c": {"mean": [mean, mean], "standard_error": [error, error]}},
    }


@pytest.mark.parametrize(
    ("mean", "error"), [(0.0, 0.0), (1e12, 0.0), (1e-30, 1e-31), (-1e140, 1e139), (5.0, 1e-15)]
)
def test_no_number_breaks_it(mean: float, error: float) -> None:
    assert "scalar-c" in drawn(result(**numbers(mean, error))).parts


def test_a_vector_that_is_constant_is_drawn() -> None:
    histogram = {
        "edges": [-1e-9, 0.0, 1e-9],
        "density": [0.0, 1e9],
        "gaussian": [0.0, 0.0],
        "outside": 0.0,
    }
    joint = {**(result()["joint"] or {}), "histograms": {"h": histogram}}
    assert "vector-h" in drawn(result(joint=joint)).parts


def test_names_are_no_mathematics_and_the_same_result_gives_the_same_bytes() -> None:
    name = "x_1" + "y" * 29
    odd = result(
        scalars={name: scalar(1.0)}, convergence={name: result()["convergence"]["c"]}, joint=None
    )
    assert draw(odd, "svg") == draw(odd, "svg")
    assert draw(odd, "png").startswith(b"\x89PNG")
