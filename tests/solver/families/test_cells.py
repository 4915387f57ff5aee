"""Cells: they partition the points, agree with the theorems, and are as few and simple as can be.

The judges are the oracle, Python's own arithmetic and elimination; none uses the solver.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise, product

import pytest

from solver import (
    DEFAULT_LIMITS,
    Cell,
    Deadline,
    Description,
    ParametrizationError,
    Survey,
    TimeLimitError,
    read_families,
    where_text,
)
from solver.families import survey
from solver.families.surveys import same_verdicts
from tests.solver.exact_sets import (
    TINY,
    Point,
    Rows,
    draw,
    feasible,
    holds,
    left_over,
    named,
    on_planes,
    one_set,
    redundant,
    row,
    rows_of,
    value,
)
from tests.solver.unknowns import CASES, Case, random_families, surveys

pytestmark = pytest.mark.exhaustive

#: For each family; together some 10,000.
POINTS = 130


NAMES = list(CASES)
RANDOM = 18


def family(key: str | int) -> Case:
    return random_families(RANDOM)[key] if isinstance(key, int) else CASES[key]


everywhere = pytest.mark.parametrize("key", [*NAMES, *range(RANDOM)], ids=str)


def sets_of(case: Case, found: Survey) -> list[Rows]:
    return [rows_of(cell.where.constraints, case.names) for cell in found.cells]


def r_of(cell: Cell, case: Case) -> list[Fraction]:
    terms = dict(cell.r.terms)
    return [cell.r.constant, *(terms.get(name, Fraction()) for name in case.names)]


def beside_the_sides(case: Case, found: Survey) -> Iterator[Point]:
    """The witness of each cell; from there, points on and just off every side."""
    for cell, sides in zip(found.cells, sets_of(case, found), strict=True):
        witness = named(cell.witness, case.names)
        yield witness
        for numbers, _ in sides:
            foot = on_planes([[Fraction(each) for each in numbers]], witness)
            assert foot is not None
            for start in (foot, witness):
                for step in (-TINY, Fraction(), TINY):
                    yield tuple(
                        at + step * slope for at, slope in zip(start, numbers[1:], strict=True)
                    )


@cache
def points_of(key: str | int, place: int) -> set[Point]:
    """Random points; on and beside the planes of the theory and of the cells."""
    case, rng = family(key), random.Random(f"{key} {place}")
    found, depths = surveys(case)[place]
    planes = case.planes(depths[0])
    chosen = set(beside_the_sides(case, found))
    for _ in range(POINTS):
        point = draw(rng, planes, len(case.names))
        if point is not None:
            chosen.add(point)
    return chosen


@everywhere
def test_every_point_lies_in_one_cell_which_says_what_the_theorems_say(key: str | int) -> None:
    case = family(key)
    domain = case.domain_rows()
    for place, (found, depths) in enumerate(surveys(case)):
        sets = sets_of(case, found)
        for point in points_of(key, place):
            cells = [
                cell for cell, each in zip(found.cells, sets, strict=True) if holds(each, point)
            ]
            assert len(cells) == holds(domain, point), point
            for cell, depth in product(cells, depths):
                expected = case.judged(point, depth)
                assert cell.kind.value == expected.verdict, (point, depth)
                assert value(r_of(cell, case), point) == expected.r, (point, depth)


def test_there_are_more_than_5000_points_of_which_many_lie_on_boundaries() -> None:
    inside = border = 0
    for key in NAMES:
        case = CASES[key]
        for place, (_, depths) in enumerate(surveys(case)):
            within = [each for each in points_of(key, place) if holds(case.domain_rows(), each)]
            planes = case.planes(depths[0])
            inside += len(within)
            border += sum(any(value(each, point) == 0 for each in planes) for point in within)
    assert inside > 5000
    assert border > 2000


@everywhere
def test_cells_are_a_partition(key: str | int) -> None:
    case = family(key)
    whole = (*case.domain_rows(), row([1] + [0] * len(case.names), ">="))
    for found, _ in surveys(case):
        summary = [rows_of(where.constraints, case.names) for _, where in found.pieces]
        for sets in (sets_of(case, found), summary):
            for one, other in combinations(sets, 2):
                assert not feasible((*one, *other))
            for each in sets:
                assert not left_over(each, [whole])
            assert not left_over(whole, sets)


@everywhere
def test_cells_are_described_as_simply_as_can_be(key: str | int) -> None:
    case = family(key)
    for found, _ in surveys(case):
        assert found.unknowns == tuple(case.names)
        for cell, sides in zip(found.cells, sets_of(case, found), strict=True):
            assert not redundant(sides), where_text(cell.where, found.unknowns)
            inequalities = [each for each in sides if each[1] != "="]
            # No inequality is an equation in disguise, so that the dimension can be read off.
            interior = [(numbers, ">") for numbers, _ in inequalities]
            equations = [each for each in sides if each[1] == "="]
            assert feasible([*equations, *interior])
            assert cell.dimension == len(case.names) - len(equations)
            assert list(cell.witness) == case.names
            assert holds([*equations, *interior], named(cell.witness, case.names))


def alike(one: list[Fraction], other: list[Fraction], where: Rows) -> bool:
    """Whether two forms are equal on a set."""
    difference = [mine - theirs for mine, theirs in zip(one, other, strict=True)]
    opposite = [-each for each in difference]
    return not any(feasible([*where, row(each, ">")]) for each in (difference, opposite))


@pytest.mark.parametrize(
    "key",
    [key for key in [*NAMES, *range(RANDOM)] if len(family(key).names) < 3],
    ids=str,
)
def test_like_cells_are_joined_where_they_can_be(key: str | int) -> None:
    case = family(key)
    for found, _ in surveys(case):
        sets = sets_of(case, found)
        for (one, first), (two, second) in combinations(zip(found.cells, sets, strict=True), 2):
            if one.kind == two.kind and one_set([first, second]):
                r, other = r_of(one, case), r_of(two, case)
                assert not alike(r, other, first), "nothing is r on both"
                assert not alike(r, other, second), "nothing is r on both"
        for (kind, where), (other, there) in combinations(found.pieces, 2):
            if kind == other:
                both = [rows_of(each.constraints, case.names) for each in (where, there)]
                assert not one_set(both)


@pytest.mark.parametrize("key", [key for key in NAMES if len(CASES[key].names) == 1])
def test_one_unknown_gives_intervals_in_order(key: str) -> None:
    case = CASES[key]
    for found, _ in surveys(case):
        places = [cell.witness[case.names[0]] for cell in found.cells]
        assert places == sorted(set(places))
        kinds = [kind for kind, _ in found.pieces]
        assert all(one != other for one, other in pairwise(kinds))
        assert kinds == [
            cell.kind
            for place, cell in enumerate(found.cells)
            if not place or cell.kind != found.cells[place - 1].kind
        ]


@pytest.mark.parametrize("key", [key for key in NAMES if len(CASES[key].names) > 1])
def test_several_unknowns_give_cells_by_verdict_the_largest_first(key: str) -> None:
    order = ["feature_learning", "kernel", "operator", "trivial", "unstable"]
    for found, _ in surveys(CASES[key]):
        places = [(order.index(cell.kind), -cell.dimension) for cell in found.cells]
        assert places == sorted(places)
        kinds = [order.index(kind) for kind, _ in found.pieces]
        assert kinds == sorted(kinds)


def described(found: Survey) -> list[tuple[str, str, str, int]]:
    return [
        (where_text(cell.where, found.unknowns), cell.kind.value, cell.r.text(), cell.dimension)
        for cell in found.cells
    ]


def summarised(found: Survey) -> list[str]:
    return [f"{where_text(where, found.unknowns)} {kind}" for kind, where in found.pieces]


def test_standard_by_hand() -> None:
    """a_2 + b_2 = 1/2 and 2a_2 + c_2 = c, so that r = min(1/2, c) + c at L = 1, less 1 beyond."""
    (first, _), (deeper, _) = surveys(CASES["standard, c"])
    assert described(first) == [
        ("c < 1/2", "unstable", "2*c", 1),
        ("1/2 <= c < 1", "unstable", "c + 1/2", 1),
        ("c = 1", "kernel", "3/2", 0),
        ("c > 1", "trivial", "c + 1/2", 1),
    ]
    assert described(deeper) == [
        ("c < 1/2", "unstable", "2*c - 1", 1),
        ("1/2 <= c < 1", "unstable", "c - 1/2", 1),
        ("c = 1", "kernel", "1/2", 0),
        ("c > 1", "trivial", "c - 1/2", 1),
    ]
    for found in (first, deeper):
        assert summarised(found) == ["c < 1 unstable", "c = 1 kernel", "c > 1 trivial"]
        assert [cell.witness["c"] for cell in found.cells] == [
            Fraction(-1, 2), Fraction(3, 4), 1, 2
        ]  # fmt: skip


def test_uniform_by_hand() -> None:
    for found, _ in surveys(CASES["uniform(s)"]):
        assert described(found) == [
            ("s = 0", "feature_learning", "0", 0),
            ("0 < s <= 1/2", "kernel", "s", 1),
        ]
    for found, _ in surveys(CASES["uniform(1/2 - t)"]):
        assert described(found) == [
            ("0 <= t < 1/2", "kernel", "1/2 - t", 1),
            ("t = 1/2", "feature_learning", "0", 0),
        ]
    for found, _ in surveys(CASES["uniform(2 (1 - t)/3) within bounds"]):
        assert described(found) == [
            ("1/2 <= t < 1", "kernel", "2/3 - 2/3*t", 1),
            ("t = 1", "feature_learning", "0", 0),
        ]


def test_standard_adam_by_hand() -> None:
    """r = c at L = 1, less 1 beyond; a_2 + b_2 + r >= 1 asks for r >= 1/2, a_2 + c_2 >= 1 for c."""
    (first, _), (deeper, _) = surveys(CASES["standard_adam(c)"])
    assert described(first) == [
        ("c < 1", "unstable", "c", 1),
        ("c = 1", "operator", "1", 0),
        ("c > 1", "trivial", "c", 1),
    ]
    assert described(deeper) == [
        ("c < 3/2", "unstable", "c - 1", 1),
        ("c = 3/2", "operator", "1/2", 0),
        ("c > 3/2", "trivial", "c - 1", 1),
    ]


def test_a_gauge_changes_nothing() -> None:
    for found, _ in surveys(CASES["only a gauge"]):
        assert described(found) == [("every t", "kernel", "1/2", 1)]
        assert summarised(found) == ["every t kernel"]


def test_the_learning_rate_and_the_readout_of_mup_by_hand() -> None:
    """r = min(p + c - 1/2, 2c); stable: p, c, r >= 0 and p + r >= 1/2, of which one is tight."""
    for found, _ in surveys(CASES["mup, c and readout's b"]):
        cells = {(where, kind): (r, size) for where, kind, r, size in described(found)}
        assert cells["c = 0, p >= 1/2", "feature_learning"] == ("0", 1)
        assert cells["c + 2*p = 1, 0 < c <= 1", "kernel"] == ("1/2*c", 1)
        assert sum(kind == "trivial" for _, kind in cells) == 2, "one where r = 2c, one elsewhere"
        assert [kind for kind, _ in found.pieces].count("trivial") == 1
        assert "c + 2*p > 1, c > 0, p >= 0 trivial" in summarised(found)


def test_like_cells_of_a_plane_are_joined() -> None:
    """Stable only at s = t = 0: around it, two half-planes and two half-lines, no fewer."""
    case = Case(
        "s t", "s t 1/2 | 0 1/2 1/2 | 0", depth=2, lists=True,
        bounds={"t": [None, "1/4"], "s": ["-1/5", None]}, domain="1/4-t s+1/5",
    )  # fmt: skip
    ((found, _),) = surveys(case)
    assert [cell.r.text() for cell in found.cells] == ["0", *["2*t"] * 4]
    assert {where for where, kind, _, _ in described(found) if kind == "unstable"} == {
        "s > 0, t <= 1/4",
        "-1/5 <= s < 0, t <= 1/4",
        "s = 0, t < 0",
        "s = 0, 0 < t <= 1/4",
    }


def test_a_square_without_its_corner_is_one_cell() -> None:
    """Stable at the corner only; elsewhere r = 2t, and what is left is convex."""
    case = Case(
        "s t", "s t 1/2 | 0 1/2 1/2 | 0", depth=2, lists=True,
        bounds={"s": [0, 1], "t": [0, "1/4"]}, domain="s 1-s t 1/4-t",
    )  # fmt: skip
    ((found, _),) = surveys(case)
    assert [(cell.kind.value, cell.r.text()) for cell in found.cells] == [
        ("feature_learning", "0"),
        ("unstable", "2*t"),
    ]


@pytest.mark.parametrize("key", ["standard, c", "mup, c and readout's b", "mup, c by role"])
def test_depth_changes_nothing_beyond_one_hidden_layer(key: str) -> None:
    case = CASES[key]
    ((third, _),) = surveys(replace(case, depth=3))
    ((hundredth, _),) = surveys(replace(case, depth=100))
    (first, _), (deeper, _) = surveys(case)
    ((alone, _),) = surveys(replace(case, depth=1))
    assert third.cells == hundredth.cells == deeper.cells
    assert alone.cells == first.cells
    assert (third.depth, hundredth.depth, deeper.depth) == (3, 100, None)


def test_lists_and_roles_and_flat_vectors_are_one() -> None:
    bounds = {"c": [-1, 2]}
    descriptions = [
        Description(depth=3, a=[0, 0, 0, "z"], b=[0, "1/2", "1/2", "1/2"], c="c"),
        Description(depth=3, abc=[0, 0, 0, "z", 0, 0.5, "0.5", "1/4 + 1/4", "2*c - c"]),
        Description(
            depth=3,
            a={"input": 0, "hidden": 0, "readout": "z"},
            b={"input": 0, "hidden": "1/2", "readout": "1/2"},
            c={"input": "c", "hidden": "c", "readout": "c"},
        ),
    ]
    one, *others = (survey(read_families(each, bounds, DEFAULT_LIMITS)) for each in descriptions)
    assert all(other[0].cells == one[0].cells for other in others)
    assert len(one[0].cells) > 4


@pytest.mark.parametrize(
    ("key", "same"),
    [("standard, c", True), ("standard_adam(c)", False), ("uniform(s)", True), ("c by role", True),
     ("mup, hidden a", False)],
)  # fmt: skip
def test_whether_depth_matters(key: str, same: bool) -> None:
    (first, _), (deeper, _) = surveys(CASES[key])
    assert same_verdicts(first, deeper) is same


def by_role(first: object, hidden: object, last: object) -> dict[str, object]:
    return {"input": first, "hidden": hidden, "readout": last}


RATE = Description(a=by_role(0, 0, 0), b=by_role(0, "1/2", "1/2"), c="c")
FOUR = Description(a=by_role("w", "x", "y"), b=by_role("z", 0, 0), c=1)


@pytest.mark.parametrize(
    ("description", "bounds", "path", "parts"),
    [
        (FOUR, None, (), ["4 unknowns", "w, x, y, z", "3 at most", "put numbers"]),
        (replace(RATE, c="c - c"), None, (), ["no unknown", "write a name"]),
        (Description(preset="uniform", s="1/4"), None, (), ["no unknown"]),
        (Description(preset="uniform", s="2"), None, ("s",), ["2 is outside", "0 <= s <= 1/2"]),
        (Description(preset="uniform", s="s*t"), None, ("s",), ["s*t", "not affine"]),
        (RATE, {"d": [0, 1]}, ("bounds", "d"), ['"d"', "not among the unknowns", "are c"]),
        (RATE, {"c": [1, 0]}, ("bounds", "c"), ["1 is above 0", "leave nothing"]),
        (RATE, {"c": ["0.5", "1/3"]}, ("bounds", "c"), ["1/2 is above 1/3"]),
        (RATE, {"c": ["x", 1]}, ("bounds", "c", 0), ['"x"', "not an exponent"]),
        (RATE, {"c": ["x", -1]}, ("bounds", "c", 0), ['"x"', "not an exponent"]),
        (RATE, {"c": [0, "c"]}, ("bounds", "c", 1), ['"c"', "not an exponent"]),
        (RATE, {"c": [0, "1/1000001"]}, ("bounds", "c", 1), ["1000000"]),
        (RATE, {"c": [1]}, ("bounds", "c"), ["bounds of c", 'write {"s": [0, "1/2"]}', "null"]),
        (RATE, {"c": 7}, ("bounds", "c"), ["bounds of c are 7", "null"]),
        (RATE, [0, 1], ("bounds",), ["bounds is a list", 'write {"s": [0, "1/2"]}']),
        (Description(depth=2, abc=["s"] * 6), None, ("abc",), ["6 entries", "needs 7"]),
        (replace(RATE, depth=0), None, ("depth",), ["between 1 and"]),
    ],
)
def test_what_is_refused(
    description: Description, bounds: object, path: tuple[object, ...], parts: list[str]
) -> None:
    with pytest.raises(ParametrizationError) as caught:
        read_families(description, bounds, DEFAULT_LIMITS)
    assert [flaw.path for flaw in caught.value.flaws] == [path]
    for part in parts:
        assert part in caught.value.flaws[0].message


def test_all_flaws_are_found_at_once() -> None:
    wrong = Description(a=by_role("s*t", "x^2", "y"), b=by_role("z(", 0, 0), c="1 +")
    with pytest.raises(ParametrizationError) as caught:
        read_families(wrong, None, DEFAULT_LIMITS)
    assert [flaw.path for flaw in caught.value.flaws] == [
        ("a", "input"), ("a", "hidden"), ("b", "input"), ("c",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("description", "bounds", "rules"),
    [
        (Description(preset="uniform", s="s"), {"s": [1, 2]}, ["s <= 1/2", "s >= 1"]),
        (Description(preset="uniform", s="s + t"), {"s": ["1/2", None], "t": [1, 2]},
         ["s + t <= 1/2", "s >= 1/2", "t >= 1"]),
    ],
)  # fmt: skip
def test_bounds_that_leave_nothing(
    description: Description, bounds: object, rules: list[str]
) -> None:
    families = read_families(description, bounds, DEFAULT_LIMITS)
    with pytest.raises(ParametrizationError, match=r"no point satisfies .* widen") as caught:
        survey(families)
    assert caught.value.flaws[0].path == ("bounds",)
    for rule in rules:
        assert rule in str(caught.value)


def test_open_and_equal_ends() -> None:
    for bounds in (None, {}, {"c": [None, None]}):
        assert read_families(RATE, bounds, DEFAULT_LIMITS).domain == ()
    point, _ = survey(read_families(RATE, {"c": [1, "1.0"]}, DEFAULT_LIMITS))
    assert described(point) == [("c = 1", "kernel", "3/2", 0)]
    half, _ = survey(read_families(RATE, {"c": ["1", None]}, DEFAULT_LIMITS))
    assert summarised(half) == ["c = 1 kernel", "c > 1 trivial"]


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_there_is_a_time_limit(seconds: float) -> None:
    families = read_families(RATE, None, DEFAULT_LIMITS)
    with pytest.raises(TimeLimitError, match=rf"in {seconds:g} seconds; ask about fewer"):
        survey(families, None, Deadline(seconds))
