"""How far an unknown can go: by hand, and against the oracle on lines of equal value."""

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, pairwise, product

import pytest

from solver import (
    DEFAULT_LIMITS,
    Deadline,
    Description,
    Goal,
    Optimum,
    Survey,
    Target,
    optimum_text,
    read_families,
)
from solver.exact.arithmetic import Clause
from solver.families import survey
from tests.solver.exact_sets import (
    TINY,
    Point,
    Rows,
    draw,
    feasible,
    holds,
    named,
    on_planes,
    row,
    rows_of,
)
from tests.solver.oracle import OracleVerdict
from tests.solver.unknowns import CASES, HALF, Case, affine, random_families

pytestmark = pytest.mark.exhaustive

RANDOM = 8


def solved(case: Case, sense: str, name: str, target: str) -> list[tuple[Survey, Optimum, int]]:
    """The optimum of each survey, with a depth that it speaks of."""
    families = read_families(case.description(), case.bounds, DEFAULT_LIMITS)
    goal = Goal(sense, name, target)  # type: ignore[arg-type]
    found = []
    for each in survey(families, goal, Deadline(60)):
        if each is not None:
            assert each.optimum is not None
            assert each.optimum.goal == goal
            found.append((each, each.optimum, each.depth or 2))
    return found


def answers(case: Case, sense: str, name: str, target: str) -> list[tuple[object, ...]]:
    """(value, attained, names of the binding requirements) of each survey."""
    return [
        (found.value, found.attained, [each.identifier for each in found.binding])
        for _, found, _ in solved(case, sense, name, target)
        if found.possible
    ]


STANDARD, UNIFORM = CASES["standard, c"], CASES["uniform(s)"]
LINE = CASES["the line of uniform, without ends"]
CAPPED = Case("c", "0 0 0 | 0 1/2 1/2 | c", bounds={"c": ["-1", 2]}, domain="c+1 2-c")


@pytest.mark.parametrize(
    ("case", "sense", "name", "target", "expected"),
    [
        # 2a + c >= 1 at the readout
        (STANDARD, "minimize", "c", "stable", (1, True, ["logits.readout_update"])),
        (STANDARD, "maximize", "c", "unstable", (1, False, ["unstable"])),
        (STANDARD, "minimize", "c", "trivial", (1, False, ["trivial"])),
        (STANDARD, "minimize", "c", "kernel", (1, True, ["logits.readout_update"])),
        (STANDARD, "maximize", "c", "kernel", (1, True, ["nontrivial"])),
        (STANDARD, "maximize", "c", "stable", (None, False, [])),
        (STANDARD, "minimize", "c", "unstable", (None, False, [])),
        (CAPPED, "maximize", "c", "stable", (2, True, ["bounds"])),
        (CAPPED, "minimize", "c", "unstable", (-1, True, ["bounds"])),
        # r = s
        (UNIFORM, "minimize", "s", "kernel", (0, False, ["kernel"])),
        (UNIFORM, "maximize", "s", "kernel", (HALF, True, ["bounds"])),
        (UNIFORM, "maximize", "s", "feature_learning", (0, True, ["feature_learning"])),
        (UNIFORM, "minimize", "s", "feature_learning", (0, True, ["bounds"])),
        (LINE, "maximize", "s", "stable", (HALF, True, ["init.readout"])),
        (LINE, "maximize", "s", "maximal", (0, True, ["maximal.1"])),
        (LINE, "minimize", "s", "kernel", (0, False, ["kernel"])),
    ],
)
def test_by_hand(
    case: Case, sense: str, name: str, target: str, expected: tuple[object, ...]
) -> None:
    found = answers(case, sense, name, target)
    assert found == [expected, expected]


