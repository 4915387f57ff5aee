"""Questions in keywords: the same answers as of parametrizations; errors say what to write."""

from fractions import Fraction
from typing import Any

import pytest

import solver
from solver import (
    DEFAULT_LIMITS,
    AnyDepthVerdict,
    Description,
    Exponents,
    Goal,
    Parametrization,
    ParametrizationError,
    Verdict,
    classify,
    gallery_entry,
    read_families,
    repair,
    survey,
)

MUP = gallery_entry("mup").roles().at_depth(3)
DESCRIPTIONS: list[dict[str, Any]] = [
    {"preset": "mup", "depth": 3},
    {"depth": 3, "a": ["-1/2", 0, 0, 0.5], "b": "1/2", "c": 0},
    {"depth": 3, "a": {"input": Fraction(-1, 2), "hidden": 0, "readout": 0.5}, "b": 0.5, "c": 0},
    {"depth": 3, "abc": ["-1/2", 0, 0, "1/2", *["1/2"] * 4, 0]},
]


@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_a_description_is_what_it_describes(description: dict[str, Any]) -> None:
    found = classify(**description)
    assert isinstance(found, Verdict)
    assert found.parametrization == MUP
    assert (found.kind, found.maximal) == ("feature_learning", True)
    assert found.reasons == classify(MUP).reasons


def test_without_a_depth_the_answer_is_for_every_depth() -> None:
    for found in (classify(preset="mup"), classify(gallery_entry("mup").roles())):
        assert isinstance(found, AnyDepthVerdict)
        assert found.any_depth


def test_repairs_in_keywords() -> None:
    given = gallery_entry("standard").roles().at_depth(3)
    found = repair(preset="standard", depth=3, target="feature_learning")
    assert found == repair(given, "feature_learning")
    assert found.distance == Fraction(1, 2)
    assert "divide the logits by √n" in found.summary
    locked = repair(preset="standard", depth=3, target="feature_learning", locked=["a.readout"])
    assert locked.distance != Fraction(1, 2)
    with pytest.raises(ParametrizationError, match="names no exponents"):
        repair(preset="standard", depth=3, target="feature_learning", locked=["e"])


def test_surveys_in_keywords() -> None:
    families = read_families(Description(preset="uniform", s="s", depth=3), None, DEFAULT_LIMITS)
    assert survey(preset="uniform", s="s", depth=3) == survey(families)
    asked = survey(preset="uniform", s="s", depth=3, maximize="s", subject_to="kernel")[0].optimum
    goal = survey(families, Goal("maximize", "s", "kernel"))[0].optimum
    assert asked == goal
    assert asked is not None
    assert asked.value == Fraction(1, 2)
    with pytest.raises(ParametrizationError, match="t is not among the unknowns"):
        survey(preset="uniform", s="s", depth=3, minimize="t")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (lambda: classify("mup"), r'write classify\(preset="mup"\)'),
        (lambda: classify(3), "value of type int"),
        (lambda: classify(MUP, depth=3), "keywords alone"),
        (lambda: classify(layers=3), "takes no layers; it takes depth, abc, a, b, c"),
        (lambda: repair("ntk", "maximal"), r'write repair\(preset="ntk"\)'),
        (lambda: repair(MUP), "needs a target"),
        (lambda: survey("ntk"), r'write survey\(preset="ntk"\)'),
        (lambda: classify(Parametrization(1, (Exponents(0, 0.5, 0),) * 2)), "reads decimals"),
    ],
)
def test_wrong_types_say_what_to_write(question: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        question()


def test_what_is_wrong_in_a_description_is_said_as_to_the_service() -> None:
    with pytest.raises(ParametrizationError, match="depth is 0"):
        classify(preset="mup", depth=0)


def test_results_show_themselves() -> None:
    verdict, anywhere = classify(MUP), classify(preset="mup")
    repaired = repair(MUP, "kernel")
    for each in (verdict, anywhere, repaired):
        assert each.summary in repr(each)
        assert len(repr(each)) < 400
        html = each._repr_html_()
        assert "<p>" in html
        assert " < " not in html
    assert set(dir(solver)) >= {"classify", "repair", "survey"}
