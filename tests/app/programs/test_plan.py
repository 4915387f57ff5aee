"""What is planned is every copy once, within the budget, and travels as JSON."""

import json
from typing import Any

import numpy as np
import pytest

from app.programs.gallery import GALLERY
from app.programs.plan import BINS, Budget, Round, estimate, first_round, second_round, widths
from app.programs.program import Program
from app.programs.reading import read_program
from app.programs.statistics import Tally


def program(products: int = 3, **changed: Any) -> Program:
    written = {
        "matrices": {"W": {}},
        "vectors": {"x0": {}},
        "program": [
            *({"let": f"x{k + 1}", "matmul": "W", "of": f"x{k}"} for k in range(products)),
            {"let": "c", "moment": "x0*x0"},
        ],
        "joint": ["x0"],
    }
    return read_program({**written, **changed})


def tallies(of: Program, planned: Round, sigma: float) -> list[Tally]:
    """As if the scalar, the mean and the variance of x0 were noise about 1."""
    rng = np.random.default_rng(0)
    return [
        Tally.of(
            unit.width, unit.first_copy,
            1 + sigma / unit.width**0.5 * rng.standard_normal((3, unit.copies)), None,
        )
        for unit in planned.units
    ]  # fmt: skip


@pytest.mark.parametrize("precision", [0.5, 0.01, 0.0005])
def test_the_rounds_are_every_copy_once(precision: float) -> None:
    of = program(precision=precision)
    first = first_round(of, Budget())
    second = second_round(of, tallies(of, first, 1.0), Budget())
    copies: dict[int, list[int]] = {}
    for unit in (*first.units, *second.units):
        assert unit.copies >= 1
        copies.setdefault(unit.width, []).extend(
            range(unit.first_copy, unit.first_copy + unit.copies)
        )
    assert tuple(copies) == widths(of)
    for done in copies.values():
        assert done == list(range(len(done)))
    assert second.enough
    assert second.edges is not None
    assert second.edges.shape == (1, BINS + 1)
    assert widths(of)[-1] in {unit.width for unit in second.units}, "where coordinates are counted"


def test_work_stays_within_the_budget() -> None:
    of = program(precision=1e-5)
    first = first_round(of, Budget())
    known = tallies(of, first, 10.0)
    for seconds in (5.0, 50.0):
        budget = Budget(seconds=seconds)
        second = second_round(of, known, budget)
        assert not second.enough
        spent = estimate(of, (*first.units, *second.units)).seconds
        assert 0.5 * seconds < spent < 1.5 * seconds


def test_longer_programs_are_run_at_greater_widths() -> None:
    tops = [widths(program(products))[-1] for products in (1, 32, 33, 199)]
    assert tops == [2048, 2048, 4096, 16384]


def test_rounds_travel_as_json() -> None:
    of = program()
    first = first_round(of, Budget())
    for planned in (first, second_round(of, tallies(of, first, 1.0), Budget())):
        again = Round.from_json(json.loads(json.dumps(planned.as_json())))
        assert (again.units, again.enough) == (planned.units, planned.enough)
        assert (again.edges is None) is (planned.edges is None)
        if planned.edges is not None:
            assert again.edges == pytest.approx(planned.edges)


def test_units_end_within_seconds_and_need_little_memory() -> None:
    of = program(199, precision=1e-5)
    known = tallies(of, first_round(of, Budget()), 5.0)
    for unit in second_round(of, known, Budget()).units:
        cost = estimate(of, [unit])
        assert cost.bytes <= 2**28 or unit.copies == 1
        assert cost.seconds <= 4 or unit.copies == 1


@pytest.mark.parametrize("name", GALLERY)
def test_the_gallery_is_cheap_to_begin(name: str) -> None:
    of = read_program(GALLERY[name].program)
    assert estimate(of, first_round(of, Budget()).units).seconds < 3
