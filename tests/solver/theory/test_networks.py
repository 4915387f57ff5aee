"""Networks of any tensors against an oracle that knows the tables alone."""

import random
from fractions import Fraction
from typing import Any

import pytest

from solver import Description, TensorParametrization, classify, read
from tests.solver.theory.published_networks import HALF, INF, draw, judge, written


def asked(tensors: list[dict[str, Any]], attention: list[dict[str, Any]], **more: Any) -> Any:
    description = Description(
        tensors=written(tensors), attention=written(attention) or None, **more
    )
    return read(description)


def as_number(value: Any) -> Any:
    return INF if str(value) == "inf" else value


@pytest.mark.parametrize("seed", range(4))
def test_verdicts_are_those_of_the_tables(seed: int) -> None:
    """Mixed laws, kinds, zeros, frozen tensors, wiring, ε, decay, ties and attention."""
    rng = random.Random(seed)
    seen: dict[str, int] = {}
    for _ in range(1500):
        tensors, attention = draw(rng)
        given = asked(tensors, attention)
        assert isinstance(given, TensorParametrization)
        verdict, expected = classify(given), judge(tensors, attention)
        assert verdict.kind == expected["verdict"], (tensors, attention)
        assert as_number(verdict.r) == expected["r"], tensors
        assert verdict.maximal is expected["maximal"], tensors
        told = {each["name"]: each["r"] for each in verdict.to_dict()["tensors"]}
        assert {name: INF if r == "inf" else Fraction(r) for name, r in told.items()} == expected[
            "tensors"
        ], tensors
        seen[verdict.kind] = seen.get(verdict.kind, 0) + 1
    assert min(seen[kind] for kind in ("unstable", "trivial", "operator", "feature_learning")) > 30


@pytest.mark.parametrize(("name", "alpha", "omega"), [("full", 1, HALF), ("none", HALF, HALF)])
def test_alignment_lowers_bounds(name: str, alpha: Any, omega: Any) -> None:
    rng = random.Random(name)
    for _ in range(500):
        tensors, _ = draw(rng)
        verdict = classify(asked(tensors, [], alignment=name))
        assert verdict.kind == judge(tensors, [], alpha, omega)["verdict"], tensors
        assert verdict.theorem == judge(tensors, [])["verdict"]


def test_the_gauge_of_every_tensor_changes_nothing() -> None:
    rng = random.Random(5)
    for _ in range(300):
        tensors, attention = draw(rng)
        given = asked(tensors, attention)
        canonical = given.canonical()
        assert classify(canonical).kind == classify(given).kind, tensors
        assert canonical.canonical() == canonical
