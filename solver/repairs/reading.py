"""From what somebody wrote about a repair to the options of the solver."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Final

from solver.errors import ExponentError
from solver.exact.exponents import Limits, parse_exponent, shown
from solver.reading.description import Description, named_entry, vector_lengths
from solver.reading.symbols import EntryReader, Path, is_list, is_several
from solver.repairs.decisions import Options, Selector, places_of
from solver.repairs.least_change import DEFAULT_MARGIN
from solver.theory.exponents import SYMBOLS, Exponents
from solver.theory.gallery import GalleryEntry
from solver.theory.layers import BIAS
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.tensors import Described, TensorParametrization

_SELECTOR: Final = re.compile(rf"([{SYMBOLS}])(?:\.(.{{1,64}}))?", re.ASCII)
_PLACE: Final = re.compile(
    rf"input|hidden|readout|[1-9][0-9]{{0,6}}|{BIAS}(\.[1-9][0-9]{{0,6}})?", re.ASCII
)
_FORM: Final = (
    'write "a" for all layers, "a.input", "a.hidden", "a.readout", "a.1" for layer 1, "a.bias" for '
    'biases, or "a." and the name of a tensor'
)
# More locks or weights say what roles say shorter.
_MOST: Final = 1000


class OptionsReader:
    """Reads locks and weights on the exponents of one parametrization.

    ``tie_c`` keeps one learning-rate exponent for all layers, where one was given.
    """

    def __init__(
        self,
        description: Description,
        given: Described,
        limits: Limits,
        tie_c: bool = True,
    ) -> None:
        self._given = given
        self._one_c = tie_c and _one_c(description, given)
        self._reader = EntryReader(limits)

    def read(
        self, locked: object, weights: object, tie_hidden: bool, ties: object = None
    ) -> Options:
        """The options: a list of selectors, a mapping of selectors to costs, both may be None.

        ``ties`` is a list of lists of selectors, or None: the exponents of each change together.

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
        together = self._ties(ties)
        self._reader.stop_if_flawed()
        return Options(
            tuple(each for each in locks if each is not None),
            tuple((each, weight) for each, weight in costs if each is not None),
            tie_hidden,
            self._one_c,
            together,
        )

    def _ties(self, ties: object) -> tuple[tuple[Selector, ...], ...]:
        if ties is None:
            return ()
        if not is_list(ties) or not all(is_list(each) for each in ties) or len(ties) > _MOST:
            self._reader.flaw(("ties",), f"ties is {shown(ties)}; {_TIES_FORM}")
            return ()
        found: list[tuple[Selector, ...]] = []
        for place, tie in enumerate(ties):
            assert is_list(tie), "looked at before"
            path: Path = ("ties", place)
            if not 2 <= len(tie) <= _MOST:
                self._reader.flaw(path, f"a tie of {len(tie)} exponents; it has two or more")
                continue
            chosen = [self._selector((*path, number), text) for number, text in enumerate(tie)]
            selectors = [each for each in chosen if each is not None]
            if len(selectors) < len(chosen):
                continue
            self._check_tie(path, selectors, found)
            found.append(tuple(selectors))
        return tuple(found)

    def _check_tie(
        self, path: Path, tie: Sequence[Selector], before: Sequence[Sequence[Selector]]
    ) -> None:
        """One symbol, each exponent in one tie, and all of one value now."""
        if len({each.symbol for each in tie}) > 1:
            self._reader.flaw(path, "a tie holds exponents of one symbol, such as b alone")
            return
        if any(each in other for other in before for each in tie) or len(set(tie)) < len(tie):
            self._reader.flaw(path, "an exponent is in two ties; join them")
        symbol = SYMBOLS.index(tie[0].symbol)
        values = {
            value
            for each in tie
            for places, exponents in self._tensors
            if each.place is None or each.place in places
            if (value := exponents[symbol]) is not None
        }
        if len(values) > 1:
            shown_values = " and ".join(sorted(map(str, values))[:4])
            self._reader.flaw(
                path, f"these exponents differ now ({shown_values}); tied ones are equal"
            )

    @cached_property
    def _tensors(self) -> list[tuple[tuple[str, ...], Exponents]]:
        """What each tensor may be named by, with its exponents."""
        given = self._given
        if isinstance(given, RoleParametrization):
            network = given.every_deeper_network() or given.at_depth(1).spelled_out()
        else:
            network = given.spelled_out()
        index, depth = network.readout_index, network.depth
        body = [(places_of(each, depth, index), each.exponents) for each in network.body]
        return [*body, (places_of(None, depth, index), network.readout)]

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
        by_tensors = isinstance(given, TensorParametrization)
        if place is not None and not by_tensors and not _PLACE.fullmatch(place):
            return f"names no exponents; {_FORM}"
        if symbol in "dw" and all(
            exponents[SYMBOLS.index(symbol)] is None for _, exponents in self._tensors
        ):
            return "names exponents that were not given; leave it out"
        if symbol == "c" and place is not None and self._one_c and not place.startswith(BIAS):
            return (
                'names one layer, but one c was given for all; write "c", or set "tie_c" to false'
            )
        if place is None or any(place in places for places, _ in self._tensors):
            return None
        if isinstance(given, TensorParametrization):
            names = ", ".join(each.name for each in given.tensors)
            return f"names no tensor; those are {names if len(names) < 200 else names[:200] + '…'}"
        if place.isdecimal() and isinstance(given, RoleParametrization):
            return "names a layer by number, but no depth is given; name its role"
        if place.isdecimal() and isinstance(given, Parametrization):
            return f"names no layer: depth {given.depth} has layers 1 to {given.depth + 1}"
        if place.startswith(BIAS):
            return "names biases, but there are none"
        return "names hidden layers 2..L, but depth 1 has none"


_TIES_FORM: Final = 'give a list of lists such as [["b.input", "b.readout"]]'


def _one_c(description: Description, given: Described) -> bool:
    """Whether one learning-rate exponent was given for all layers."""
    if isinstance(given, TensorParametrization):
        return False
    if description.preset is not None:
        # As the entry is written, so that it is the same question at every depth.
        entry = named_entry(description.preset)
        assert isinstance(entry, GalleryEntry), "a network by tensors is no perceptron"
        return len({each for each in entry.c if each is not None}) == 1
    if description.abc is not None:
        assert isinstance(given, Parametrization), "a flat vector has a depth"
        return is_list(description.abc) and len(description.abc) == vector_lengths(given.depth)[0]
    return not is_several(description.c)
