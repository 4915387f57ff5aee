"""Convex sets with strict and non-strict sides: hand-made ones, and elimination as the judge."""

import random
import re
from fractions import Fraction
from itertools import permutations
from math import gcd

import pytest

from solver.exact.affine import affine as affine_form
from solver.exact.arithmetic import Arithmetic, Constraint, Deadline, Extent
from solver.exact.polyhedra import Polyhedra, Polyhedron
from solver.families.cells import Piece, merged
from solver.theory.dichotomy import Kind
from tests.solver.exact_sets import (
    Rows,
    feasible,
    holds,
    left_over,
    named,
    one_set,
    redundant,
    row,
    rows_of,
)
from tests.solver.unknowns import affine, evaluated

NAMES = ("x", "y", "z")


def constraint(text: str) -> Constraint:
    """Read ``"x + y < 1"``; Python evaluates the two sides."""
    left, relation, right = re.split(r"\s*([<>]=?|=)\s*", text)
    difference = f"({right})-({left})" if "<" in relation else f"({left})-({right})"
    constant, *rest = affine(
        lambda point: evaluated(difference, dict(zip(NAMES, point, strict=True))), len(NAMES)
    )
    form = affine_form(constant, dict(zip(NAMES, rest, strict=True)))
    return Constraint(form, relation.replace("<", ">"))  # type: ignore[arg-type]


def given(text: str) -> tuple[Constraint, ...]:
    return tuple(constraint(part) for part in text.split(",") if part.strip())


def sets(names: str = "x y") -> Polyhedra:
    return Polyhedra(names.split(), Arithmetic(Deadline(60)))


def rows(constraints: tuple[Constraint, ...], names: str = "x y") -> Rows:
    return rows_of(constraints, names.split())


def same_set(one: Rows, other: Rows) -> bool:
    return not left_over(one, [other]) and not left_over(other, [one])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("x >= 0", "x >= 0"),
        ("x >= 0, x <= 0", "x = 0"),
        ("x >= 0, x > 0", "x > 0"),
        ("x > 0, x >= 0", "x > 0"),
        ("2*x <= 1, x < 1", "2*x <= 1"),
        ("x <= 1, 2*x < 2", "x < 1"),
        ("x < 1, x <= 1, y = 2", "x < 1, y = 2"),
        ("x >= 0, x = 0", "x = 0"),
        ("x >= 0, y >= 0, x + y >= 0", "x >= 0, y >= 0"),
        ("x > 0, y >= 0, x + y > 0", "x > 0, y >= 0"),
        ("x >= 0, y >= 0, x + y > 0", "x >= 0, y >= 0, x + y > 0"),
        ("x >= 0, y >= 0, x + y <= 0", "x = 0, y = 0"),
        ("x = 0, y <= x, y >= 0", "x = 0, y = 0"),
        ("x - y >= 0, y - x >= 0", "x - y = 0"),
        ("x = 1/3, y > x", "3*x = 1, 3*y > 1"),
        ("x + y = 1, x >= 0, y >= 0", "x + y = 1, x >= 0, x <= 1"),
        ("x + y = 1, 2*x + 2*y = 2, x > -1", "x + y = 1, x > -1"),
        ("x + y = 1, x - y = 0, x > 0", "2*x = 1, 2*y = 1"),
        ("0 < 1, x >= 0", "x >= 0"),
        ("1 >= 1", ""),
        ("", ""),
    ],
)
def test_the_simplest_description(written: str, expected: str) -> None:
    found = sets().irredundant(given(written))
    assert set(rows(found.constraints)) == set(rows(given(expected)))
    assert all(each.relation == "=" for each in found.equations)
    assert not any(each.relation == "=" for each in found.facets)
    assert sets().dimension(found) == 2 - len(found.equations)


def test_facets_are_written_in_the_unknowns_that_remain() -> None:
    found = sets("x y z").irredundant(given("z = x + y, y = 2*x, z >= 1, x <= 5, y + z < 20"))
    assert set(rows(found.constraints, "x y z")) == set(
        rows(given("y = 2*x, z = 3*x, 3*x >= 1, x < 4"), "x y z")
    ), "x is left"
    form = constraint("z + y + 1 > 0").form
    assert found.reduced(form) == constraint("5*x + 1 > 0").form
    assert sets("x y z").dimension(found) == 1


