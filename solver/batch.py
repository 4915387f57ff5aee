"""Many parametrizations of one depth at once, as exactly as one at a time.

Rows are flat abc vectors.  They are coded as integers over one common denominator, so every
form of the system is evaluated in int64 arithmetic, column by column.  Rows that do not fit
(a denominator too odd, a numerator too large) go through the evaluation of single points,
which is exact in Python integers.  No comparison is made in floating point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, reduce
from itertools import chain
from math import lcm
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from solver.conditions import Coefficients, Condition, Optimizer, Role, system
from solver.entries import MOST_FLAWS, EntryReader
from solver.errors import ExponentError, Flaw, ParametrizationError
from solver.evaluate import Kind, evaluate
from solver.exponents import DEFAULT_LIMITS, Limits, format_exponent, parse_exponent, shown
from solver.parametrization import Exponents, Parametrization
from solver.reading import vector_lengths, wrong_length

IntArray = npt.NDArray[np.int64]

#: What the codes in ``BatchVerdict.kinds`` stand for.
KINDS: Final = tuple(Kind)
_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}

# Denominators up to this in common are shared; rows with others are evaluated one by one.
_MOST_COMMON: Final = 10**9
# Columns of this many rows stay in the processor's cache across all forms.
_CHUNK: Final = 1 << 13


@dataclass(frozen=True, slots=True)
class BatchVerdict:
    """Columns, one entry per row: ``kinds`` indexes ``KINDS``; r is ``r_numerators / r_denominator``.

    ``exceptional_r`` holds r of the rows that do not share the denominator.
    """

    kinds: npt.NDArray[np.int8]
    r_numerators: IntArray
    r_denominator: int
    exceptional_r: dict[int, Fraction]

    @property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Whether each row is stable."""
        return np.not_equal(self.kinds, _CODE[Kind.UNSTABLE])

    def verdicts(self) -> list[str]:
        """The verdict of each row by name."""
        names: list[str] = np.array([str(kind) for kind in KINDS], dtype=object)[
            self.kinds
        ].tolist()
        return names

    def nontrivial(self) -> list[bool | None]:
        """Whether each row is nontrivial; None where it is not stable."""
        table: dict[Kind, bool | None] = {Kind.UNSTABLE: None, Kind.TRIVIAL: False}
        column = np.array([table.get(kind, True) for kind in KINDS], dtype=object)
        values: list[bool | None] = column[self.kinds].tolist()
        return values

    def r(self) -> list[str]:
        """r of each row in canonical spelling."""
        distinct, places = np.unique(self.r_numerators, return_inverse=True)
        spelled = [format_exponent(Fraction(int(n), self.r_denominator)) for n in distinct]
        column: list[str] = np.array(spelled, dtype=object)[places].tolist()
        for row, value in self.exceptional_r.items():
            column[row] = format_exponent(value)
        return column


def classify_many(
    depth: int, rows: npt.NDArray[Any], denominator: int = 1, optimizer: Optimizer = "sgd"
) -> BatchVerdict:
    """Classify integer-coded rows: the exponents are ``rows / denominator``.

    ``rows`` has shape (N, 2L+3) (one c) or (N, 3L+3) (c per layer), any integer dtype or
    Python integers (dtype object).  Exact for every input: rows whose entries are too large
    for int64 arithmetic are evaluated in Python integers.

    Raises ``ParametrizationError`` for a wrong shape, ``TypeError`` for a dtype that is not
    integer and ``ValueError`` for a denominator below 1.
    """
    if rows.ndim != 2 or rows.shape[1] not in vector_lengths(depth):
        width = rows.shape[1] if rows.ndim == 2 else 0
        raise ParametrizationError.at((), wrong_length("each row", width, depth))
    if not (np.issubdtype(rows.dtype, np.integer) or rows.dtype == object):
        raise TypeError(f"rows have dtype {rows.dtype}; code exponents as integers")
    if denominator < 1:
        raise ValueError(f"denominator is {denominator}; it must be at least 1")
    safe = _largest_safe(optimizer)
    large = np.full(len(rows), denominator > safe)
    if rows.dtype == object or rows.dtype.itemsize == 8:
        large |= (rows > safe).any(axis=1)
        if rows.dtype.kind != "u":
            large |= (rows < -safe).any(axis=1)
    exact = {
        int(row): [Fraction(int(entry), denominator) for entry in rows[row]]
        for row in np.flatnonzero(large)
    }
    if exact:
        rows, denominator = np.where(large[:, None], 0, rows), min(denominator, safe)
    return _classify(depth, rows.astype(np.int64, copy=False), denominator, exact, optimizer)


