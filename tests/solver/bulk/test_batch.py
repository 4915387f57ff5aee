"""Batches: exact in int64 where that suffices, exact in Python integers where it does not."""

from fractions import Fraction

import numpy as np
import pytest

from solver import (
    Exponents,
    Limits,
    Optimizer,
    Parametrization,
    ParametrizationError,
    classify,
    classify_many,
    classify_vectors,
)
from solver.bulk.columns import system_of


def single(depth: int, row: list[Fraction], optimizer: Optimizer = "sgd") -> tuple[str, str]:
    n = depth + 1
    a, b, c = row[:n], row[n : 2 * n], row[2 * n :]
    layers = zip(a, b, c if len(c) == n else c * n, strict=True)
    verdict = classify(Parametrization(depth, tuple(Exponents(*e) for e in layers), optimizer))
    return verdict.kind, str(verdict.r)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint64, object])
def test_integer_codes_of_every_width(dtype: type) -> None:
    rows = np.array([[0, 1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1, 2]], dtype)
    batch = classify_many(2, rows, 2)
    assert batch.verdicts() == ["kernel", "feature_learning", "kernel"]
    assert batch.r() == ["1/2", "0", "1/2"]
    assert batch.nontrivial() == [True, True, True]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("denominator", [1, 2, 3, 12])
def test_columns_equal_single_verdicts(optimizer: Optimizer, denominator: int) -> None:
    generator = np.random.default_rng(denominator)
    for depth, width in ((1, 5), (1, 6), (3, 9), (3, 12)):
        rows = generator.integers(-denominator, 2 * denominator, (150, width))
        batch = classify_many(depth, rows, denominator, optimizer)
        exact = [[Fraction(int(n), denominator) for n in row] for row in rows]
        expected = [single(depth, row, optimizer) for row in exact]
        assert list(zip(batch.verdicts(), batch.r(), strict=True)) == expected


def test_chunks_are_put_together_in_order() -> None:
    rows = np.zeros((20_001, 7), dtype=np.int64)
    rows[:, 1:3] = 1  # NTK over the denominator 2
    rows[::1000, 6] = 2
    batch = classify_many(2, rows, 2)
    assert [row for row, verdict in enumerate(batch.verdicts()) if verdict != "kernel"] == [
        *range(0, 20_001, 1000)
    ]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_entries_at_and_beyond_the_guard_are_exact(optimizer: Optimizer) -> None:
    """At the guard int64 is used, beyond it Python integers; both agree with single verdicts."""
    safe = system_of(optimizer).largest_safe
    for size in (safe - 1, safe, safe + 1, 2**62, 2**63 - 1):
        for denominator in (1, 2, size):
            rows = np.array(
                [[0, size, 0, -size, size], [size] * 5, [-size] * 5, [size, 0, -size, size, size]]
            )
            batch = classify_many(1, rows, denominator, optimizer)
            exact = [[Fraction(int(n), denominator) for n in row] for row in rows]
            assert list(zip(batch.verdicts(), batch.r(), strict=True)) == [
                single(1, row, optimizer) for row in exact
            ]


def test_integers_beyond_64_bits_are_exact() -> None:
    huge = 10**40
    rows = np.array([[0, huge, 0, 0, 0], [0, 1, 0, 0, 0]], dtype=object)
    batch = classify_many(1, rows, 2 * huge)
    assert batch.verdicts()[0] == single(1, [Fraction(n, 2 * huge) for n in rows[0]])[0] == "kernel"
    assert batch.r() == ["1/2", single(1, [Fraction(n, 2 * huge) for n in rows[1]])[1]]


def test_odd_denominators_go_their_own_way() -> None:
    primes = [999_983, 999_979, 999_961, 999_959]
    rows: list[list[object]] = [[0, "1/2", 0, 0, 0]]
    rows += [[f"1/{p}", "1/2", f"-1/{p}", 0, 0] for p in primes]
    batch = classify_vectors(1, rows)
    assert batch.verdicts() == [
        single(1, [Fraction(str(entry)) for entry in row])[0] for row in rows
    ]
    assert batch.r() == [single(1, [Fraction(str(entry)) for entry in row])[1] for row in rows]
    assert batch.exceptional_r, "the rows were meant not to fit a common denominator"


def test_wide_bounds_do_not_overflow() -> None:
    row = ["0", "500000000000/999999999989", "0", "0", "999999999961/999999999959"]
    batch = classify_vectors(1, [row, [0, "1/2", 0, 0, 0]], limits=Limits(max_integer=10**12))
    assert batch.verdicts() == [single(1, [Fraction(e) for e in row])[0], "kernel"]


def test_both_lengths_may_be_mixed() -> None:
    batch = classify_vectors(1, [[0, "1/2", 0, 0, 0], [0, "1/2", 0, 0, 0, 0], [0, 0, 0, "1/2", 1]])
    assert batch.verdicts() == ["kernel", "kernel", "kernel"]


def test_no_rows_give_no_columns() -> None:
    batch = classify_vectors(3, [])
    assert (batch.verdicts(), batch.r(), batch.nontrivial()) == ([], [], [])
    assert classify_many(3, np.empty((0, 9), dtype=np.int64)).verdicts() == []


@pytest.mark.parametrize(
    ("rows", "path", "says"),
    [
        ([[0] * 5, [0] * 4], (1,), "this row has 4 entries; depth 1 needs 5"),
        ([[0] * 5, 3], (1,), "this row is 3; each row is a list"),
        ([[0] * 5, [0, 0, 0, 0, True]], (1, 4), "true is not a number"),
        ([[0, 0, "x", 0, 0]], (0, 2), "not an exponent"),
        ([[0, 0, [], 0, 0]], (0, 2), "a list is not a number"),
        ([[0, 0, None, 0, 0]], (0, 2), "null is not a number"),
        ([[0, 0, 0.5, "1/9999999", 0]], (0, 3), "above 1000000"),
    ],
)
def test_flaws_are_found_by_row_and_column(
    rows: list[list[object]], path: tuple[int, ...], says: str
) -> None:
    with pytest.raises(ParametrizationError) as caught:
        classify_vectors(1, rows)
    assert [flaw.path for flaw in caught.value.flaws] == [path]
    assert says in caught.value.flaws[0].message


def test_flaws_are_not_listed_without_end() -> None:
    with pytest.raises(ParametrizationError) as caught:
        classify_vectors(1, [["x"] * 5] * 1000)
    assert len(caught.value.flaws) == 20


def test_misuse_is_refused() -> None:
    with pytest.raises(TypeError, match="float64"):
        classify_many(1, np.zeros((2, 5)))
    with pytest.raises(ValueError, match="denominator is 0"):
        classify_many(1, np.zeros((2, 5), dtype=int), 0)
    with pytest.raises(ParametrizationError, match="each row has 7 entries; depth 1 needs 5"):
        classify_many(1, np.zeros((2, 7), dtype=int))