def test_adam_by_hand() -> None:
    """r = c at L = 1, less 1 beyond; of the conditions c >= 1 is met last there, r >= 1/2 here."""
    case = CASES["standard_adam(c)"]
    for target in ("stable", "kernel", "operator"):
        first, deeper = answers(case, "minimize", "c", target)
        assert first[:2] == (1, True)
        assert first[2] == ["logits.readout_update"]
        assert deeper[:2] == (Fraction(3, 2), True)
        assert deeper[2] == ["logits.initial_readout.2"]


def test_every_layer_may_learn() -> None:
    """At L >= 2, r_1 = 2x + 1 and r_2 = 0."""
    case = Case("x", "x 0 1/2 | -x 1/2 1/2 | 0")
    first, deeper = answers(case, "maximize", "x", "feature_learning_in_every_layer")
    assert first[:2] == deeper[:2] == (-HALF, True)
    assert first[2] == deeper[2] == ["feature_learning_in_every_layer"]
    first, deeper = answers(case, "maximize", "x", "feature_learning")
    assert first[:2] == (-HALF, True)
    assert deeper == (None, False, [])


def test_what_is_impossible_says_what_excludes_what() -> None:
    capped = Case("c", STANDARD.text, bounds={"c": [None, HALF]}, domain="1/2-c")
    for _, found, _ in solved(capped, "minimize", "c", "stable"):
        assert (found.possible, found.value, found.attained, found.at) == (False, None, False, None)
        assert [each.identifier for each in found.binding] == ["bounds", "logits.readout_update"]
        assert found.binding[0].statement == "c <= 1/2"
    for _, found, _ in solved(STANDARD, "maximize", "c", "feature_learning"):
        assert not found.possible
        assert {"feature_learning", "logits.readout_update"} == {
            each.identifier for each in found.binding
        }


def test_the_sentence() -> None:
    _, (_, stable, _) = solved(STANDARD, "minimize", "c", "stable")
    assert optimum_text(stable) == (
        "The least c subject to stability is 1, at c = 1; no less is possible because of "
        "2a_{L+1} + c_{L+1} >= 1 (c >= 1)."
    )
    (_, kernel, _), _ = solved(UNIFORM, "minimize", "s", "kernel")
    assert optimum_text(kernel) == (
        "Subject to the kernel regime, s comes arbitrarily close to 0 but does not reach it; "
        "no less is possible because of r > 0 (s > 0)."
    )
    assert (kernel.at, kernel.unique) == ({"s": 0}, True)
    (_, most, _), _ = solved(STANDARD, "maximize", "c", "stable")
    assert optimum_text(most).startswith("There is no greatest c")


def meets(target: Target, verdict: OracleVerdict) -> bool:
    match target:
        case "stable":
            return verdict.stable
        case "nontrivial":
            return bool(verdict.nontrivial)
        case "maximal":
            return verdict.maximal
        case "feature_learning_in_every_layer":
            learns = verdict.learns_features
            return bool(verdict.nontrivial) and learns is not None and all(learns)
        case _:
            return verdict.verdict == target


def on_the_line(planes: Sequence[Sequence[Fraction]], level: list[Fraction]) -> list[Point]:
    """Points that show all that there is where an unknown has a value; two unknowns at most."""
    size = len(level) - 1
    start = on_planes([level], (Fraction(),) * size)
    assert start is not None
    if size == 1:
        return [start]
    free = 1 if level[1] == 0 else 2
    crossings = sorted({
        point[free - 1]
        for point in (on_planes([level, plane], start) for plane in planes)
        if point is not None
    })  # fmt: skip
    places = [*crossings, *((one + other) / 2 for one, other in pairwise(crossings))]
    places += [crossings[0] - 1, crossings[-1] + 1] if crossings else [Fraction()]
    return [
        tuple(place if free - 1 == index else at for index, at in enumerate(start))
        for place in places
    ]


def judged_at(case: Case, point: Point, depth: int, target: Target) -> bool:
    return holds(case.domain_rows(), point) and meets(target, case.judged(point, depth))


