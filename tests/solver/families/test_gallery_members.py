"""Gallery members are found where they are, and nowhere else.

A member is where all exponents are equal in canonical form: for SGD ``(a + c/2, b - c/2)``, for
adaptive optimizers ``(a + b, a + c)``, layer by layer.
"""

import random
from fractions import Fraction

import pytest

from solver import DEFAULT_LIMITS, Description, Survey, read_families, where_text
from solver.families import survey
from tests.solver.exact_sets import Point, holds, named, on_planes, rows_of
from tests.solver.oracle import ADAPTIVE_GALLERY, MEAN_FIELD, SGD_GALLERY
from tests.solver.unknowns import CASES, HALF, Case, random_families, shifted, surveys

pytestmark = pytest.mark.exhaustive

Row = tuple[tuple[Fraction, ...], ...]


def row(text: str) -> Row:
    return tuple(tuple(Fraction(each) for each in part.split()) for part in text.split("|"))


#: Rows of the papers, (input, hidden, readout) of a, b and c; of those in one gauge class one.
FIXED: dict[str, dict[str, Row]] = {
    "sgd": {
        **{name: row for name, row in SGD_GALLERY.items() if name != "uniform(1/4)"},
        "standard_1_over_sqrt_n": row("0 0 0 | 0 1/2 1/2 | 1/2 1/2 1/2"),
    },
    "adam": {
        **{name: row for name, row in ADAPTIVE_GALLERY.items() if "(" not in name},
        "spectral_rates_adam": row("0 0 0 | 0 1/2 1 | 0 0 1"),
        "everett_standard_full": row("0 0 0 | 0 1/2 1/2 | 0 1 1"),
        "everett_standard_none": row("0 0 0 | 0 1/2 1/2 | 0 1/2 1/2"),
        "everett_mup_none": row("-1/2 0 1/2 | 1/2 1/2 1/2 | 1/2 1/2 0"),
    },
}
RANDOM = 18


def family(key: str | int) -> Case:
    return random_families(RANDOM)[key] if isinstance(key, int) else CASES[key]


everywhere = pytest.mark.parametrize("key", [*CASES, *range(RANDOM)], ids=str)


def parametrized(name: str, parameter: Fraction) -> list[list[Fraction]]:
    """(input, hidden, readout) of a, b and c of ``uniform(s)`` and ``standard_adam(c)``."""
    zero = Fraction()
    if name == "uniform":
        rest = HALF - parameter
        return [[-rest, parameter, HALF], [rest] * 3, [zero] * 3]
    return [[zero] * 3, [zero, HALF, HALF], [parameter] * 3]


def canonical(optimizer: str, rows: list[list[Fraction]]) -> list[Fraction]:
    """Two numbers for each layer, which no gauge changes."""
    found = []
    for a, b, c in zip(*rows, strict=True):
        found += [a + c / 2, b - c / 2] if optimizer == "sgd" else [a + b, a + c]
    return found


def laid_out(rows: object, depth: int) -> list[list[Fraction]]:
    return [[each[0], *[each[1]] * (depth - 1), each[2]] for each in rows]  # type: ignore[attr-defined]


def equations(case: Case, name: str, depth: int) -> list[list[Fraction]]:
    """Planes in the unknowns and the parameter, on all of which a member is that entry."""
    size = len(case.names)

    def differences(point: Point) -> list[Fraction]:
        *unknowns, parameter = point
        if name in ("uniform", "standard_adam"):
            rows: object = parametrized(name, parameter)
        else:
            rows = MEAN_FIELD if name == "mean_field" else FIXED[case.optimizer][name]
        mine = canonical(case.optimizer, case.at(tuple(unknowns), depth))
        theirs = canonical(case.optimizer, laid_out(rows, depth))
        return [one - other for one, other in zip(mine, theirs, strict=True)]

    zero = (Fraction(),) * (size + 1)
    units = [(*zero[:place], Fraction(1), *zero[place + 1 :]) for place in range(size + 1)]
    constants, *others = map(differences, (zero, *units))
    return [
        [constant, *(each - constant for each in rest)]
        for constant, *rest in zip(constants, *others, strict=True)
    ]


def entries(optimizer: str, depth: int) -> list[str]:
    if optimizer == "adam":
        # The rates of hidden layers alone tell the two at L = 1.
        rows = [each for each in FIXED["adam"] if depth > 1 or each != "spectral_rates_adam"]
        return [*rows, "standard_adam"]
    return [*FIXED["sgd"], "uniform", *(["mean_field"] if depth == 1 else [])]


