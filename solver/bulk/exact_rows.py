"""Rows of arbitrary rationals, and infinite ones: the same columns, in Python integers.

Every condition is about one layer and the readout, so a network is judged by its networks of
depth 2: input, one of the hidden layers, readout.  Each of these has a common denominator of
bounded size, however deep the network and however odd its exponents.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from solver.bulk.columns import KIND_CODE, KINDS, Columns, System
from solver.exact.infinite import INFINITE
from solver.theory.dichotomy import Kind

# Python integers take a few hundred bytes for each row of nine: bound what is held at once.
_CHUNK = 1 << 14


def classify_rationals(
    depth: int, rows: Mapping[int, Sequence[Fraction]], system: System
) -> dict[int, tuple[int, Fraction]]:
    """The kind code and r of each flat abc vector, by its key."""
    result: dict[int, tuple[int, Fraction]] = {}
    pieces: list[Sequence[Fraction]] = []
    keys: list[int] = []

    def settle() -> None:
        found = _classify(min(depth, 2), pieces, system)
        for key, kind, r in zip(keys, *found, strict=True):
            result[key] = _together(result[key], (kind, r)) if key in result else (kind, r)
        pieces.clear()
        keys.clear()

    for key, row in rows.items():
        for piece in _pieces(depth, row):
            pieces.append(piece)
            keys.append(key)
            if len(pieces) == _CHUNK:
                settle()
    if pieces:
        settle()
    return result


def _pieces(depth: int, row: Sequence[Fraction]) -> Iterable[Sequence[Fraction]]:
    """The row as networks of depth 1 or 2 with c per layer."""
    n = depth + 1
    a, b, c = row[:n], row[n : 2 * n], row[2 * n :]
    c = c if len(c) == n else [c[0]] * n
    if depth == 1:
        return [(*a, *b, *c)]
    hidden = set(zip(a[1:-1], b[1:-1], c[1:-1], strict=True))
    return [(a[0], x, a[-1], b[0], y, b[-1], c[0], z, c[-1]) for x, y, z in hidden]


def _classify(
    depth: int, rows: Sequence[Sequence[Fraction]], system: System
) -> tuple[list[int], list[Fraction]]:
    denominators = [
        lcm(system.finest, *(entry.denominator for entry in row if entry is not INFINITE))
        for row in rows
    ]
    codes = [
        [
            None if entry is INFINITE else entry.numerator * (common // entry.denominator)
            for entry in row
        ]
        for row, common in zip(rows, denominators, strict=True)
    ]
    denominator = np.array(denominators, dtype=object)
    if not any(None in row for row in codes):
        columns = Columns(depth, np.array(codes, dtype=object).T, denominator, system)
        kinds, r = columns.classify()
        ratios = [Fraction(n, 2 * d) for n, d in zip(r.tolist(), denominators, strict=True)]
        return kinds.tolist(), ratios
    beyond = [
        system.growth * max(common, *(abs(code) for code in row if code is not None)) + 1
        for row, common in zip(codes, denominators, strict=True)
    ]
    coded = np.array(
        [
            [most if code is None else code for code in row]
            for row, most in zip(codes, beyond, strict=True)
        ],
        dtype=object,
    )
    infinite = np.array(beyond, dtype=object)
    kinds, r = Columns(depth, coded.T, denominator, system, infinite).classify()
    ratios = [
        INFINITE if n >= most else Fraction(n, 2 * d)
        for n, d, most in zip(r.tolist(), denominators, beyond, strict=True)
    ]
    return kinds.tolist(), ratios


def _together(first: tuple[int, Fraction], second: tuple[int, Fraction]) -> tuple[int, Fraction]:
    """The verdict on a network from those on two of its parts."""
    kinds = {KINDS[first[0]], KINDS[second[0]]}
    r = min(first[1], second[1])
    if Kind.UNSTABLE in kinds:
        kind = Kind.UNSTABLE
    elif kinds == {Kind.TRIVIAL}:
        kind = Kind.TRIVIAL
    elif r == 0:  # a part that is nontrivial makes the network so; r is that of the network
        kind = Kind.FEATURE_LEARNING
    elif Kind.OPERATOR in kinds:  # where it is but kernel in a part, that part's layer is frozen
        kind = Kind.OPERATOR
    else:
        kind = Kind.KERNEL
    return KIND_CODE[kind], r
