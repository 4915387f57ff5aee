"""Questions in keywords: the same answers as of parametrizations; errors say what to write."""

import json
import re
from fractions import Fraction
from typing import Any

import pytest

from solver import (
    DEFAULT_LIMITS,
    AnyDepthRepair,
    AnyDepthSurvey,
    AnyDepthVerdict,
    Description,
    Exponents,
    Goal,
    Parametrization,
    ParametrizationError,
    Repair,
    Survey,
    Verdict,
    classify,
    compare,
    compare_any_depth,
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
    asked = survey(preset="uniform", s="s", depth=3, maximize="s", subject_to="kernel")
    assert asked == survey(families, Goal("maximize", "s", "kernel"))
    assert isinstance(asked, Survey)
    assert asked.optimum is not None
    assert asked.optimum.value == Fraction(1, 2)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"minimize": "t"}, '"t" is not among the unknowns, which are s'),
        ({"maximize": 3}, "3 is not among the unknowns"),
        ({"minimize": "s", "maximize": "s"}, "both given; ask one at a time"),
        ({"subject_to": "stable"}, "subject_to goes with"),
        ({"minimize": "s", "subject_to": "fast"}, 'subject_to is "fast"; it must be one of stable'),
        ({"minimize": "s", "subject_to": "operator"}, "operator regime is that of adaptive"),
    ],
)
def test_what_is_wrong_in_a_goal_is_said(question: dict[str, Any], says: str) -> None:
    with pytest.raises(ParametrizationError, match=says):
        survey(preset="uniform", s="s", depth=3, **question)


def test_without_a_depth_repairs_and_surveys_are_for_every_depth() -> None:
    repaired = repair(preset="standard", target="feature_learning")
    assert isinstance(repaired, AnyDepthRepair)
    assert repaired == repair(gallery_entry("standard").roles(), "feature_learning")
    for depth, part in ((1, repaired.depth_one), (4, repaired.deeper)):
        assert part is not None
        there = repair(preset="standard", depth=depth, target="feature_learning")
        assert isinstance(there, Repair)
        assert part.distance == there.distance
    found = survey(preset="uniform", s="s")
    assert isinstance(found, AnyDepthSurvey)
    assert found.any_depth
    assert found.deeper is not None
    assert found.deeper.pieces == survey(preset="uniform", s="s", depth=4).pieces
    only_one = repair(preset="mean_field", target="kernel")
    assert isinstance(only_one, AnyDepthRepair)
    assert only_one.deeper is None
    assert only_one.summary.endswith("The parametrization is defined for one hidden layer only.")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (lambda: classify("mup"), r'write classify\(preset="mup"\)'),
        (lambda: classify(3), "value of type int"),
        (lambda: classify(MUP, depth=3), "keywords alone"),
        (lambda: classify(layers=3), "takes no layers; it takes depth, abc, a, b, c"),
        (lambda: repair(preset="mup", target="kernel", lock=["c"]), "no lock; .* tie_c"),
        (lambda: survey(preset="uniform", s="s", least="s"), "no least; .* minimize"),
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


LINE: dict[str, Any] = {"preset": "uniform", "s": "s", "minimize": "s"}
RESULTS: list[tuple[str, Any]] = [
    ("Verdict", lambda: classify(MUP)),
    ("AnyDepthVerdict", lambda: classify(preset="mup")),
    ("Repair", lambda: repair(MUP, "kernel")),
    ("Repair", lambda: repair(preset="ntk", depth=2, target="maximal", locked=["a"])),
    ("AnyDepthRepair", lambda: repair(preset="standard", target="kernel")),
    ("Survey", lambda: survey(**LINE, depth=2)),
    ("AnyDepthSurvey", lambda: survey(**LINE)),
    ("Equivalence", lambda: compare(MUP, MUP)),
    ("AnyDepthEquivalence", lambda: compare_any_depth(*[gallery_entry("mup").roles()] * 2)),
]


@pytest.mark.parametrize(("name", "asked"), RESULTS)
def test_results_show_themselves(name: str, asked: Any) -> None:
    found = asked()
    assert type(found).__name__ == name
    assert repr(found) == f"<{name}: {found.summary}>"
    assert len(repr(found)) < 600
    assert found.summary.endswith(".")
    html = found._repr_html_()
    assert re.fullmatch(r"(</?(p|ul|li)>|[^<>])*", html)
    assert html.count("<p>") == html.count("</p>")
    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert "summary" in list(plain)[:2]


@pytest.mark.parametrize(
    ("alias", "name"), [("µP", "mup"), ("PyTorch", "standard"), ("SP", "standard")]
)
def test_common_names_are_understood_in_repairs(alias: str, name: str) -> None:
    for depth in (None, 3):
        first, second = (
            repair(preset=each, depth=depth, target="kernel", locked=["a.readout"])
            for each in (alias, name)
        )
        assert first == second


def test_common_names_are_understood_in_surveys() -> None:
    first, second = (survey(preset=each, s="s", depth=2) for each in ("Uniform", "uniform"))
    assert first == second
    with pytest.raises(ParametrizationError, match="standard takes no c"):
        survey(preset="pytorch", c="c", depth=2)


@pytest.mark.parametrize("preset", [3, 0.5, True, ["mup"], {"mup": 1}, b"mup"])
def test_a_preset_is_a_name(preset: object) -> None:
    for question in (
        lambda: classify(preset=preset, depth=2),
        lambda: repair(preset=preset, target="kernel"),
        lambda: survey(preset=preset, s="s"),
    ):
        with pytest.raises(ParametrizationError, match="it must be a name"):
            question()


@pytest.mark.parametrize("activation", ["swish", 3, ["tanh"], None])
def test_an_activation_is_one_that_is_known(activation: Any) -> None:
    for question in (
        lambda: classify(preset="mup", activation=activation),
        lambda: classify(MUP, activation),
        lambda: repair(preset="mup", target="kernel", activation=activation),
        lambda: survey(preset="uniform", s="s", activation=activation),
    ):
        with pytest.raises(ParametrizationError, match=r"activation is .*one of tanh, relu"):
            question()


@pytest.mark.parametrize("target", ["trivial", "fast", 3, ["kernel"]])
def test_a_target_is_one_that_is_known(target: Any) -> None:
    with pytest.raises(ParametrizationError, match=r"target is .*one of stable, nontrivial"):
        repair(preset="mup", depth=2, target=target)