def random_set(rng: random.Random, names: str, most: int) -> tuple[Constraint, ...]:
    """A few constraints with small numbers."""
    terms = names.split()
    return tuple(
        Constraint(
            affine_form(rng.randint(-2, 2), {name: Fraction(rng.randint(-2, 2)) for name in terms}),
            rng.choice((">", ">=", ">=", "=") if rng.random() < 0.5 else (">", ">=")),
        )
        for _ in range(rng.randint(1, most))
    )


def plain(one: Constraint) -> bool:
    """Whether the coefficients of the unknowns are coprime whole numbers."""
    coefficients = [each for _, each in one.form.terms]
    whole = all(each.denominator == 1 for each in coefficients)
    return whole and gcd(*(each.numerator for each in coefficients)) == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("names", ["x", "x y", "x y z"])
def test_random_sets_keep_their_points_and_lose_what_is_redundant(names: str) -> None:
    rng, space, empty = random.Random(f"irredundant {names}"), sets(names), 0
    for _ in range(60):
        one = random_set(rng, names, 6)
        assert space.possible(one) is feasible(rows(one, names))
        if not space.possible(one):
            empty += 1
            continue
        found = space.irredundant(one)
        short = rows(found.constraints, names)
        assert same_set(rows(one, names), short), one
        assert not redundant(short), one
        assert found.facets == tuple(sorted(set(found.facets)))
        assert all(plain(each) for each in found.constraints)
        # No inequality hides an equation.
        for facet in found.facets:
            assert space.possible((*found.constraints, Constraint(facet.form, ">"))), one
        inside = named(space.witness(found), names.split())
        assert holds(rows(one, names), inside)
        strict = tuple(Constraint(each.form, ">") for each in found.facets)
        assert holds(rows(strict, names), inside), "the witness is inside, not on a side"
    assert 3 < empty < 57


def assert_divided(pieces: list[tuple[Constraint, ...]], names: str) -> list[Rows]:
    divided = [rows(each, names) for each in pieces]
    assert all(feasible(each) for each in divided)
    for place, each in enumerate(divided):
        assert not any(feasible((*each, *other)) for other in divided[:place])
    return divided


@pytest.mark.parametrize("names", ["x", "x y", "x y z"])
def test_outside_is_a_partition_of_what_violates_something(names: str) -> None:
    rng, space, seen = random.Random(f"outside {names}"), sets(names), 0
    for _ in range(60):
        within, one = random_set(rng, names, 2), random_set(rng, names, 3)
        pieces = assert_divided(space.outside(within, one), names)
        region, inside = rows(within, names), rows(one, names)
        assert not left_over(region, [*pieces, inside])
        for piece in pieces:
            assert not left_over(piece, [region])
            assert not feasible((*piece, *inside))
        seen += len(pieces)
    assert seen > 25


def test_outside_by_hand() -> None:
    space = sets("x")
    assert space.outside(given("x >= 0"), given("x > 1")) == [given("x >= 0, x <= 1")]
    assert space.outside(given("x >= 1"), given("x > 0")) == []
    assert space.outside(given("x >= 1, x < 1"), given("x > 0")) == []
    assert space.outside(given("x >= 1"), given("x < 0")) == [given("x >= 1")]
    pieces = space.outside(given("x >= 1"), given("x = 2"))
    assert [rows(each, "x") for each in pieces] == [
        rows(given("x >= 1, x < 2"), "x"),
        rows(given("x >= 1, x > 2"), "x"),
    ]


def test_of_what_is_outside_pieces_beyond_an_inequality_are_large() -> None:
    pieces = sets().outside((), given("x = 0, y >= 0"))
    assert [rows(each) for each in pieces] == [
        rows(given("y < 0")),
        rows(given("y >= 0, x < 0")),
        rows(given("y >= 0, x > 0")),
    ]


@pytest.mark.parametrize("names", ["x", "x y"])
def test_either_is_a_partition_of_what_satisfies_something(names: str) -> None:
    rng, space, seen = random.Random(f"either {names}"), sets(names), 0
    for _ in range(60):
        within, options = random_set(rng, names, 2), random_set(rng, names, 3)
        pieces = assert_divided(space.either(within, options), names)
        region, satisfying = rows(within, names), [rows((each,), names) for each in options]
        for piece in pieces:
            assert not left_over(piece, [region])
            assert not left_over(piece, satisfying)
        assert not any(left_over((*region, *each), pieces) for each in satisfying)
        seen += len(pieces)
    assert seen > 25


