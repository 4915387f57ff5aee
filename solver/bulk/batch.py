"""Many parametrizations of one depth at once, as exactly as one at a time.

Rows are flat abc vectors.  They are coded as integers over one common denominator, so every
form of the system is evaluated in int64 arithmetic, column by column.  Rows that do not fit
(an odd denominator, a large numerator) go through the same columns in Python integers.  An infinite
b or c is an integer beyond what the others add up to.  No comparison is made in floating point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from solver.bulk.columns import KIND_CODE, KINDS, BoolArray, Columns, IntArray, System, system_of
from solver.bulk.exact_rows import classify_rationals
from solver.errors import ExponentError, Flaw, ParametrizationError
from solver.exact.exponents import (
    DEFAULT_LIMITS,
    Limits,
    Written,
    format_exponent,
    is_infinite,
    parse_exponent,
    shown,
)
from solver.exact.infinite import INFINITE
from solver.reading.description import vector_lengths, wrong_length
from solver.reading.symbols import MOST_FLAWS, EntryReader
from solver.theory.alignment import THEOREM, Alignment
from solver.theory.dichotomy import Kind
from solver.theory.laws import DEFAULT_OPTIMIZER
from solver.theory.parametrization import Optimizers

# Denominators up to this in common are shared; rows with others are evaluated one by one.
_MOST_COMMON: Final = 10**9
# Columns of this many rows stay in the processor's cache across all forms.
_CHUNK: Final = 1 << 13


@dataclass(frozen=True, slots=True)
class BatchVerdict:
    """Verdicts by column, one entry per row.

    ``kinds`` indexes ``KINDS``; r is ``r_numerators / r_denominator``, except that
    ``exceptional_r`` holds it where it is infinite and for rows that do not share the denominator.
    """

    kinds: npt.NDArray[np.int8]
    r_numerators: IntArray
    r_denominator: int
    exceptional_r: dict[int, Fraction]

    @property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Whether each row is stable."""
        return np.not_equal(self.kinds, KIND_CODE[Kind.UNSTABLE])

    def counts(self) -> dict[Kind, int]:
        """How many rows have each verdict."""
        return dict(zip(KINDS, np.bincount(self.kinds, minlength=len(KINDS)).tolist(), strict=True))

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
    depth: int,
    rows: npt.NDArray[Any],
    denominator: int = 1,
    optimizer: Optimizers = DEFAULT_OPTIMIZER,
) -> BatchVerdict:
    """Classify integer-coded rows: the exponents are ``rows / denominator``.

    ``rows`` has shape (N, 2L+3) (one c) or (N, 3L+3) (c per layer), any integer dtype or
    Python integers (dtype object).  Exact for every input: rows whose entries are too large
    for int64 arithmetic are evaluated in Python integers.  ``optimizer`` is one for all layers, or
    a tuple of those of input, hidden and readout.

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
    system = system_of(optimizer)
    safe = system.largest_safe
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
    return _classify(depth, system, rows.astype(np.int64, copy=False), denominator, exact)


def classify_vectors(
    depth: int,
    rows: Sequence[Sequence[object]],
    optimizer: Optimizers = DEFAULT_OPTIMIZER,
    limits: Limits = DEFAULT_LIMITS,
    alignment: Alignment = THEOREM,
) -> BatchVerdict:
    """Classify flat abc vectors (lists) in any spelling that ``parse_exponent`` reads.

    A b or c may be ``"inf"``: initialization with zeros, a frozen tensor.  ``alignment`` is what is
    assumed of sums of n terms.

    Raises ``ParametrizationError`` naming the first entries at fault by row and column.
    """
    system = system_of(optimizer, alignment)
    rows = _of_one_length(depth, rows)
    entries = list(chain.from_iterable(rows))
    shape = (len(rows), len(rows[0]) if rows else vector_lengths(depth)[0])
    types = set(map(type, entries))
    common, safe = system.finest, system.largest_safe
    if (
        types == {int}
        and common == 1
        and (whole := _whole_numbers(entries, limits, safe)) is not None
    ):
        return _classify(depth, system, whole.reshape(shape), 1, {})
    numbers, known = _numbered(entries, types, rows, limits, depth + 1)
    values = known.meanings
    for denominator in sorted({value.denominator for value in values}):
        together = lcm(common, denominator)
        common = together if together <= _MOST_COMMON else common
    fits = [
        common % value.denominator == 0
        and abs(value.numerator) * (common // value.denominator) <= safe
        for value in values
    ]
    codes = [
        value.numerator * (common // value.denominator) if fit else 0
        for value, fit in zip(values, fits, strict=True)
    ]
    numbers = numbers.reshape(shape)
    coded = np.array(codes, dtype=np.int64)[numbers]
    odd: BoolArray = np.zeros(len(rows), dtype=bool)
    if not all(fits):  # look for the rows in which some do not fit
        odd = np.logical_not(np.array(fits)[numbers].all(axis=1))
    infinite = None
    if known.infinite:
        infinite = np.isin(numbers, known.infinite)
        # Beyond this the others could add up to what stands for the infinite ones.
        most = (safe - 1) // system.growth
        large = (np.abs(coded) > most).any(axis=1) | (common > most)
        odd = odd | (infinite.any(axis=1) & large)
        coded[infinite] = safe
    exact = {
        index: [
            INFINITE if infinite is not None and infinite[index, place] else values[number]
            for place, number in enumerate(numbers[index].tolist())
        ]
        for index in np.flatnonzero(odd).tolist()
    }
    return _classify(depth, system, coded, common, exact, infinite)


def _of_one_length(depth: int, rows: Sequence[Sequence[object]]) -> Sequence[Sequence[object]]:
    """The rows, checked; where both lengths occur, with the one c repeated for every layer."""
    allowed = vector_lengths(depth)
    lists = set(map(type, rows)) <= {list}
    if lists and any(set(map(len, rows)) <= {length} for length in allowed):
        return rows
    flaws = [
        Flaw((index,), wrong_length("this row", len(row), depth))
        if isinstance(row, (list, tuple))
        else Flaw((index,), f"this row is {shown(row)}; each row is a list of exponents")
        for index, row in enumerate(rows)
        if not isinstance(row, (list, tuple)) or len(row) not in allowed
    ]
    if flaws:
        raise ParametrizationError(flaws[:MOST_FLAWS])
    one_c, _ = allowed
    return [[*row, *[row[-1]] * depth] if len(row) == one_c else row for row in rows]


def _whole_numbers(entries: list[object], limits: Limits, safe: int) -> IntArray | None:
    """Integers as they are, where all are within bounds: no need to look at each."""
    try:
        whole = np.fromiter(cast(list[int], entries), dtype=np.int64, count=len(entries))
    except OverflowError:
        return None
    most = min(limits.max_integer, safe)
    return whole if -most <= whole.min() and whole.max() <= most else None


class _Distinct(dict[object, int]):
    """Numbers distinct spellings as they come, and reads each once.

    Equal keys of different type are equal numbers.  ``meanings`` holds what they say, ``wrong``
    those that mean nothing, ``infinite`` the numbers of those that are infinite.
    """

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.meanings: list[Fraction] = []
        self.wrong: set[object] = set()
        self.infinite: list[int] = []
        self._limits = limits

    def __missing__(self, entry: object) -> int:
        if isinstance(entry, int) and abs(entry) > self._limits.max_integer:
            # Such integers can be chosen to hash alike: keep them out.
            raise OverflowError
        value = Fraction()
        if is_infinite(entry):
            self.infinite.append(len(self.meanings))
        else:
            try:
                value = parse_exponent(entry, self._limits)
            except ExponentError:
                self.wrong.add(entry)
        self[entry] = number = len(self.meanings)
        self.meanings.append(value)
        return number


def _numbered(
    entries: list[object],
    types: set[type],
    rows: Sequence[Sequence[object]],
    limits: Limits,
    finite: int,
) -> tuple[IntArray, _Distinct]:
    """Each entry as the number of its value, and the values.  The first columns are finite."""
    distinct = _Distinct(limits)
    numbers = _numbers_in(distinct, entries) if types <= _READABLE else None
    wrong = np.ones(len(rows), dtype=bool)
    if numbers is not None:
        # Only rows that hold something wrong are read again, to say where it is.
        wrong[:] = False
        if distinct.wrong:
            wrong[:] = [not distinct.wrong.isdisjoint(row) for row in rows]
        if distinct.infinite:
            start = numbers.reshape(len(rows), -1)[:, :finite]
            wrong |= np.isin(start, distinct.infinite).any(axis=1)
        if not wrong.any():
            return numbers, distinct
    reader = EntryReader(limits)
    for index in np.flatnonzero(wrong).tolist():
        reader.exponents((index,), rows[index], infinite_from=finite)
        if len(reader.flaws) >= MOST_FLAWS:
            break
    raise ParametrizationError(reader.flaws)


def _numbers_in(distinct: _Distinct, entries: list[object]) -> IntArray | None:
    """Each entry's number; None where one of them must be kept out."""
    numbers = np.empty(len(entries), dtype=np.int64)
    try:
        for start in range(0, len(entries), _AT_ONCE):
            part = entries[start : start + _AT_ONCE]
            found = map(distinct.__getitem__, part)
            numbers[start : start + _AT_ONCE] = np.fromiter(found, np.int64, len(part))
    except OverflowError:
        return None
    return numbers