def members(case: Case, name: str, depth: int) -> list[Point]:
    """Points of the domain at which the family is the entry: all of them, or a random choice."""
    rng, planes = random.Random(f"{name} {depth}"), equations(case, name, depth)
    found = []
    for _ in range(30):
        start = tuple(
            Fraction(rng.randint(0, 6) if place == len(case.names) else rng.randint(-12, 12), 12)
            for place in range(len(case.names) + 1)
        )
        point = on_planes(planes, start)
        if point is None:
            return []
        *unknowns, parameter = point
        in_range = name != "uniform" or 0 <= parameter <= HALF
        if in_range and holds(case.domain_rows(), tuple(unknowns)):
            found.append(tuple(unknowns))
    return found


@everywhere
def test_entries_are_found_where_they_are(key: str | int) -> None:
    case = family(key)
    for found, depths in surveys(case):
        places = {
            each.name.split("(")[0]: rows_of(each.where.constraints, case.names)
            for each in found.landmarks
        }
        assert len(places) == len(found.landmarks), "each once"
        assert set(places) <= set(entries(case.optimizer, depths[0]))
        for name in entries(case.optimizer, depths[0]):
            for point in members(case, name, depths[0]):
                if name in places:
                    assert holds(places[name], point)
                else:
                    assert name in ("uniform", "standard_adam"), (name, point)
                    assert any(holds(each, point) for each in places.values())


@everywhere
def test_entries_are_found_nowhere_else(key: str | int) -> None:
    case, rng = family(key), random.Random("nowhere else")
    for found, depths in surveys(case):
        for each in found.landmarks:
            where = rows_of(each.where.constraints, case.names)
            planes = [
                [Fraction(number) for number in numbers] for numbers, sign in where if sign == "="
            ]
            points = [
                on_planes(planes, tuple(Fraction(rng.randint(-12, 12), 12) for _ in case.names))
                for _ in range(20)
            ]
            if each.at is not None:
                points = [named(each.at, case.names)]
                assert holds(where, points[0])
                assert len(planes) == len(case.names)
            else:
                assert len(planes) < len(case.names)
            for point in points:
                assert point is not None
                if holds(where, point):
                    assert holds(case.domain_rows(), point)
                    assert_member(case, each.name, point, depths[0])


def assert_member(case: Case, name: str, point: Point, depth: int) -> None:
    fixed = [
        [plane[0] + sum(one * at for one, at in zip(plane[1:-1], point, strict=True)), plane[-1]]
        for plane in equations(case, name.split("(")[0], depth)
    ]
    solution = on_planes(fixed, (Fraction(1, 4),))
    assert solution is not None
    assert not name.startswith("uniform") or 0 <= solution[0] <= HALF


def listed(found: Survey) -> list[tuple[str, str]]:
    return [(each.name, where_text(each.where, found.unknowns)) for each in found.landmarks]


def test_uniform_passes_through_mup_and_ntk() -> None:
    (first, _), (deeper, _) = surveys(CASES["uniform(s)"])
    through = [("ntk", "s = 1/2"), ("mup", "s = 0"), ("uniform(s)", "0 <= s <= 1/2")]
    assert listed(deeper) == through
    assert sorted(listed(first)) == sorted([*through, ("mean_field", "s = 0")])
    for found in (first, deeper):
        at = {each.name: each.at for each in found.landmarks}
        assert at["mup"] == {"s": 0}
        assert at["ntk"] == {"s": HALF}
        assert at["uniform(s)"] is None
    for found, _ in surveys(CASES["uniform(1/2 - t)"]):
        assert {("ntk", "t = 0"), ("mup", "t = 1/2"), ("uniform(1/2 - t)", "0 <= t <= 1/2")} <= set(
            listed(found)
        )
    for found, _ in surveys(CASES["uniform(2 (1 - t)/3) within bounds"]):
        assert "ntk" not in dict(listed(found)), "t = 1/4 is out of bounds"
        assert dict(listed(found))["mup"] == "t = 1"
        assert dict(listed(found))["uniform(2/3 - 2/3*t)"] == "1/2 <= t <= 1"


def test_without_ends_uniform_is_found_in_its_range_only() -> None:
    for found, _ in surveys(CASES["the line of uniform, without ends"]):
        assert dict(listed(found))["uniform(s)"] == "0 <= s <= 1/2"


def test_standard_is_found_by_its_learning_rate() -> None:
    for found, _ in surveys(CASES["standard, c"]):
        assert listed(found) == [
            ("standard", "c = 0"),
            ("standard_1_over_n", "c = 1"),
            ("standard_1_over_sqrt_n", "c = 1/2"),
        ]


