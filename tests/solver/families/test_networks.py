"""Regions and repairs of networks of any tensors, against the oracle of the tables."""

import random
from fractions import Fraction
from typing import Any

import pytest

from solver import Survey, TensorParametrization, classify, repair, survey
from tests.solver.theory.published_networks import INF, Tensor, draw, judge, written

POINTS = [Fraction(n, 8) for n in range(-16, 25)]


def with_unknown(rng: random.Random) -> tuple[list[Tensor], list[Tensor], list[tuple[int, str]]]:
    """A network, and which of its exponents are to be unknown: one, or what a tie shares."""
    tensors, attention = draw(rng)
    places = [
        (place, symbol)
        for place, each in enumerate(tensors)
        for symbol in ("a", "b", "c")
        if each[symbol] != INF and not (each.get("tied_to") and symbol != "a")
    ]
    place, symbol = rng.choice(places)
    chosen = [(place, symbol)]
    if symbol != "a":
        chosen += [(other, symbol) for other, each in enumerate(tensors)
                   if each.get("tied_to") == tensors[place]["name"]]  # fmt: skip
    return tensors, attention, chosen


def at(tensors: list[Tensor], chosen: list[tuple[int, str]], value: Any) -> list[Tensor]:
    changed = [dict(each) for each in tensors]
    for place, symbol in chosen:
        changed[place][symbol] = value
    return changed


@pytest.mark.parametrize("seed", range(3))
def test_every_point_has_the_verdict_of_the_tables(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        tensors, attention, chosen = with_unknown(rng)
        asked = written(at(tensors, chosen, Fraction()))
        for place, symbol in chosen:
            if symbol in asked[place]:
                asked[place][symbol] = "s"
        found = survey(tensors=asked, attention=written(attention) or None)
        assert isinstance(found, Survey)
        found.to_dict()
        for point in POINTS:
            where = [
                cell
                for cell in found.cells
                if all(each.holds_at({"s": point}) for each in cell.where.constraints)
            ]
            assert len(where) == 1, (asked, point)
            expected = judge(at(tensors, chosen, point), attention)
            assert where[0].kind == expected["verdict"], (asked, attention, point)


@pytest.mark.parametrize("target", ["stable", "feature_learning", "maximal"])
def test_what_is_repaired_has_its_target(target: str) -> None:
    """By the tables; and ties, attention and what is infinite stay."""
    rng = random.Random(target)
    repaired = 0
    for _ in range(40):
        tensors, attention = draw(rng)
        tensors = [{**each, "epsilon": None} for each in tensors]
        asked = written(tensors)
        found = repair(tensors=asked, attention=written(attention) or None, target=target)
        if found.best is None:
            continue
        repaired += 1
        changed = found.to_dict()["parametrization"]
        new = [{**old, **{key: INF if each[key] == "inf" else Fraction(each[key])
                          for key in ("a", "b", "c", "weight_decay") if key in each}}
               for old, each in zip(tensors, changed["tensors"], strict=True)]  # fmt: skip
        verdict = judge(new, attention)
        if target == "maximal":
            assert verdict["maximal"], (asked, changed)
        elif target == "stable":
            assert verdict["verdict"] != "unstable", (asked, changed)
        else:
            assert verdict["verdict"] == target, (asked, changed)
        assert [each.get("tied_to") for each in changed["tensors"]] == [
            each.get("tied_to") for each in tensors
        ]
        assert len(changed.get("attention", ())) == len(attention)
        again = classify(**changed)
        assert isinstance(again.parametrization, TensorParametrization)
        assert again.kind == verdict["verdict"]
    assert repaired > 10
