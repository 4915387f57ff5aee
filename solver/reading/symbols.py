"""Reading the exponents of one symbol (a, b, c or d), collecting everything wrong on the way."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Final, NoReturn, TypeGuard

from solver.errors import ExponentError, Flaw, ParametrizationError
from solver.exact.exponents import Limits, parse_exponent, shown
from solver.theory.roles import Role

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

    def exponent(self, path: Path, value: object) -> Fraction:
        """One exponent; 0 in place of one that is wrong, after noting why."""
        try:
            return self._parse(value, self.limits)
        except ExponentError as error:
            self.flaw(path, str(error))
            return Fraction()

    def exponents(self, path: Path, values: Sequence[object]) -> list[Fraction]:
        """A list of exponents, up to where there are too many flaws to list.

        Deep networks repeat few values: each spelling is read once.
        """
        known: dict[object, Fraction] = {}
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
                exponent = self.exponent((*path, index), value)
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
        if is_list(value):
            # The length comes first: reading millions of entries in vain takes seconds.
            if len(value) > self.limits.max_depth + 1 or depth not in (None, len(value) - 1):
                self.flaw((name,), _wrong_count(name, len(value), depth, self.limits))
                return []
            return self.exponents((name,), value)
        return self.exponent((name,), value)

    def _by_role(self, name: str, value: Mapping[object, object]) -> dict[Role, Fraction]:
        strange = (key for key in value if key not in _ROLES)
        for key in islice(strange, MOST_FLAWS):
            self.flaw((name, str(key)), f"{shown(key)} is no role; the roles are {', '.join(Role)}")
        for role in (Role.INPUT, Role.READOUT):
            if value.get(role) is None:
                self.flaw((name, role), f'{name} lacks "{role}", which every network has')
        return {
            role: self.exponent((name, role), value[role])
            for role in Role
            if value.get(role) is not None
        }


def _wrong_count(name: str, count: int, depth: int | None, limits: Limits) -> str:
    entries = f"{name} has {count} {'entry' if count == 1 else 'entries'}"
    if depth is None:
        return f"{entries}; depth is at most {limits.max_depth}"
    return f"{entries}; depth {depth} needs {depth + 1}, one for each weight matrix"


_ROLES: Final = frozenset(Role)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether the value is a list of something (and not text)."""
    return isinstance(value, (list, tuple))


def is_several(value: object) -> bool:
    """Whether the value has entries of its own, by number or by role."""
    return is_list(value) or isinstance(value, Mapping)