def test_standard_adam_is_named_with_its_parameter() -> None:
    for found, _ in surveys(CASES["standard_adam(c)"]):
        assert listed(found) == [("standard_adam(c)", "every c")]
    ((found, _),) = surveys(CASES["standard_adam(1 - t/2) at depth 3"])
    assert listed(found) == [("standard_adam(1 - 1/2*t)", "every t")]
    (first, _), (deeper, _) = surveys(Case("c d", "0 0 0 | 0 1/2 1/2 | c c d", "adam"))
    assert listed(deeper) == [("standard_adam(c)", "c - d = 0")]
    assert listed(first) == [
        ("ntk_adam", "d = 1, c = 1/2"),
        ("everett_standard_full", "d = 1, c = 0"),
        ("everett_standard_none", "d = 1/2, c = 0"),
        *listed(deeper),
    ]


def test_a_member_of_a_line_that_has_a_name_is_not_named_twice() -> None:
    for found, _ in surveys(Case("t", "-1/2+t 0 1/2 | 1/2-t 1/2 1/2 | t")):
        assert "mup" in dict(listed(found))
        assert not any(name.startswith("uniform") for name, _ in listed(found))


@pytest.mark.parametrize(
    "key", ["uniform(s)", "standard, c", "mup, c and readout's b", "adam, three rates"]
)
def test_a_gauge_changes_nothing(key: str) -> None:
    """The same networks, otherwise written, have the same members and the same cells."""
    case = CASES[key]
    text = shifted(case, [f"1/3+{case.names[0]}", f"{case.names[-1]}/2-1", "-5/7"])
    other = Case(case.unknowns, text, case.optimizer, bounds={"s": [0, "1/2"]}
                 if key == "uniform(s)" else None, domain=case.domain)  # fmt: skip
    for (one, _), (two, _) in zip(surveys(case), surveys(other), strict=True):
        assert listed(one) == listed(two)
        assert listed(one)
        assert one.cells == two.cells


def test_mean_field_has_one_hidden_layer() -> None:
    """a = (0, 1), b = (0, 0), c = -1; by a gauge it is mup.

    At s = 1/2 the gauge 1/2 leads to a = (0, 1/2), b = (0, 1/2), c = 0.
    """
    ((found, _),) = surveys(CASES["one hidden layer"])
    assert listed(found) == [
        ("mean_field", "s = 0"), ("mup", "s = 0"), ("standard_divided_logits", "s = 1/2")
    ]  # fmt: skip
    for case in (Case("c", "0 0 1 | 0 1/2 0 | c"), Case("c", "-1/2 0 1/2 | 1/2 1/2 1/2 | c")):
        (first, _), (deeper, _) = surveys(case)
        assert "mean_field" in dict(listed(first))
        assert "mean_field" not in dict(listed(deeper))


def adam(d: object, depth: int | None = None) -> list[Survey]:
    """mup_adam with a learning rate of the readout and the gradient exponents d."""
    families = read_families(
        Description(
            depth=depth,
            a={"input": 0, "hidden": 0, "readout": 1},
            b={"input": 0, "hidden": "1/2", "readout": 0},
            c={"input": 0, "hidden": 1, "readout": "c"},
            d=d,
            optimizer="adam",
        ),
        None,
        DEFAULT_LIMITS,
    )
    return [each for each in survey(families) if each is not None]


def of_the_papers(found: Survey) -> list[tuple[str, str]]:
    """Without an entry that the family meets at another c where there is no hidden layer."""
    return [each for each in listed(found) if each[0] != "everett_mup_none"]


def test_gradient_exponents_must_be_the_faithful_ones() -> None:
    """d_l = a_l + a_{L+1} + b_{L+1} = 1 for l <= L, d_{L+1} = a_{L+1} = 1 (TP4b Lemma 2.8.11)."""
    for found in [*adam(None), *adam(1), *adam({"input": 1, "hidden": 1, "readout": 1})]:
        assert of_the_papers(found) == [("mup_adam", "c = 0")]
    for wrong in (
        {"input": 0, "hidden": 1, "readout": 1},
        {"input": 1, "hidden": 1, "readout": 0},
        0,
    ):
        assert not any(map(of_the_papers, adam(wrong)))
    first, deeper = adam({"input": 1, "hidden": 0, "readout": 1})
    assert of_the_papers(first) == [("mup_adam", "c = 0")], "there is no hidden layer"
    assert of_the_papers(deeper) == []
    for found in adam({"input": "1 - t", "hidden": 1, "readout": "1 + 2*c"}):
        assert of_the_papers(found) == [("mup_adam", "c = 0, t = 0")]
        assert found.landmarks[0].at == {"c": 0, "t": 0}


def test_gradient_exponents_change_no_cell() -> None:
    assert [each.cells for each in adam(None)] == [each.cells for each in adam(5)]
