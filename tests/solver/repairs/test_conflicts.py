"""What cannot be reached: the conflict is one, and no part of it is.

What the parts of a conflict say is read from their words and put to a linear program, one for
each choice among alternatives; r is the least of its branches, as the theorems define them.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, product
from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import linprog

from solver import (
    Exponents,
    Optimizer,
    Parametrization,
    Requirement,
    RoleParametrization,
    Target,
)
from tests.solver.repairs.test_least_change import (
    ASKED,
    Ask,
    Given,
    checked,
    decided,
    expanded,
    preset,
    random_ask,
    solve,
)
from tests.solver.repairs.test_optimality import finest, truth

pytestmark = pytest.mark.exhaustive

F = Fraction


class Row(NamedTuple):
    """``coefficients · exponents + constant  relation  0``; exponents by symbol and layer."""

    coefficients: dict[tuple[str, int], Fraction]
    constant: Fraction
    relation: str

    def plus(self, other: "Row", times: int = 1) -> "Row":
        total = dict(self.coefficients)
        for key, value in other.coefficients.items():
            total[key] = total.get(key, F(0)) + times * value
        return Row(total, self.constant + times * other.constant, self.relation)


NOTHING = Row({}, F(0), "")

# A statement is one of several conjunctions.
Meaning = list[list[Row]]

_TERM = re.compile(r"([+-]?)(\d*)([abcd])(?:_(\{L\+1\}|l|\d+))?")
_LINEAR = re.compile(r"(?P<form>[^<>=]+) (?P<relation>>=|>|=) (?P<bound>-?\d+(?:/\d+)?)"
                     r"(?: for l = (?P<layers>[^()]+))?(?: \(locked\))?")  # fmt: skip


def form(text: str, layer: int, last: int) -> Row:
    """Such as ``2a_l + c_l - a_{L+1}`` at a layer."""
    names = {"l": layer, "{L+1}": last, "": 1}
    coefficients: dict[tuple[str, int], Fraction] = {}
    tight = text.replace(" ", "")
    terms = list(_TERM.finditer(tight))
    assert "".join(each.group() for each in terms) == tight
    for sign, factor, symbol, place in (each.groups(default="") for each in terms):
        key = (symbol, names.get(place) or int(place))
        value = F(factor or 1) * (-1 if sign == "-" else 1)
        coefficients[key] = coefficients.get(key, F(0)) + value
    return Row(coefficients, F(0), "")


def spelled(layers: str) -> list[int]:
    """``2..4, 7``; ``2..L`` stands for 2, as L does in these tests."""
    ends = [each.split("..") for each in layers.replace("L", "2").split(", ")]
    return [n for each in ends for n in range(int(each[0]), int(each[-1]) + 1)]


def linear(text: str, last: int) -> list[Row]:
    match = _LINEAR.fullmatch(text)
    assert match, text
    rows = []
    for layer in spelled(match["layers"] or "1"):
        row = form(match["form"], layer, last)
        rows.append(Row(row.coefficients, -F(match["bound"]), match["relation"]))
    return rows


def branches(ask: Ask, layers: Iterable[int]) -> list[Row]:
    """Those of r_l for these layers (THEORY sections 2 and 4)."""
    last = len(ask.layers)
    ways = [f"2a_l + c_l + a_{last} + b_{last}", f"2a_l + c_l + 2a_{last} + c_{last}"]
    if ask.given.optimizer == "adam":
        ways = ["a_l + c_l"]
    return [
        form(way, layer, last)._replace(constant=F(-1 if layer > 1 else 0))
        for layer in layers
        for way in ways
    ]


def least_is_zero(rows: Sequence[Row], more: Row) -> Meaning:
    """``more`` + the least of the rows is 0: any of them may be the least."""
    return [
        [
            more.plus(one)._replace(relation="="),
            *(other.plus(one, -1)._replace(relation=">=") for other in rows if other is not one),
        ]
        for one in rows
    ]


def meaning(ask: Ask, part: Requirement) -> Meaning:
    """What a part of a conflict says to a reader."""
    last, text = len(ask.layers), part.statement
    out = last if isinstance(ask.given, Parametrization) else "{L+1}"
    size = f"a_{out} + b_{out} + r = 1"
    everywhere = branches(ask, range(1, last))
    sized = least_is_zero(everywhere, form("a_l + b_l", last, last)._replace(constant=F(-1)))
    if text.endswith(f" or {size}"):
        return [linear(text.removesuffix(f" or {size}"), last), *sized]
    if text == size:
        return sized
    if text.endswith(" (one c for all layers)"):
        assert text.startswith("c_1 = ")
        others = (form(f"c_{layer}", layer, last) for layer in range(2, last + 1))
        return [[form("c_1", 1, last).plus(each, -1)._replace(relation="=") for each in others]]
    if text == "r = 0":
        return least_is_zero(everywhere, NOTHING)
    if match := re.fullmatch(r"r_(l|\d+) = 0(?: for l = (.*))?", text):
        # Layers that share a decision share r_l.
        place = match[1] if match[1] != "l" else (match[2] or part.identifier.split(".")[-1])
        return least_is_zero(branches(ask, spelled(place)[:1]), NOTHING)
    if match := re.fullmatch(r"r (>=?) (.*)", text):
        bound, relation = F(match[2]), match[1]
        return [
            [row._replace(constant=row.constant - bound, relation=relation) for row in everywhere]
        ]
    return [linear(text, last)]


def possible(ask: Ask, meanings: Sequence[Meaning]) -> bool:
    """Whether statements can hold together, all decisions of the question being free.

    That all layers share one c is a statement too, unless it is locked.
    """
    decisions = decided(ask)
    if not any(each.locked for each in decisions if each.symbol == "c"):
        decisions = decided(ask._replace(one_c=False))
    place = {(each.symbol, n): i for i, each in enumerate(decisions) for n in each.layers}

    def feasible(rows: Sequence[Row]) -> bool:
        # The last unknown is by how much what is strict holds: make it as large as can be.
        left, right = np.zeros((len(rows), len(decisions) + 1)), np.zeros(len(rows))
        for i, row in enumerate(rows):
            for key, value in row.coefficients.items():
                left[i, place[key]] -= float(value)
            left[i, -1], right[i] = row.relation == ">", float(row.constant)
        equal = np.array([row.relation == "=" for row in rows])
        aim = np.array([0] * len(decisions) + [-1])
        bounds = [(-100, 100)] * len(decisions) + [(0, 1)]
        found = linprog(aim, left[~equal], right[~equal], left[equal], right[equal], bounds)
        assert found.status in (0, 2), found.message
        return found.status == 0 and found.x[-1] > 1e-6

    return any(feasible(list(chain(*choice))) for choice in product(*meanings))


def value(row: Row, layers: Sequence[Exponents]) -> Fraction:
    terms = row.coefficients.items()
    return sum((x * getattr(layers[n - 1], symbol) for (symbol, n), x in terms), row.constant)


def holds(row: Row, layers: Sequence[Exponents]) -> bool:
    found = value(row, layers)
    return found == 0 if row.relation == "=" else found > 0 or (found == 0 and row.relation == ">=")


def parts(ask: Ask, conflict: Sequence[Requirement]) -> dict[str, Meaning]:
    """The distinct statements of a conflict, which is what is shown, and what they mean."""
    found: dict[str, Meaning] = {}
    for part in conflict:
        ambiguous = part.statement == "r_l = 0"
        name = f"{part.statement} ({part.identifier})" if ambiguous else part.statement
        found[name] = meaning(ask, part)
    return found


def check_minimal(ask: Ask, conflict: Sequence[Requirement]) -> None:
    said = parts(ask, conflict)
    assert said
    assert not possible(ask, list(said.values()))
    for part in said:
        rest = [each for name, each in said.items() if name != part]
        assert possible(ask, rest), f"{part} is superfluous in {list(said)}"


def check_true(ask: Ask, conflict: Sequence[Requirement]) -> None:
    """Conditions hold wherever the target does; locks are those that were asked for."""
    free = checked(ask._replace(locked=()))
    assert free.best is not None
    reached = expanded(free.best, len(ask.layers) - 1)
    locked = {(each.symbol, n) for each in decided(ask) if each.locked for n in each.layers}
    for part in conflict:
        ways = meaning(ask, part)
        if part.statement.endswith("(locked)"):
            assert {key for row in ways[0] for key in row.coefficients} <= locked
            assert all(value(row, ask.layers) == 0 for row in ways[0])
        else:
            assert any(all(holds(row, reached) for row in way) for way in ways), part.statement


def impossible_asks(target: Target, optimizer: Optimizer, count: int) -> Iterator[Ask]:
    """Questions with so many locks that there is no answer."""
    generator = random.Random(f"conflict {target} {optimizer}")
    selectors = ["a", "b", "c", *(f"{x}.{role}" for x in "ab" for role in ("input", "readout"))]
    while count:
        size = generator.choice(("1", "2", "3", "roles"))
        ask = random_ask(generator, target, size, optimizer, step=2)
        locked = generator.sample(selectors, generator.randint(2, 4))
        ask = ask._replace(locked=locked, weights={}, margin=F(1, 4))
        if solve(ask).infimum is None:
            count -= 1
            yield ask


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("target", ASKED)
def test_conflicts_are_minimal_and_true(target: Target, optimizer: Optimizer) -> None:
    for ask in impossible_asks(target, optimizer, 4):
        found = checked(ask)
        check_minimal(ask, found.conflict)
        check_true(ask, found.conflict)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("target", ASKED)
def test_no_point_of_a_grid_is_missed(target: Target, optimizer: Optimizer) -> None:
    """What is called impossible has no solution among many points around the start either."""
    for ask in impossible_asks(target, optimizer, 3):
        points = finest(ask, F(3, 2))
        assert not truth(target, optimizer, points.columns(), points.one).any()


# ---------------------------------------------------------------------------- cases by hand


def network(text: str, optimizer: Optimizer = "sgd", by_role: bool = False) -> Given:
    """Read ``a | b | c`` (and ``| d``), an entry per layer."""
    columns = [[F(word) for word in part.split()] for part in text.split("|")]
    layers = [Exponents(*each) for each in zip(*columns, strict=True)]
    if by_role:
        return RoleParametrization(*layers, optimizer)
    return Parametrization(len(layers) - 1, tuple(layers), optimizer)


@pytest.mark.parametrize(
    ("given", "target", "locked", "one_c", "expected"),
    [
        (
            network("0 0 0 0 | 1/2 1/2 1/2 1/2 | 0 0 0 0"),
            "stable",
            ["a.1", "b.1"],
            True,
            {"a_1 + b_1 = 0", "a_1 = 0 (locked)", "b_1 = 1/2 (locked)"},
        ),
        (
            network("0 0 0 | 0 0 1/2 | 0 0 0", by_role=True),
            "maximal",
            ["a.hidden", "b.hidden", "c"],
            False,
            {
                "a_l + b_l = 1/2 for l = 2..L",
                "a_l = 0 for l = 2..L (locked)",
                "b_l = 0 for l = 2..L (locked)",
            },
        ),
        (
            network("0 0 | 0 0 | 0 0"),
            "nontrivial",
            ["a.readout", "b.readout", "a.input"],
            False,
            {"a_2 + b_2 >= 1/2", "a_2 = 0 (locked)", "b_2 = 0 (locked)"},
        ),
        (
            network("0 0 0 | 0 1/2 1/2 | 0 0 0"),
            "feature_learning",
            ["a.readout", "c", "b.input"],
            True,
            {"2a_3 + c_3 >= 1", "a_3 = 0 (locked)", "c = 0 (locked)"},
        ),
        (
            # r = -1/4 would be needed.
            network("0 1/2 | 0 3/4 | 1 1"),
            "nontrivial",
            ["a.readout", "b.readout", "c"],
            True,
            {
                "2a_2 + c_2 = 1 or a_2 + b_2 + r = 1",
                "2a_1 + c_1 + a_2 + b_2 >= 0",
                "a_2 = 1/2 (locked)",
                "b_2 = 3/4 (locked)",
                "c = 1 (locked)",
            },
        ),
        (
            network("1/4 0 | -1/4 1 | -1/4 1", "adam"),
            "operator",
            ["a", "c.1", "b.2"],
            False,
            {"r > 0", "a_1 = 1/4 (locked)", "c_1 = -1/4 (locked)"},
        ),
        (
            # The update of the readout drives r to 0, however small the readout begins.
            network("-1 1/2 | 1 3/2 | 1 0"),
            "kernel",
            ["a", "c"],
            False,
            {
                "r > 0",
                "a_1 = -1 (locked)",
                "c_1 = 1 (locked)",
                "a_2 = 1/2 (locked)",
                "c_2 = 0 (locked)",
            },
        ),
        (
            network("0 0 1 | 0 1/2 0 | 0 1 0 | 1 1 0", "adam"),
            "stable",
            ["a.readout", "d.readout"],
            False,
            {"-a_3 + d_3 = 0", "a_3 = 1 (locked)", "d_3 = 0 (locked)"},
        ),
        (
            network("0 0 0 | 0 1/2 1 | 0 1 1/2 | 1 1 0", "adam"),
            "stable",
            ["b.readout", "c.readout"],
            False,
            {"-b_3 + c_3 >= 0", "b_3 = 1 (locked)", "c_3 = 1/2 (locked)"},
        ),
    ],
    ids=["input", "roles", "size", "update", "nontrivial", "operator", "kernel", "d", "order"],
)
def test_what_is_in_conflict(
    given: Given, target: Target, locked: list[str], one_c: bool, expected: set[str]
) -> None:
    ask = Ask(given, target, locked, one_c=one_c)
    found = checked(ask)
    assert {each.statement for each in found.conflict} == expected
    check_minimal(ask, found.conflict)


def test_a_conflict_says_nothing_twice() -> None:
    """``r_l = 0`` says of both branches that they are not negative."""
    given = network("0 0 1 | 0 1/2 3/4 | 0 0 0", by_role=True)
    ask = Ask(given, "maximal", ["b.hidden", "b.readout"], one_c=True)
    check_minimal(ask, checked(ask).conflict)


def test_a_conflict_names_the_layers_of_r() -> None:
    """Two kinds of hidden layers; only the third cannot be updated maximally."""
    given = network("-1/2 0 1/2 1/2 | 1/2 1/2 0 1/2 | 0 0 0 0")
    ask = Ask(given, "maximal", ["a", "b", "c"], one_c=True)
    conflict = checked(ask).conflict
    check_minimal(ask, conflict)
    assert "r_3 = 0" in {each.statement for each in conflict}


def test_without_any_one_lock_of_a_conflict_there_is_an_answer() -> None:
    locked = ["a.readout", "c"]
    ask = Ask(preset("standard", 2), "feature_learning", locked, one_c=True)
    assert checked(ask).best is None
    for lock in locked:
        assert checked(ask._replace(locked=[lock])).best is not None