def questions() -> list[tuple[str | int, str, str, str]]:
    rng = random.Random("questions")
    few = [key for key, case in CASES.items() if len(case.names) < 3]
    found: list[tuple[str | int, str, str, str]] = []
    for key in [*rng.sample(few, 16), *range(RANDOM)]:
        case = family(key)
        regime = "kernel" if case.optimizer == "sgd" else "operator"
        targets = ("stable", "nontrivial", "trivial", "unstable", regime, "feature_learning",
                   "feature_learning_in_every_layer", "maximal")  # fmt: skip
        sense = rng.choice(("minimize", "maximize"))
        found.append((key, sense, rng.choice(case.names), rng.choice(targets)))
        found.append((key, sense, rng.choice(case.names), rng.choice(("stable", regime))))
    return found


def family(key: str | int) -> Case:
    if isinstance(key, str):
        return CASES[key]
    return [case for case in random_families(40) if len(case.names) < 3][key]


@pytest.mark.parametrize(("key", "sense", "name", "target"), questions())
def test_no_point_is_better_and_points_come_as_close_as_said(
    key: str | int, sense: str, name: str, target: Target
) -> None:
    case = family(key)
    place, sign = case.names.index(name), 1 if sense == "minimize" else -1

    def level(at: Fraction) -> list[Fraction]:
        return [-at, *(Fraction(each == name) for each in case.names)]

    for _, found, depth in solved(case, sense, name, target):
        planes, rng = case.planes(depth), random.Random(f"{key} {depth}")
        drawn = [draw(rng, planes, len(case.names)) for _ in range(60)]
        points = [point for point in drawn if point and judged_at(case, point, depth, target)]

        def some_at(at: Fraction, planes=planes, depth=depth) -> bool:  # type: ignore[no-untyped-def]
            on_line = on_the_line(planes, level(at))
            return any(judged_at(case, point, depth, target) for point in on_line)

        assert_binding(case, found, depth)
        if not found.possible:
            assert not points
        elif found.value is None:
            assert some_at(Fraction(-1000 * sign))
        else:
            assert found.at is not None
            assert found.at[name] == found.value
            assert not some_at(found.value - sign * TINY)
            assert not some_at(found.value - sign)
            assert some_at(found.value) is found.attained
            assert found.attained or some_at(found.value + sign * TINY)
            here = named(found.at, case.names)
            assert judged_at(case, here, depth, target) is found.attained
            if not found.attained:
                beside = near(case, planes, here, depth)
                assert any(judged_at(case, point, depth, target) for point in beside)
            for point in points:
                ahead = sign * (point[place] - found.value)
                assert ahead > 0 or (ahead == 0 and found.attained)


def near(case: Case, planes: list[list[Fraction]], here: Point, depth: int) -> list[Point]:
    """Points in all directions that planes through a point, and between them, lead to."""
    through = [plane for plane in planes if plane[0] + dot(plane, here) == 0]
    if len(here) == 1:
        return [(here[0] + step,) for step in (-TINY, TINY)]
    ways = [(plane[2], -plane[1]) for plane in through] + [(Fraction(1), Fraction())]
    ways += [(-one, -other) for one, other in ways]
    ways += [(one[0] + two[0], one[1] + two[1]) for one in ways for two in ways]
    return [tuple(at + TINY * step for at, step in zip(here, way, strict=True)) for way in ways]


def dot(plane: list[Fraction], point: Point) -> Fraction:
    return sum((one * at for one, at in zip(plane[1:], point, strict=True)), Fraction())