SQUARE = "x > 0, x < 1, y > 0, y < 1"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # on a line
        ("x < 0", "x > 0", None),
        ("x < 0", "x = 0", "x <= 0"),
        ("x < 0", "x >= 0", ""),
        ("x <= 0", "x >= 0", ""),
        ("x <= 0", "x > 1", None),
        ("x >= 0, x <= 1", "x > 1, x < 2", "x >= 0, x < 2"),
        ("x >= 0, x < 1", "x > 1, x < 2", None),
        ("x > 0, x < 2", "x > 1, x < 3", "x > 0, x < 3"),
        ("x > 0, x < 3", "x >= 1, x <= 2", "x > 0, x < 3"),
        ("x > 0, x < 1", "x = 0", "x >= 0, x < 1"),
        ("x >= 0, x < 1", "x = 1", "x >= 0, x <= 1"),
        ("x > 0, x < 1", "x = 2", None),
        ("x = 0", "x = 1", None),
        ("x = 1", "x = 1", "x = 1"),
        # in the plane
        (SQUARE, "x = 0, y > 0, y < 1", "x >= 0, x < 1, y > 0, y < 1"),
        (SQUARE, "x = 0, y > 0, 2*y < 1", None),
        (SQUARE, "x = 0, y >= 0, y <= 1", None),
        (SQUARE, "x = 0, y = 0", None),
        (SQUARE, "x >= 1, x < 2, y > 0, y < 1", "x > 0, x < 2, y > 0, y < 1"),
        (SQUARE, "x > 1, x < 2, y > 0, y < 1", None),
        (SQUARE, "x >= 1, x < 2, y > 0, y <= 1", None),
        (SQUARE, "x >= 1, x < 2, y > 0, y < 2", None),
        ("x >= 0, x <= 1, y >= 0, y <= 1", "x >= 1, x <= 2, y >= 1, y <= 2", None),
        ("x > y, x <= 1, y >= 0", "x <= y, x >= 0, y <= 1", "x >= 0, x <= 1, y >= 0, y <= 1"),
        ("x > y, x >= 0, y >= 0", "x < y, x >= 0, y >= 0", None),
        ("x > 0", "x = 0", "x >= 0"),
        ("x > 0", "x = 0, y > 0", None),
        ("x > 0", "x < 0", None),
        ("x = 0, y < 0", "x = 0, y >= 0", "x = 0"),
        ("x = 0, y < 0", "x = 0, y > 0", None),
        ("x = 0", "y = 0", None),
        ("x = 0, y = 0", "x = 0, y = 1", None),
        ("x >= 0, y >= 0, x + y > 0", "x = 0, y = 0", "x >= 0, y >= 0"),
        # Convex, but only a side that neither of the two has says so.
        ("x > 0, y >= 0", "x = 0, y > 0", "x >= 0, y >= 0, x + y > 0"),
    ],
)
def test_unions(one: str, other: str, expected: str | None) -> None:
    space = sets()
    first, second = (space.irredundant(given(each)) for each in (one, other))
    for found in (space.union(first, second), space.union(second, first)):
        if expected is None:
            assert found is None
        else:
            assert found is not None
            wanted, got = rows(given(expected)), rows(found.constraints)
            assert same_set(got, wanted)
            assert not redundant(got)
    judged = one_set([rows(first.constraints), rows(second.constraints)])
    assert judged is (expected is not None), "elimination says so too"


def polyhedron(rng: random.Random, space: Polyhedra, names: str) -> Polyhedron:
    while True:
        one = random_set(rng, names, 4)
        if space.possible(one):
            return space.irredundant(one)


@pytest.mark.parametrize("names", ["x", "x y", "x y z"])
def test_what_a_plane_cuts_is_put_together_again(names: str) -> None:
    rng, space, cuts = random.Random(f"cut {names}"), sets(names), 0
    for _ in range(40):
        whole = polyhedron(rng, space, names)
        (cut,) = random_set(rng, names, 1)
        cut = cut._replace(relation=rng.choice((">", ">=")))
        parts = [(*whole.constraints, cut), (*whole.constraints, *cut.negated())]
        if all(map(space.possible, parts)):
            cuts += 1
            found = space.union(*map(space.irredundant, parts))
            assert found is not None
            got = rows(found.constraints, names)
            assert same_set(got, rows(whole.constraints, names))
            assert not redundant(got)
    assert cuts > 5


@pytest.mark.exhaustive
@pytest.mark.parametrize("names", ["x", "x y"])
def test_a_union_found_is_the_union(names: str) -> None:
    rng, space = random.Random(f"union {names}"), sets(names)
    seen = {True: 0, False: 0}
    for _ in range(100):
        one, other = (polyhedron(rng, space, names) for _ in range(2))
        both = [rows(each.constraints, names) for each in (one, other)]
        found = space.union(one, other)
        if found is not None:
            got = rows(found.constraints, names)
            assert not left_over(got, both)
            assert not any(left_over(each, [got]) for each in both)
        else:
            assert not one_set(both), (one, other)
        seen[found is None] += 1
    assert min(seen.values()) > 10


