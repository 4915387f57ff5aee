"""Batches with infinite exponents, laws by role and alignments, against tables and one by one."""

import random
from fractions import Fraction
from typing import Any

import pytest

from solver import (
    ALIGNMENTS,
    Alignment,
    Description,
    Limits,
    Optimizer,
    ParametrizationError,
    classify,
    classify_vectors,
    read,
)
from tests.solver.theory.published_networks import HALF, INF, Tensor, judge

OPTIMIZERS: list[Optimizer] = [
    "sgd",
    "adam",
    "muon",
    "muon_raw",
    "muon_match_rms",
    "lamb",
]
QUARTERS = [Fraction(n, 4) for n in range(-4, 7)]
Row = list[Any]


def draw(
    rng: random.Random, depth: int, optimizers: list[Optimizer], one_c: bool, *alignment: Any
) -> Row:
    """A row near the boundaries of the conditions, with zeros and frozen tensors."""
    n = depth + 1
    a = [rng.choice(QUARTERS) for _ in range(n)]
    b = [Fraction(0) - a[0], *[HALF - each for each in a[1:-1]], rng.choice([HALF, 1, 1]) - a[-1]]
    c: Row = [rng.choice(QUARTERS) for _ in range(1 if one_c else n)]
    if rng.random() < 0.9 and not one_c:
        tensors = perceptron(depth, [*a, *b, *c], optimizers)
        judged = judge(tensors, [], *alignment)
        for place, each in enumerate(tensors):
            c[place] += rng.choice([0, 0, HALF, 1]) - judged["tensors"][each["name"]]
    row: Row = [*a, *b, *c]
    for place in range(n, len(row)):
        if rng.random() < 0.15 or (place == 2 * n - 1 and rng.random() < 0.3):
            row[place] = INF
    return row


def perceptron(depth: int, row: Row, optimizers: list[Optimizer]) -> list[Tensor]:
    n = depth + 1
    a, b, c = row[:n], row[n : 2 * n], row[2 * n :]
    kinds = ["input", *["hidden"] * (depth - 1), "readout"]
    return [
        {"name": str(place), "kind": kind, "optimizer": optimizer, "a": x, "b": y, "c": z}
        for place, (kind, optimizer, x, y, z) in enumerate(
            zip(kinds, optimizers, a, b, c if len(c) == n else c * n, strict=True)
        )
    ]


def spelled(row: Row) -> list[object]:
    return ["inf" if each == INF else str(each) for each in row]