def condition(case: Case, identifier: str, depth: int) -> tuple[list[Fraction], str] | None:
    """What a condition of that name says (THEORY sections 2 and 4), in the unknowns."""
    group, *rest = identifier.split(".")
    layer = int(rest[-1]) if rest and rest[-1].isdigit() else depth + 1
    path = rest[0] if rest else ""
    if group not in ("init", "features", "logits"):
        return None

    def value(point: Point) -> Fraction:
        a, b, c = case.at(point, depth)
        size, adaptive = a[-1] + b[-1], case.optimizer == "adam"
        if group == "init":
            return a[layer - 1] + b[layer - 1] - (HALF if layer > 1 else 0)
        update = (1 if adaptive else 2) * a[-1] + c[-1]
        if layer == depth + 1:
            return update - 1
        if adaptive:
            branch = c[layer - 1] + a[layer - 1] - (layer > 1)
        else:
            through = size if path == "initial_readout" else update
            branch = through + c[layer - 1] - 1 + 2 * a[layer - 1] + (layer == 1)
        return branch if group == "features" else size + branch - 1

    return affine(value, len(case.names)), "=" if group == "init" and layer <= depth else ">="


def assert_binding(case: Case, found: Optimum, depth: int) -> None:
    """Together they exclude what would be better, without any one of them they do not."""

    def rows_for(clauses: Sequence[Clause]) -> list[Rows]:
        return [rows_of(clause, case.names) for clause in clauses]

    for each in found.binding:
        expected = condition(case, each.identifier, depth)
        assert expected is None or [(row(*expected),)] == rows_for(each.clauses), each.identifier
    if found.possible and found.value is None:
        assert not found.binding
        return
    better: Rows = ()
    if found.possible and found.value is not None:
        sign = 1 if found.goal.sense == "minimize" else -1
        slope = [sign * (name == found.goal.unknown) for name in case.names]
        numbers = [sign * found.value, *(-each for each in slope)]
        better = (row(numbers, ">" if found.attained else ">="),)
    binding = [rows_for([*each.clauses, *each.also]) for each in found.binding]
    assert binding
    assert not together(better, [*chain(*binding)])
    for left_out in range(len(binding)):
        assert together(better, [*chain(*binding[:left_out], *binding[left_out + 1 :])])
    assert_here(case, found)


def assert_here(case: Case, found: Optimum) -> None:
    """At points of a grid: the sets tell where each requirement holds, once."""
    steps = [Fraction(step, 4) for step in (range(-12, 13) if len(case.names) == 1 else (-2, 0, 3))]
    for requirement, pieces in zip(found.binding, found.here, strict=True):
        rules = [*requirement.clauses, *requirement.also]
        for values in product(steps, repeat=len(case.names)) if pieces is not None else ():
            point = dict(zip(case.names, values, strict=True))
            holds = all(any(option.holds_at(point) for option in clause) for clause in rules)
            count = sum(all(each.holds_at(point) for each in piece.constraints) for piece in pieces)
            assert count == holds


def together(rows: Rows, clauses: list[Rows]) -> bool:
    """Whether the rows and one option of each clause can hold."""
    if not feasible(rows):
        return False
    if not clauses:
        return True
    first = min(clauses, key=len)
    rest = [each for each in clauses if each is not first]
    return any(together((*rows, option), rest) for option in first)


def test_of_three_unknowns() -> None:
    """mup with a learning rate for each role: each may be as large as at mup, and no larger."""
    case = CASES["mup, c by role"]
    for name, (first, deeper) in {
        each: answers(case, "minimize", each, "stable") for each in case.names
    }.items():
        expected = (None, False, []) if name == "d" else (0, True)
        assert first[: len(expected)] == expected
        assert deeper[:2] == (0, True)
    for _, found, depth in solved(case, "maximize", "d", "maximal"):
        if depth > 1:
            assert (found.value, found.at) == (0, {"c": 0, "d": 0, "e": 0})
            assert_binding(case, found, depth)


def test_the_unknown_may_be_named_in_a_gallery_parameter() -> None:
    families = read_families(
        Description(preset="uniform", s="1/2 - t", depth=2), None, DEFAULT_LIMITS
    )
    first, _ = survey(families, Goal("maximize", "t", "kernel"))
    assert first.optimum is not None
    assert (first.optimum.value, first.optimum.attained) == (HALF, False)
