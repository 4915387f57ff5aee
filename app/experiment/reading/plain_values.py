"""Reading plain numbers and choices out of a request, collecting everything wrong on the way.

The solver reads exponents, which are exact; what is read here becomes ordinary numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from solver import Flaw, ParametrizationError, Written
from solver.exact import shown
from solver.reading import MOST_FLAWS, Path, is_list

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both included."""

    meaning: str
    least: int
    most: int
    default: int | None = None

    def schema(self) -> dict[str, Any]:
        """As JSON schema."""
        bounds = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return bounds if self.default is None else bounds | {"default": self.default}

    def __str__(self) -> str:
        return f"between {self.least} and {self.most}"


@dataclass(frozen=True, slots=True)
class Real:
    """A number between two bounds; the upper one may be excluded."""

    meaning: str
    least: float
    most: float
    default: float | None = None
    open_above: bool = False

    def schema(self) -> dict[str, Any]:
        """As JSON schema."""
        above = "exclusiveMaximum" if self.open_above else "maximum"
        bounds = {"type": "number", "minimum": self.least, above: self.most}
        return bounds if self.default is None else bounds | {"default": self.default}

    def __contains__(self, value: float) -> bool:
        return self.least <= value <= self.most and not (self.open_above and value == self.most)

    def __str__(self) -> str:
        excluded = " (excluded)" if self.open_above else ""
        return f"between {self.least:g} and {self.most:g}{excluded}"


class PlainReader:
    """Reads values and keeps the flaws it meets.  Null reads as the default, like what is wrong."""

    def __init__(self) -> None:
        self._flaws: list[Flaw] = []

    def flaw(self, path: Path, message: str) -> None:
        """Note a flaw and go on."""
        if len(self._flaws) < MOST_FLAWS:
            self._flaws.append(Flaw(path, message))

    def flaws(self, error: ParametrizationError) -> None:
        """Note the flaws of an error and go on."""
        for each in error.flaws:
            self.flaw(each.path, each.message)

    def stop_if_flawed(self) -> None:
        """Raise ``ParametrizationError`` if anything was wrong so far."""
        if self._flaws:
            raise ParametrizationError(self._flaws)

    def choice(self, name: str, value: object, choices: tuple[_T, ...]) -> _T:
        """One of the texts, of which the first is the default."""
        if value is not None and value not in choices:
            expected = " or ".join(f'"{each}"' for each in choices)
            self.flaw((name,), f"{name} is {shown(value)}; it must be {expected}")
        return next((each for each in choices if each == value), choices[0])

    def whole(self, name: str, value: object, bound: Whole) -> int:
        """A whole number within its bounds."""
        assert bound.default is not None, "entries of lists have no default and are read as such"
        if value is None or not self._is_whole((name,), value, bound):
            return bound.default
        assert isinstance(value, int)
        return value

    def real(self, name: str, value: object, bound: Real) -> float:
        """A number within its bounds, in double precision."""
        assert bound.default is not None, "entries of lists have no default and are read as such"
        number = None if value is None else self._number((name,), value, bound)
        return bound.default if number is None else number

    def wholes(self, path: Path, value: object, counts: Whole, bound: Whole) -> list[int] | None:
        """A list of whole numbers; None where something is wrong with it."""

        def entry(path: Path, value: object) -> int | None:
            if not self._is_whole(path, value, bound):
                return None
            assert isinstance(value, int)
            return value

        return self._entries(path, value, counts, entry)

    def lists_of_wholes(
        self, path: Path, value: object, counts: Whole, lengths: Whole, bound: Whole
    ) -> list[list[int]] | None:
        """A list of lists of whole numbers; None where something is wrong with it."""
        return self._entries(
            path, value, counts, lambda place, row: self.wholes(place, row, lengths, bound)
        )

    def reals(self, path: Path, value: object, counts: Whole, bound: Real) -> list[float] | None:
        """A list of numbers; None where something is wrong with it."""
        return self._entries(
            path, value, counts, lambda place, each: self._number(place, each, bound)
        )

    def rows(
        self, path: Path, value: object, counts: Whole, lengths: Whole, bound: Real
    ) -> list[list[float]] | None:
        """A list of lists of numbers; None where something is wrong with it."""
        return self._entries(
            path, value, counts, lambda place, row: self.reals(place, row, lengths, bound)
        )

    def _entries(
        self,
        path: Path,
        value: object,
        counts: Whole,
        read: Callable[[Path, object], _T | None],
    ) -> list[_T] | None:
        """The entries of a list, up to where there are too many flaws to list."""
        if not is_list(value):
            self.flaw(path, f"{spoken(path)} is {shown(value)}; it must be a list")
            return None
        # The length comes first: reading millions of entries in vain takes seconds.
        if not counts.least <= len(value) <= counts.most:
            entries = f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
            self.flaw(path, f"{spoken(path)} has {entries}; {counts.meaning} {counts}")
            return None
        result: list[_T] = []
        for index, each in enumerate(value):
            entry = read((*path, index), each)
            if entry is not None:
                result.append(entry)
            elif len(self._flaws) == MOST_FLAWS:
                break
        return result if len(result) == len(value) else None

    def _is_whole(self, path: Path, value: object, bound: Whole) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            self._refuse(path, value, bound, "be a whole number")
        elif not bound.least <= value <= bound.most:
            self._refuse(path, value, bound, "lie")
        else:
            return True
        return False

    def _number(self, path: Path, value: object, bound: Real) -> float | None:
        number = _as_float(value)
        if number is None:
            self._refuse(path, value, bound, "be a number")
        elif number not in bound:
            self._refuse(path, value, bound, "lie")
        else:
            return number
        return None

    def _refuse(self, path: Path, value: object, bound: Whole | Real, must: str) -> None:
        self.flaw(
            path, f"{spoken(path)} is {shown(value)}; {bound.meaning} and must {must} {bound}"
        )


def _as_float(value: object) -> float | None:
    """A JSON number in double precision, infinite beyond its range; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Written):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def spoken(path: Path) -> str:
    """``("inputs", 0, 3)`` is inputs[0][3]."""
    first, *rest = path
    return str(first) + "".join(f"[{each}]" for each in rest)
