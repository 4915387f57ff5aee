"""No nearer repair exists: every point of a grid within the distance is judged.

The grid is judged in integers, many points at once, by the theorems as they stand on the page;
a test holds that against the oracle.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor, lcm
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from solver import (
    Exponents,
    Optimizer,
    Parametrization,
    Proposal,
    Repair,
    Target,
    TimeLimitError,
)
from solver.repairs import repair
from solver.repairs.nearest import Nearest
from tests.solver.oracle import sample
from tests.solver.repairs.test_least_change import (
    ASKED,
    Ask,
    Decided,
    checked,
    decided,
    distance,
    expanded,
    has,
    least_r,
    preset,
    random_ask,
    solve,
)

pytestmark = pytest.mark.exhaustive

F = Fraction
HALF = F(1, 2)
Column = NDArray[np.int64]
Truth = NDArray[np.bool_]

# Grids with more points take too long.
MOST_POINTS = 120_000


def truth(
    target: Target,
    optimizer: Optimizer,
    columns: Mapping[tuple[str, int], Column],
    one: int,
    margin: int | None = None,
) -> Truth:
    """Where the target holds; exponents by symbol and layer, and margin, in multiples of 1/one."""
    last = max(number for _, number in columns)
    a, b, c = ({n: columns[symbol, n] for n in range(1, last + 1)} for symbol in "abc")
    size, body = a[last] + b[last], range(1, last)
    if optimizer == "sgd":
        update = 2 * a[last] + c[last]
        driven = np.minimum(size, update)
        r = [driven + c[n] + 2 * a[n] - (one if n > 1 else 0) for n in body]
    else:
        update = a[last] + c[last]
        r = [c[n] + a[n] - (one if n > 1 else 0) for n in body]
    least = np.minimum.reduce(r)
    stable = (a[1] + b[1] == 0) & (2 * size >= one) & (least >= 0)
    stable &= (update >= one) & (size + least >= one)
    for n in body[1:]:
        stable &= 2 * (a[n] + b[n]) == one
    if ("d", 1) in columns:
        stable &= (columns["d", last] == a[last]) & (b[last] <= c[last])
        for n in body:
            stable &= columns["d", n] == a[n] + size
    moving = stable & ((update == one) | (size + least == one))
    match target:
        case "stable":
            return stable
        case "nontrivial":
            return moving
        case "feature_learning":
            return moving & (least == 0)
        case "feature_learning_in_every_layer":
            return moving & (r[0] == 0)
        case "maximal":
            return stable & (np.maximum.reduce(r) == 0) & (update == one) & (size == one)
        case _:
            return moving & (least > 0 if margin is None else least >= margin)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_grid_is_judged_as_the_oracle_judges(optimizer: Optimizer, depth: int) -> None:
    generator = random.Random(f"{optimizer} {depth}")
    points = [
        sample(generator, depth=depth, optimizer=optimizer, per_layer_c=True) for _ in range(500)
    ]
    one = 2 * lcm(*(x.denominator for point in points for symbol in point for x in symbol))
    columns = {
        (symbol, i + 1): np.array([int(point[place][i] * one) for point in points])
        for place, symbol in enumerate("abc")
        for i in range(depth + 1)
    }
    networks = [[Exponents(*each) for each in zip(*point, strict=True)] for point in points]
    for target in ASKED:
        expected = [has(target, optimizer, each) for each in networks]
        assert truth(target, optimizer, columns, one).tolist() == expected
        assert any(expected)


class Grid(NamedTuple):
    """Points that differ from the start of a question by multiples of 1/step.

    ``values`` has a row for each of the ``decisions``, in multiples of 1/one; ``costs`` are
    distances in multiples of 1/unit.
    """

    step: int
    one: int
    unit: int
    decisions: list[Decided]
    values: Column
    costs: Column

    def columns(self) -> dict[tuple[str, int], Column]:
        """The exponents chosen so far, by symbol and layer."""
        rows = zip(self.decisions, self.values, strict=False)
        return {(each.symbol, number): row for each, row in rows for number in each.layers}

    def kept(self, where: Truth) -> "Grid":
        return self._replace(values=self.values[:, where], costs=self.costs[where])

    def begun(self, last: int) -> Truth:
        """Initialization at the layers chosen so far, which every target asks for; and d."""
        columns, holds = self.columns(), np.ones_like(self.costs, dtype=bool)
        sizes = {n: columns["a", n] + b for (symbol, n), b in columns.items() if symbol == "b"}
        for number, size in sizes.items():
            if number == last:
                holds &= 2 * size >= self.one
            else:
                holds &= 2 * size == (self.one if number > 1 else 0)
        for number in range(1, last + 1):
            if ("d", number) in columns:
                gradient = sizes[last] if number < last else 0
                holds &= columns["d", number] == columns["a", number] + gradient
        return holds


def grid(ask: Ask, most: Fraction, step: int) -> Grid | None:
    """The points up to a distance that may do at initialization; None where there are many."""
    last = len(ask.layers)
    # The readout first, because other layers look at it.
    decisions = sorted(decided(ask), key=lambda each: (-max(each.layers), each.symbol))
    one = lcm(2 * step, *(each.start.denominator for each in decisions))
    unit = step * lcm(*(each.weight.denominator for each in decisions))
    budget = floor(most * unit)
    zero = np.zeros(1, dtype=np.int64)
    points = Grid(step, one, unit, decisions, np.zeros((0, 1), dtype=np.int64), zero)
    for each in decisions:
        cost = int(each.weight * unit / step)
        reach = 0 if each.locked else budget // cost
        steps = np.arange(-reach, reach + 1)
        total = points.costs[:, None] + cost * np.abs(steps)
        old, new = np.nonzero(total <= budget)
        if len(old) > MOST_POINTS:
            return None
        row = int(each.start * one) + steps[new] * (one // step)
        points = points._replace(
            values=np.vstack((points.values[:, old], row)), costs=total[old, new]
        )
        points = points.kept(points.begun(last))
    return points


def finest(ask: Ask, most: Fraction) -> Grid:
    """The grid of step 1/4, or a coarser one where that has too many points."""
    found = next(filter(None, (grid(ask, most, step) for step in (4, 2, 1))), None)
    assert found is not None, "choose a question with fewer points"
    return found


def place(ask: Ask, points: Grid, proposal: Proposal) -> tuple[int, ...] | None:
    """A proposal as a point of the grid, if it is one."""
    after = expanded(proposal, len(ask.layers) - 1)
    values = [getattr(after[each.layers[0] - 1], each.symbol) for each in points.decisions]
    steps = zip(values, points.decisions, strict=True)
    if any(((value - each.start) * points.step).denominator > 1 for value, each in steps):
        return None
    return tuple(int(each * points.one) for each in values)


def compared(ask: Ask, found: Repair) -> bool:
    """Hold a repair against the grid; whether it is a point of that."""
    assert found.best is not None
    assert found.infimum is not None
    assert found.distance is not None
    points = finest(ask, found.distance)
    columns, one, optimizer = points.columns(), points.one, ask.given.optimizer
    if not found.attained:
        anywhere = truth(ask.target, optimizer, columns, one)
        assert not (points.costs[anywhere] <= found.infimum * points.unit).any(), "it is attained"
    margin = None if found.attained else int(ask.margin * one)
    hits = points.kept(truth(ask.target, optimizer, columns, one, margin))
    assert (hits.costs == found.distance * points.unit).all(), "a nearer point has the target"
    starts = tuple(int(each.start * one) for each in points.decisions)

    def changed(point: Sequence[int]) -> tuple[bool, ...]:
        return tuple(value != start for value, start in zip(point, starts, strict=True))

    def coarseness(point: Sequence[int]) -> int:
        values = zip(point, changed(point), strict=True)
        return lcm(*(F(value, one).denominator for value, moved in values if moved))

    there = {tuple(map(int, each)) for each in hits.values.T}
    fewest = min((sum(changed(each)) for each in there), default=None)
    assert fewest is None or fewest >= len(found.best.changes), "a point changes less"
    best, *others = (place(ask, points, each) for each in (found.best, *found.alternatives))
    on_grid = [each for each in (best, *others) if each is not None]
    assert set(on_grid) <= there
    if len({changed(each) for each in on_grid}) == len(on_grid):
        for point in on_grid:
            alike = [each for each in there if changed(each) == changed(point)]
            assert coarseness(point) == min(map(coarseness, alike)), "a simpler point is as near"
    assert found.unique is False or there <= {best}, "another point is as near"
    return best is not None


# ------------------------------------------------------------------------- the whole question


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("size", ["1", "2", "3", "roles"])
@pytest.mark.parametrize("target", ASKED)
def test_no_point_of_a_grid_is_nearer(target: Target, size: str, optimizer: Optimizer) -> None:
    generator = random.Random(f"grid {target} {size} {optimizer}")
    count = 0
    while count < 2:
        ask = random_ask(generator, target, size, optimizer, step=2)._replace(margin=HALF)
        found = checked(ask)
        if found.best is not None and found.distance:
            compared(ask, found)
            count += 1


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("target", ASKED)
def test_half_integers_are_repaired_by_quarters(target: Target, optimizer: Optimizer) -> None:
    """So the grid holds the repair itself, and nothing nearer."""
    generator = random.Random(f"halves {target} {optimizer}")
    for _ in range(4):
        halves = [[F(generator.randint(-2, 2), 2) for _ in "abc"] for _ in range(2)]
        given = Parametrization(1, tuple(Exponents(*each) for each in halves), optimizer)
        ask = Ask(given, target, one_c=halves[0][2] == halves[1][2], margin=HALF)
        assert compared(ask, checked(ask))


def test_of_many_points_one_on_the_coarsest_grid_is_taken() -> None:
    """All with c_1 + b_2 = 2, 5/12 <= b_2 <= 11/12 are nearest: halves, then quarters, go first."""
    layers = (Exponents(F(-13, 12), F(13, 12), F(3)), Exponents(F(1, 12), F(2), F(2)))
    locked = ["a", "b.input", "c.readout"]
    found = checked(Ask(Parametrization(1, layers, "adam"), "nontrivial", locked))
    assert found.best is not None
    assert (found.distance, found.unique) == (F(3), False)
    values = [[each.value for each in p.changes] for p in (found.best, *found.alternatives)]
    assert values == [[F(3, 2), HALF], [F(5, 4), F(3, 4)]]


# ----------------------------------------------------------------------------- open targets


@pytest.mark.parametrize(
    ("name", "depth", "target", "locked", "infimum", "slope"),
    [
        # A hidden layer shrinks with a larger multiplier and a smaller initialization.
        ("mup", 1, "kernel", [], F(0), F(1)),
        ("standard", 2, "kernel", [], HALF, F(1)),
        ("standard", None, "kernel", [], HALF, F(1)),
        ("mup", 3, "kernel", [], F(0), F(2)),
        ("mup_adam", 1, "operator", [], F(0), F(2)),
        ("mup_adam", 4, "operator", [], F(0), F(2)),
        ("mup", 2, "kernel", ["c"], F(0), F(2)),
    ],
)
def test_the_kernel_regime_is_approached_but_not_reached(
    name: str, depth: int | None, target: Target, locked: list[str], infimum: Fraction, slope: int
) -> None:
    ask = Ask(preset(name, depth), target, locked)
    one_c = len({each.c for each in ask.layers}) == 1
    distances = []
    for margin in (F(1, 4), F(1, 8), F(1, 1000)):
        found = checked(ask._replace(margin=margin, one_c=one_c))
        assert (found.infimum, found.attained) == (infimum, False)
        assert found.best is not None
        assert least_r(ask, found.best) == margin
        assert found.distance == infimum + slope * margin
        distances.append(found.distance)
    default = repair(ask.given, target, ask._replace(one_c=one_c).options())
    assert (default.distance, default.margin) == (distances[1], F(1, 8))


@pytest.mark.parametrize("depth", [1, 2, None])
@pytest.mark.parametrize("s", [F(1, 16), F(1, 8), F(1, 2)])
def test_a_kernel_start_stays_whatever_the_margin(depth: int | None, s: Fraction) -> None:
    found = checked(Ask(preset("uniform", depth, s), "kernel", margin=F(1, 3), one_c=True))
    assert (found.distance, found.attained, found.margin) == (0, True, None)


def test_a_margin_beyond_reach_is_told_with_what_is_in_reach() -> None:
    """Where only a + b + r = 1 can be tight, r is at most 1/2."""
    slow = Exponents(F(1, 2), F(1, 2), F(1))
    given = Parametrization(1, (Exponents(F(-1, 2), F(1, 2), F(0)), slow))
    ask = Ask(given, "kernel", ["a.readout", "c.readout"])
    near, far = checked(ask), checked(ask._replace(margin=F(3, 4)))
    assert (near.infimum, near.attained, far.infimum) == (F(0), False, F(0))
    assert near.best is not None
    assert least_r(ask, near.best) == F(1, 8)
    assert far.best is None
    assert far.margin == F(3, 4)
    assert "r >= 3/4" in {each.statement for each in far.conflict}
    assert solve(ask._replace(margin=HALF)).best is not None


@pytest.mark.parametrize("target", ["trivial", "unstable"])
def test_nothing_is_made_worse(target: Target) -> None:
    """They are no wishes."""
    with pytest.raises(ValueError, match=f"{target} is no target of repairs"):
        solve(Ask(preset("mup", 2), target))


def test_where_there_is_no_time_to_compare_one_of_the_nearest_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object, most: int) -> Iterator[object]:
        raise TimeLimitError("too late")

    ask = Ask(preset("ntk", 3), "feature_learning")
    assert checked(ask).unique is False
    monkeypatch.setattr(Nearest, "points", slow)
    found = solve(ask)
    assert found.unique is None
    assert found.best is not None
    assert has("feature_learning", "sgd", expanded(found.best, 3))
    assert distance(ask, found.best) == found.distance == F(3, 2)
