"""Reading the exponents of one symbol (a, b, c or d), collecting everything wrong on the way."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Final, NoReturn, TypeGuard

from solver.errors import ExponentError, Flaw, ParametrizationError
from solver.exact.exponents import Limits, is_infinite, parse_exponent, shown
from solver.exact.infinite import INFINITE
from solver.theory.roles import MATRICES, Role

Path = tuple[str | int, ...]

#: What one symbol reads as: one number for all layers, one per layer, or one per role.
Entry = Fraction | list[Fraction] | dict[Role, Fraction]

#: Reads one exponent.  Raises ``ExponentError``.
Parse = Callable[[object, Limits], Fraction]

#: A reader mends the first few and asks again; a hostile body holds a million.
MOST_FLAWS: Final = 20


class EntryReader:
    """Reads values as exponents within ``limits`` and keeps the flaws it meets."""

    def __init__(self, limits: Limits, parse: Parse = parse_exponent) -> None:
        self.limits = limits
        self._parse = parse
        self.flaws: list[Flaw] = []

    def flaw(self, path: Path, message: str) -> None:
        """Note a flaw and go on."""
        if len(self.flaws) < MOST_FLAWS:
            self.flaws.append(Flaw(path, message))

    def stop(self, path: Path, message: str) -> NoReturn:
        """Note a flaw beyond which reading makes no sense."""
        self.flaws.append(Flaw(path, message))
        raise ParametrizationError(self.flaws)

    def stop_if_flawed(self) -> None:
        """Raise ``ParametrizationError`` if anything was wrong so far."""
        if self.flaws:
            raise ParametrizationError(self.flaws)

    def exponent(self, path: Path, value: object, infinite: bool = False) -> Fraction:
        """One exponent; 0 in place of one that is wrong, after noting why.

        ``infinite`` says whether "inf" is one here.
        """
        if is_infinite(value):
            if infinite:
                return INFINITE
            self.flaw(path, f"{_name(path)} cannot be infinite; {_INFINITE_PLACES}")
            return Fraction()
        try:
            return self._parse(value, self.limits)
        except ExponentError as error:
            self.flaw(path, str(error))
            return Fraction()

    def exponents(
        self, path: Path, values: Sequence[object], infinite_from: int | None = None
    ) -> list[Fraction]:
        """A list of exponents, up to where there are too many flaws to list.

        Those from place ``infinite_from`` on may be infinite.  Deep networks repeat few values:
        each spelling is read once.
        """
        known: dict[object, Fraction] = {}
        finite = len(values) if infinite_from is None else infinite_from
        most = self.limits.max_integer
        result: list[Fraction] = []
        for index, value in enumerate(values):
            # Only texts and small integers are looked up: integers beyond any bound can be
            # chosen to hash alike.  The type is part of the key because True == 1.
            small = isinstance(value, str) or (isinstance(value, int) and -most <= value <= most)
            key = (type(value), value) if small else None
            exponent = known.get(key) if small else None
            if exponent is None:
                flaws = len(self.flaws)
                exponent = self.exponent((*path, index), value, index >= finite)
                if small and len(self.flaws) == flaws:
                    known[key] = exponent
                elif len(self.flaws) >= MOST_FLAWS:
                    break
            result.append(exponent)
        return result

    def entry(self, name: str, value: object, depth: int | None) -> Entry:
        """What was written for one symbol: a number for all layers, a list, or by role.

        A list must have an entry for each of the weight matrices of the depth, if it is known.
        """
        if isinstance(value, Mapping):
            return self._by_role(name, value)
        infinite = name in _MAY_BE_INFINITE
        if is_list(value):
            # The length comes first: reading millions of entries in vain takes seconds.
            if len(value) > self.limits.max_depth + 1 or depth not in (None, len(value) - 1):
                self.flaw((name,), _wrong_count(name, len(value), depth, self.limits))
                return []
            return self.exponents((name,), value, 0 if infinite else None)
        return self.exponent((name,), value, infinite)

    def _by_role(self, name: str, value: Mapping[object, object]) -> dict[Role, Fraction]:
        strange = (key for key in value if key not in _ROLES)
        for key in islice(strange, MOST_FLAWS):
            self.flaw((name, str(key)), f"{shown(key)} is no role; {ROLES_ARE}")
        for role in (Role.INPUT, Role.READOUT):
            if value.get(role) is None:
                self.flaw((name, role), f'{name} lacks "{role}", which every network has')
        return {
            role: self.exponent((name, role), value[role], name in _MAY_BE_INFINITE)
            for role in MATRICES
            if value.get(role) is not None
        }


def _wrong_count(name: str, count: int, depth: int | None, limits: Limits) -> str:
    entries = f"{name} has {count} {'entry' if count == 1 else 'entries'}"
    if depth is None:
        return f"{entries}; depth is at most {limits.max_depth}"
    return f"{entries}; depth {depth} needs {depth + 1}, one for each weight matrix"


_ROLES: Final = frozenset(MATRICES)
#: What to say where a role is not known.
ROLES_ARE: Final = f"the roles are {', '.join(MATRICES)}"

# Initialization with zeros, and a tensor that is not trained.
_MAY_BE_INFINITE: Final = ("b", "c")
_INFINITE_PLACES: Final = "b (initialization with zeros) and c (a frozen tensor) can"


def _name(path: Path) -> str:
    return ".".join(map(str, path))


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether the value is a list of something (and not text)."""
    return isinstance(value, (list, tuple))


def is_several(value: object) -> bool:
    """Whether the value has entries of its own, by number or by role."""
    return is_list(value) or isinstance(value, Mapping)