def classify_vectors(
    depth: int,
    rows: Sequence[Sequence[object]],
    optimizer: Optimizer = "sgd",
    limits: Limits = DEFAULT_LIMITS,
) -> BatchVerdict:
    """Classify flat abc vectors (lists) in any spelling that ``parse_exponent`` reads.

    Raises ``ParametrizationError`` naming the first entries at fault by row and column.
    """
    rows = _of_one_length(depth, rows)
    entries = list(chain.from_iterable(rows))
    values = _parse_distinct(entries, rows, limits)
    common = 1
    for denominator in sorted({value.denominator for value in values.values()}):
        together = lcm(common, denominator)
        common = together if together <= _MOST_COMMON else common
    codes = {
        spelling: value.numerator * (common // value.denominator)
        for spelling, value in values.items()
        if common % value.denominator == 0
    }
    exact: dict[int, list[Fraction]] = {}
    if len(codes) < len(values):  # some denominators are not among the common ones
        exact = {
            index: [values[entry] for entry in row]
            for index, row in enumerate(rows)
            if not all(entry in codes for entry in row)
        }
        codes |= dict.fromkeys(values.keys() - codes.keys(), 0)
    coded = np.fromiter(map(codes.__getitem__, entries), dtype=np.int64, count=len(entries))
    width = len(rows[0]) if rows else vector_lengths(depth)[0]
    return _classify(depth, coded.reshape(len(rows), width), common, exact, optimizer)


def _of_one_length(depth: int, rows: Sequence[Sequence[object]]) -> Sequence[Sequence[object]]:
    """The rows, checked; where both lengths occur, with the one c repeated for every layer."""
    allowed = vector_lengths(depth)
    flaws = [
        Flaw((index,), wrong_length("this row", len(row), depth))
        if isinstance(row, (list, tuple))
        else Flaw((index,), f"this row is {shown(row)}; each row is a list of exponents")
        for index, row in enumerate(rows)
        if not isinstance(row, (list, tuple)) or len(row) not in allowed
    ]
    if flaws:
        raise ParametrizationError(flaws[:MOST_FLAWS])
    if len({len(row) for row in rows}) < 2:
        return rows
    one_c, _ = allowed
    return [[*row, *[row[-1]] * depth] if len(row) == one_c else row for row in rows]


def _parse_distinct(
    entries: list[object], rows: Sequence[Sequence[object]], limits: Limits
) -> dict[object, Fraction]:
    """The value of each distinct spelling.  Equal keys of different type are equal numbers."""
    if set(map(type, entries)) <= _READABLE:
        try:
            return {entry: parse_exponent(entry, limits) for entry in set(entries)}
        except ExponentError:
            pass  # find out where, below
    reader = EntryReader(limits)
    for index, row in enumerate(rows):
        reader.exponents((index,), row)
        if len(reader.flaws) >= MOST_FLAWS:
            break
    raise ParametrizationError(reader.flaws)


# bool is left out on purpose: True == 1, and it is not an exponent.
_READABLE: Final = {int, str, float, Decimal, Fraction}


@cache
def _largest_safe(optimizer: Optimizer) -> int:
    """The largest entry and denominator with which no form overflows int64."""
    forms = system(optimizer)
    return min(
        (2**63 - 1)
        // (2 * sum(map(abs, (*each.layer, *each.readout))) + 2 * abs(each.twice_bound) + 1)
        for each in (*forms.input, *forms.hidden, *forms.readout)
    )


def _classify(
    depth: int,
    rows: IntArray,
    denominator: int,
    exact: dict[int, list[Fraction]],
    optimizer: Optimizer,
) -> BatchVerdict:
    """Columns for ``rows / denominator``, except the rows in ``exact``, which hold their values."""
    kinds = np.empty(len(rows), dtype=np.int8)
    r = np.empty(len(rows), dtype=np.int64)
    for start in range(0, len(rows), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        columns = np.ascontiguousarray(rows[chunk].T)
        kinds[chunk], r[chunk] = _Chunk(depth, columns, denominator, optimizer).classify()
    exceptional_r: dict[int, Fraction] = {}
    n = depth + 1
    for index, values in exact.items():
        a, b, c = values[:n], values[n : 2 * n], values[2 * n :]
        layers = zip(a, b, c if len(c) == n else c * n, strict=True)
        point = evaluate(
            Parametrization(depth, tuple(Exponents(*each) for each in layers), optimizer).network()
        )
        kinds[index], exceptional_r[index] = _CODE[point.kind], point.r
    return BatchVerdict(kinds, r, denominator, exceptional_r)


class _Chunk:
    """The system evaluated on columns of integers over one denominator."""

    def __init__(
        self, depth: int, columns: IntArray, denominator: int, optimizer: Optimizer
    ) -> None:
        self.depth = depth
        self.columns = columns
        self.denominator = denominator
        self.optimizer = optimizer
        self.one_c = len(columns) == vector_lengths(depth)[0]
        self.known: dict[tuple[Role, Coefficients], IntArray] = {}

    def classify(self) -> tuple[npt.NDArray[np.int8], IntArray]:
        """Kind codes, and r as numerators over the denominator."""
        forms = system(self.optimizer)
        sound = np.ones(self.columns.shape[1], dtype=bool)
        least: dict[str, IntArray] = {}
        for condition in (*forms.input, *(forms.hidden if self.depth > 1 else ()), *forms.readout):
            if condition.relation == "=":
                for layer in self._layers(condition.role):
                    sound &= self._slack(condition, self._form(condition.layer, layer)) == 0
                continue
            slack = self._slack(condition, self._least(condition))
            if condition.family == "init":
                sound &= slack >= 0
            elif condition.family in least:
                np.minimum(least[condition.family], slack, out=least[condition.family])
            else:
                least[condition.family] = slack
        r, logits = least["features"], least["logits"]
        sound &= (r >= 0) & (logits >= 0)
        moving = np.where(
            r == 0,
            _CODE[Kind.FEATURE_LEARNING],
            _CODE[Kind.KERNEL if self.optimizer == "sgd" else Kind.OPERATOR],
        )
        stable = np.where(logits == 0, moving, _CODE[Kind.TRIVIAL])
        return np.where(sound, stable, _CODE[Kind.UNSTABLE]).astype(np.int8), r

    def _slack(self, condition: Condition, form: IntArray) -> IntArray:
        """Slack times the denominator; times 2 where the bound is an odd number of halves of it."""
        twice_bound = condition.twice_bound * self.denominator
        if twice_bound % 2:
            assert condition.family == "init", "r must come out over the denominator itself"
            return 2 * form - twice_bound
        return form - twice_bound // 2 if twice_bound else form.copy()

    def _least(self, condition: Condition) -> IntArray:
        """The least value of the form over the layers of its role.

        The readout's part is common to all layers, so the minimum is over the layers' own
        parts, and conditions that share those share it.
        """
        readout = self._shared(Role.READOUT, condition.readout)
        if condition.role is Role.READOUT:
            return readout
        own = self._shared(condition.role, condition.layer)
        return own + readout if any(condition.readout) else own

    def _shared(self, role: Role, coefficients: Coefficients) -> IntArray:
        key = (role, coefficients)
        if key not in self.known:
            forms = (self._form(coefficients, layer) for layer in self._layers(role))
            self.known[key] = reduce(np.minimum, forms)
        return self.known[key]

    def _layers(self, role: Role) -> range:
        """Layer numbers from 0, as in the columns."""
        match role:
            case Role.INPUT:
                return range(1)
            case Role.HIDDEN:
                return range(1, self.depth)
            case Role.READOUT:
                return range(self.depth, self.depth + 1)

    def _form(self, coefficients: Coefficients, layer: int) -> IntArray:
        n = self.depth + 1
        places = (layer, n + layer, 2 * n if self.one_c else 2 * n + layer)
        terms = [
            self.columns[place] if coefficient == 1 else coefficient * self.columns[place]
            for coefficient, place in zip(coefficients, places, strict=False)
            if coefficient
        ]
        return reduce(np.add, terms) if terms else np.zeros_like(self.columns[0])
