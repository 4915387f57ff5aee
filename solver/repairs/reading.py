"""From what somebody wrote about a repair to the options of the solver."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from solver.errors import ExponentError
from solver.exact.exponents import Limits, parse_exponent, shown
from solver.reading.description import Description, named_entry, vector_lengths
from solver.reading.symbols import EntryReader, Path, is_list, is_several
from solver.repairs.decisions import Options, Selector
from solver.repairs.least_change import DEFAULT_MARGIN
from solver.theory.parametrization import Parametrization, RoleParametrization

_SELECTOR: Final = re.compile(r"([abcd])(?:\.(input|hidden|readout|[1-9][0-9]{0,6}))?", re.ASCII)
_FORM: Final = 'write "a" for all layers, "a.input", "a.hidden", "a.readout", or "a.1" for layer 1'
# More locks or weights say what roles say shorter.
_MOST: Final = 1000


class OptionsReader:
    """Reads locks and weights on the exponents of one parametrization.

    ``tie_c`` keeps one learning-rate exponent for all layers, where one was given.
    """

    def __init__(
        self,
        description: Description,
        given: Parametrization | RoleParametrization,
        limits: Limits,
        tie_c: bool = True,
    ) -> None:
        self._given = given
        self._one_c = tie_c and _one_c(description, given)
        self._reader = EntryReader(limits)

    def read(self, locked: object, weights: object, tie_hidden: bool) -> Options:
        """The options: a list of selectors, a mapping of selectors to costs, both may be None.

        Raises ``ParametrizationError`` with everything that is wrong.
        """
        flaw = self._reader.flaw
        if not tie_hidden and isinstance(self._given, RoleParametrization):
            flaw(
                ("tie_hidden",),
                "hidden layers can be changed one by one only where depth is given; give it",
            )
        if locked is not None and not is_list(locked):
            flaw(("locked",), f'locked is {shown(locked)}; give a list such as ["c", "b.readout"]')
            locked = None
        if weights is not None and not isinstance(weights, Mapping):
            flaw(
                ("weights",),
                f'weights is {shown(weights)}; give an object such as {{"c": 2, "a.input": "1/2"}}',
            )
            weights = None
        for name, given in (("locked", locked), ("weights", weights)):
            if given is not None and len(given) > _MOST:
                self._reader.stop(
                    (name,), f"{name} has {len(given)} entries, {_MOST} at most; name roles instead"
                )
        locks = [self._selector(("locked", place), text) for place, text in enumerate(locked or ())]
        costs = [
            (self._selector(("weights", str(text)), text), self._weight(str(text), value))
            for text, value in (weights or {}).items()
        ]
        self._reader.stop_if_flawed()
        return Options(
            tuple(each for each in locks if each is not None),
            tuple((each, weight) for each, weight in costs if each is not None),
            tie_hidden,
            self._one_c,
        )

    def margin(self, written: object) -> Fraction:
        """The margin, ``DEFAULT_MARGIN`` where none is written.  ``read`` raises what is wrong."""
        if written is None:
            return DEFAULT_MARGIN
        try:
            margin = parse_exponent(written, self._reader.limits)
        except ExponentError as error:
            self._reader.flaw(("margin",), str(error))
            return DEFAULT_MARGIN
        if margin <= 0:
            self._reader.flaw(
                ("margin",), f"margin is {margin}; it must be positive, such as {DEFAULT_MARGIN}"
            )
        return margin

    def _weight(self, text: str, value: object) -> Fraction:
        try:
            weight = parse_exponent(value, self._reader.limits)
        except ExponentError as error:
            self._reader.flaw(("weights", text), f"the weight of {text} cannot be used: {error}")
            return Fraction(1)
        if weight <= 0:
            self._reader.flaw(
                ("weights", text), f"the weight of {text} is {weight}; a weight is positive"
            )
        return weight

    def _selector(self, path: Path, text: object) -> Selector | None:
        match = _SELECTOR.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            self._reader.flaw(path, f"{shown(text)} names no exponents; {_FORM}")
            return None
        symbol, place = match.groups()
        wrong = self._misplaced(symbol, place)
        if wrong is not None:
            self._reader.flaw(path, f"{shown(text)} {wrong}")
        return Selector(match.group(), symbol, place)

    def _misplaced(self, symbol: str, place: str | None) -> str | None:
        """Why there are no such exponents here, if there are none."""
        given = self._given
        first = given.layers[0] if isinstance(given, Parametrization) else given.input
        if symbol == "d" and first.d is None:
            return "names exponents that were not given; leave it out"
        if symbol == "c" and place is not None and self._one_c:
            return (
                'names one layer, but one c was given for all; write "c", or set "tie_c" to false'
            )
        if isinstance(given, RoleParametrization):
            if place not in (None, "input", "hidden", "readout"):
                return "names a layer by number, but no depth is given; name its role"
        elif place is not None and place.isdecimal() and int(place) > given.depth + 1:
            return f"names no layer: depth {given.depth} has layers 1 to {given.depth + 1}"
        elif place == "hidden" and given.depth == 1:
            return "names hidden layers 2..L, but depth 1 has none"
        return None


def _one_c(description: Description, given: Parametrization | RoleParametrization) -> bool:
    """Whether one learning-rate exponent was given for all layers."""
    if description.preset is not None:
        # As the entry is written, so that it is the same question at every depth.
        return len({each for each in named_entry(description.preset).c if each is not None}) == 1
    if description.abc is not None:
        assert isinstance(given, Parametrization), "a flat vector has a depth"
        return is_list(description.abc) and len(description.abc) == vector_lengths(given.depth)[0]
    return not is_several(description.c)