@pytest.mark.parametrize("alignment", [None, "full", "none"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_columns_are_those_of_the_tables_and_of_single_questions(
    depth: int, alignment: str | None
) -> None:
    rng = random.Random(f"{depth} {alignment}")
    alpha, omega = {None: (1, 1), "full": (1, HALF), "none": (HALF, HALF)}[alignment]
    seen: dict[str, int] = {}
    for _ in range(40):
        first, hidden, last = rng.choices(OPTIMIZERS, k=3)
        if rng.random() < 0.3:
            first = hidden = last
        optimizers = [first, *[hidden] * (depth - 1), last]
        by_role = (first, hidden, last) if depth > 1 else (first, last)
        rows = [draw(rng, depth, optimizers, rng.random() < 0.2, alpha, omega) for _ in range(60)]
        found = classify_vectors(
            depth,
            [spelled(row) for row in rows],
            by_role,
            alignment=ALIGNMENTS[alignment or "theorem"],
        )
        for row, kind, r in zip(rows, found.verdicts(), found.r(), strict=True):
            judged = judge(perceptron(depth, row, optimizers), [], alpha, omega)
            expected = judged["verdict"], "inf" if judged["r"] == INF else str(judged["r"])
            assert (kind, r) == expected, (row, optimizers)
            seen[kind] = seen.get(kind, 0) + (INF in row)
        row, kind, r = rows[0], found.verdicts()[0], found.r()[0]
        single = classify(
            read(
                Description(
                    depth=depth, abc=spelled(row), optimizer=optimizers, alignment=alignment
                )
            )  # type: ignore[arg-type]
        )
        assert (single.kind, str(single.r)) == (kind, r)
    kinds = {"unstable", "trivial", "kernel", "operator", "feature_learning"}
    assert {kind for kind in kinds if seen.get(kind, 0) >= 3} == kinds


def test_what_is_frozen_does_not_make_an_operator() -> None:
    """NTK in the input and readout; hidden layers of Adam, trained or frozen, or one of each."""
    a, b = [0, "1/2", "1/2", "1/2"], [0, 0, 0, 0]
    rows = [[*a, *b, 0, *hidden, 0] for hidden in (["inf", "inf"], ["inf", "3/2"], ["3/2", "3/2"])]
    found = classify_vectors(3, rows, ("sgd", "adam", "sgd"))
    assert found.verdicts() == ["kernel", "operator", "operator"]
    # The same with exponents for which int64 does not suffice.
    far = Limits(max_integer=10**18)
    for row in rows:
        row[4], row[0] = f"-1/{10**17 + 3}", f"1/{10**17 + 3}"
        row[8] = f"-2/{10**17 + 3}"
    far_away = classify_vectors(3, rows, ("sgd", "adam", "sgd"), far)
    assert set(far_away.exceptional_r) == {0, 1, 2}
    assert far_away.verdicts() == ["kernel", "operator", "operator"]


def test_rows_in_which_nothing_trains_have_an_infinite_r() -> None:
    frozen = [0, 0, 0, 0, "1/2", "1/2", "inf"]
    found = classify_vectors(2, [frozen, frozen[:-1] + ["inf"] * 3, [0] * 6 + [1]])
    assert found.verdicts()[:2] == ["trivial", "trivial"]
    assert found.r()[:2] == ["inf", "inf"]
    assert found.nontrivial()[:2] == [False, False]


def test_infinite_entries_beside_large_and_odd_ones_are_exact() -> None:
    """At the bounds, a sum of finite exponents is never taken for an infinite one."""
    limits = Limits(max_integer=10**15)
    for size in (10**15, 10**15 - 1, 10**12, 999_999_999_989):
        for sign in ("", "-"):
            rows = [
                [f"{sign}{size}", 0, 0, "inf", 0],
                [0, f"{sign}1/{size}", 0, "inf", f"1/{size - 2}"],
                [f"1/{size}", 0, f"-1/{size}", "inf", f"{sign}{size}/{size - 2}"],
                [0, "1/2", 0, 0, "inf"],
            ]
            found = classify_vectors(1, rows, limits=limits)
            for row, kind, r in zip(rows, found.verdicts(), found.r(), strict=True):
                single = classify(read(Description(depth=1, abc=row), limits))  # type: ignore[arg-type]
                assert (single.kind, str(single.r)) == (kind, r), row


def test_other_alignments_are_exact_between_the_named_ones() -> None:
    alignment = Alignment(Fraction(3, 4), Fraction(2, 3))
    rng = random.Random(7)
    for optimizer in ("sgd", "adam", "muon"):
        rows: list[Row] = []
        for _ in range(200):
            row = draw(rng, 2, [optimizer] * 3, one_c=False)
            row[-1] = rng.choice([row[-1], Fraction(1, 4), Fraction(-1, 4), Fraction(3, 4)])
            rows.append(row)
        found = classify_vectors(2, list(map(spelled, rows)), optimizer, alignment=alignment)
        for row, kind, r in zip(rows, found.verdicts(), found.r(), strict=True):
            judged = judge(perceptron(2, row, [optimizer] * 3), [], *alignment)
            assert (kind, r) == (
                judged["verdict"],
                "inf" if judged["r"] == INF else str(judged["r"]),
            )
    whole = classify_vectors(1, [[0, 1, 0, 0, 0]], alignment=alignment)
    assert whole.verdicts() == [judge(perceptron(1, [0, 1, 0, 0, 0], ["sgd"] * 2), [],
                                      *alignment)["verdict"]]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "path", "says"),
    [
        (["inf", 0, 0, 0, 0], (1, 0), "cannot be infinite"),
        ([0, "inf", 0, "inf", 0], (1, 1), "cannot be infinite"),
        ([0, 0, "-inf", 0, 0], (1, 2), "not an exponent"),
        ([0, 0, "Inf", 0, 0], (1, 2), "not an exponent"),
    ],
)
def test_only_b_and_c_may_be_infinite(row: list[object], path: tuple[int, int], says: str) -> None:
    with pytest.raises(ParametrizationError) as caught:
        classify_vectors(1, [[0, "1/2", 0, "inf", 0], row])
    assert [flaw.path for flaw in caught.value.flaws] == [path]
    assert says in caught.value.flaws[0].message