# Numbering so many takes a few milliseconds, during which no other thread has a turn.
_AT_ONCE: Final = 1 << 15

# bool is left out on purpose: True == 1, and it is not an exponent.
_READABLE: Final = {int, str, Written, float, Decimal, Fraction}


def _classify(
    depth: int,
    system: System,
    rows: IntArray,
    denominator: int,
    exact: dict[int, list[Fraction]],
    infinite: BoolArray | None = None,
) -> BatchVerdict:
    """Columns for ``rows / denominator``, except the rows in ``exact``, which hold their values.

    ``infinite`` says where entries are infinite, which ``rows`` holds as ``largest_safe``.
    """
    kinds = np.empty(len(rows), dtype=np.int8)
    r = np.empty(len(rows), dtype=np.int64)
    most = system.largest_safe
    for start in range(0, len(rows), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        columns = np.ascontiguousarray(rows[chunk].T)
        above = most if infinite is not None and infinite[chunk].any() else None
        found = Columns(depth, columns, denominator, system, above)
        kinds[chunk], r[chunk] = found.classify()
    exceptional_r: dict[int, Fraction] = {}
    if infinite is not None:
        endless = r >= most
        exceptional_r |= dict.fromkeys(np.flatnonzero(endless).tolist(), INFINITE)
        r[endless] = 0
    for index, (kind, value) in classify_rationals(depth, exact, system).items():
        kinds[index], exceptional_r[index] = kind, value
    return BatchVerdict(kinds, r, 2 * denominator, exceptional_r)