@pytest.mark.parametrize(
    "slices",
    [
        ["x < 0", "x = 0", "x > 0, x < 1", "x >= 1"],
        ["x < 0, y < 0", "x < 0, y >= 0", "x >= 0, y < 0", "x >= 0, y >= 0"],
        ["x < 0", "x = 0, y < 0", "x = 0, y = 0", "x = 0, y > 0", "x > 0"],
        ["x + y < 0, x < y", "x + y < 0, x >= y", "x + y >= 0, x < y", "x + y >= 0, x >= y"],
    ],
)
def test_slices_are_joined_in_whatever_order_they_come(slices: list[str]) -> None:
    space = sets()
    zero = affine_form(0, {})
    pieces = [Piece(Kind.TRIVIAL, zero, space.irredundant(given(each))) for each in slices]
    for order in permutations(pieces):
        (whole,) = merged(order, space)
        assert whole == Piece(Kind.TRIVIAL, zero, Polyhedron((), ()))
    other = [pieces[0]._replace(kind=Kind.KERNEL), *pieces[1:]]
    assert {each.kind for each in merged(other, space)} == {Kind.KERNEL, Kind.TRIVIAL}
    other = [pieces[0]._replace(r=affine_form(1, {})), *pieces[1:]]
    assert {each.r.constant for each in merged(other, space)} == {0, 1}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", (0, 0)),
        ("x > 1", (2, 0)),
        ("x < 1, y >= -1", (0, 0)),
        ("x >= 0, x < 1, y = x", ("1/2", "1/2")),
        ("x + y = 1, x >= 0, x <= 1/2", ("1/4", "3/4")),
        ("x = 1/3, y = -2", ("1/3", -2)),
    ],
)
def test_witnesses_are_simple(written: str, expected: tuple[object, ...]) -> None:
    space = sets()
    found = space.witness(space.irredundant(given(written)))
    assert list(found) == ["x", "y"]
    assert tuple(found.values()) == tuple(Fraction(each) for each in expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "form", "expected"),
    [
        ("x >= 1/3", "x", (Fraction(1, 3), True)),
        ("x > 1/3", "x", (Fraction(1, 3), False)),
        ("x > 1/3", "-x", (None, False)),
        ("x >= 0, y > 0", "x + y", (Fraction(), False)),
        ("x >= 0, y >= 0", "2*x + y - 1", (Fraction(-1), True)),
        ("x > 0, x + y = 1", "y", (None, False)),
        ("x > 0, x + y = 1", "x + y", (Fraction(1), True)),
        ("x < 5", "7", (Fraction(7), True)),
    ],
)
def test_infima(where: str, form: str, expected: tuple[Fraction | None, bool]) -> None:
    objective = constraint(f"{form} >= 0").form
    assert Arithmetic(Deadline(60)).infimum(given(where), objective) == Extent(*expected)


def test_conflicts_are_minimal() -> None:
    """A group is what holds together; of each of its clauses some constraint holds."""
    arithmetic, rng, seen = Arithmetic(Deadline(60)), random.Random("conflict"), 0

    def together(groups: list[list[tuple[Constraint, ...]]]) -> bool:
        choices: list[Rows] = [()]
        for clause in (clause for group in groups for clause in group):
            choices = [(*each, *rows((option,))) for each in choices for option in clause]
        return any(feasible(each) for each in choices)

    for _ in range(60):
        groups = [
            [random_set(rng, "x y", 2) for _ in range(rng.choice((1, 1, 2)))]
            for _ in range(rng.randint(2, 5))
        ]
        core = arithmetic.conflict(groups)
        assert (core is None) is together(groups)
        if core is not None:
            seen += 1
            assert not together([groups[place] for place in core])
            for place in core:
                assert together([groups[other] for other in core if other != place])
    assert seen > 10


def test_opposites() -> None:
    for text in ("x > 1", "x >= 1", "x = 1"):
        one = constraint(text)
        for x in (Fraction(0), Fraction(1), Fraction(2)):
            point = {"x": x}
            assert one.holds_at(point) is holds((row([-1, 1], one.relation),), (x,))
            against = [each.holds_at(point) for each in one.negated()]
            assert sum(against) == (not one.holds_at(point)), "one of them, and never two"
