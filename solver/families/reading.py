"""From a description with unknowns to the families of networks that it describes."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from solver.errors import ExponentError, ParametrizationError
from solver.exact.affine import AffineForm, unknown
from solver.exact.arithmetic import Constraint, between
from solver.exact.exponents import Limits, shown
from solver.exact.expressions import parse_expression
from solver.families.family import Family, FamilyBlock, interpolated
from solver.reading.description import Description, named_entry, read
from solver.reading.symbols import EntryReader, is_several
from solver.theory.gallery import GalleryEntry, GalleryNetwork, RoleEntry
from solver.theory.network import Network, grouped_blocks
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.tensors import Described, TensorParametrization

#: More unknowns make partitions of many cells, which nobody reads.
MOST_UNKNOWNS: Final = 3
#: Each kind of hidden layer adds conditions, and the cells grow with their number.
MOST_KINDS: Final = 64
# A text takes a fraction of a millisecond to read.
_MOST_TEXTS: Final = 1000


class Families(NamedTuple):
    """What a description with unknowns describes.

    ``first`` is the family at ``depth``, or at L = 1 where depth is None; ``deeper`` is then that
    of every L >= 2, if there is one.  ``domain`` holds what the unknowns must satisfy, and
    ``range_note`` says where a named family confines them.
    """

    unknowns: tuple[str, ...]
    domain: tuple[Constraint, ...]
    depth: int | None
    first: Family
    deeper: Family | None
    range_note: str | None


class _Expressions:
    """Reads expressions, each text once, and remembers which unknowns occur."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.unknowns: set[str] = set()
        self._known: dict[str, AffineForm] = {}

    def form(self, value: object) -> AffineForm:
        """The form that is written.  Raises ``ExponentError``."""
        if not isinstance(value, str):
            form = parse_expression(value, self.limits)
        elif value in self._known:
            return self._known[value]
        elif len(self._known) == _MOST_TEXTS:
            raise ExponentError(
                f"{shown(value)} is one too many: {_MOST_TEXTS} different texts at most"
            )
        else:
            form = self._known[value] = parse_expression(value, self.limits)
        self.unknowns.update(form.unknowns)
        return form

    def at_zero(self, value: object, _: Limits) -> Fraction:
        """The value with all unknowns 0."""
        return self.form(value).constant

    def at_unit(self, name: str, value: object, _: Limits) -> Fraction:
        """The value with this unknown 1 and all others 0."""
        form = self.form(value)
        return form.constant + form.coefficients.get(name, 0)


def read_families(description: Description, bounds: object, limits: Limits) -> Families:
    """The families described; ``bounds`` maps unknowns to [lowest, highest], None for neither.

    Raises ``ParametrizationError`` with everything that is wrong.
    """
    expressions = _Expressions(limits)
    description, domain, note = _spelled_out(description, expressions)
    origin = read(description, limits, expressions.at_zero)
    unknowns = tuple(sorted(expressions.unknowns))
    if not 1 <= len(unknowns) <= MOST_UNKNOWNS:
        raise ParametrizationError.at((), _wrong_number(unknowns))
    units = [read(description, limits, partial(expressions.at_unit, name)) for name in unknowns]
    domain = (*domain, *_bounds(bounds, unknowns, limits))
    members = [origin, *units]
    if isinstance(origin, RoleParametrization):
        first = _family([_at_depth(each, 1) for each in members], unknowns)
        deeper = [each.every_deeper_network() for each in members if not isinstance(each, _DEEP)]
        known = [each for each in deeper if each is not None]
        return Families(
            unknowns, domain, None, first, _family(known, unknowns) if known else None, note
        )
    first = _family([each.spelled_out() for each in members if isinstance(each, _DEEP)], unknowns)
    return Families(unknowns, domain, first.depth, first, None, note)


_DEEP: Final = (Parametrization, TensorParametrization)


def _at_depth(given: Described, depth: int) -> Network:
    assert isinstance(given, RoleParametrization), "all are written in the same form"
    return given.at_depth(depth).spelled_out()


def _family(members: Sequence[Network], unknowns: Sequence[str]) -> Family:
    """The family through these networks: with all unknowns 0, then with each of them 1."""
    origin = members[0]
    if any(_fixed(each) != _fixed(origin) for each in members):
        raise ParametrizationError.at(
            (), "alignment and the scales of attention cannot have unknowns; write numbers"
        )
    tensors = [
        FamilyBlock(
            one.role,
            one.spans,
            interpolated([each.exponents for each in (one, *others)], unknowns),
            one.optimizer,
            one.residual,
            one.normalized,
            one.attended,
        )
        for one, *others in zip(*(each.body for each in members), strict=True)
    ]
    body = grouped_blocks(tensors)
    if len(body) > MOST_KINDS + 1:
        raise ParametrizationError.at(
            (),
            f"there are {len(body) - 1} different hidden layers; with unknowns {MOST_KINDS} at "
            "most",
        )
    readout = interpolated([each.readout for each in members], unknowns)
    return Family(origin.depth, body, readout, *origin[3:])


def _fixed(network: Network) -> Hashable:
    """What no unknown may enter."""
    return network.alignment, tuple(block.attended for block in network.body)


def _spelled_out(
    description: Description, expressions: _Expressions
) -> tuple[Description, tuple[Constraint, ...], str | None]:
    """A named family whose parameter has unknowns, by role; and the range of the parameter.

    The range comes as constraints, and in words.
    """
    try:
        entry = named_entry(description.preset)
    except ParametrizationError:  # ``read`` says so, after what is wrong with the form
        return description, (), None
    if isinstance(entry, GalleryNetwork) or entry.parameter is None:
        return description, (), None
    name, _, example, minimum, maximum = entry.parameter
    written = getattr(description, name)
    if written is None or is_several(written):
        return description, (), None
    try:
        parameter = expressions.form(written)
    except ExponentError as error:
        raise ParametrizationError.at((name,), str(error)) from None
    if not parameter.terms:
        return description, (), None
    stand_in = replace(description, s=example) if name == "s" else replace(description, c=example)
    read(stand_in, expressions.limits)  # whatever else is wrong
    note = None
    if minimum is not None and maximum is not None:
        note = f"{entry.name} is defined for {minimum} <= {name} <= {maximum} only"
    domain = tuple(between(parameter, minimum, maximum))
    return _by_role(description, entry, name, parameter), domain, note


def _by_role(
    description: Description, entry: GalleryEntry, name: str, parameter: AffineForm
) -> Description:
    def roles(forms: RoleEntry) -> dict[str, AffineForm]:
        named = {"input": forms.input, "hidden": forms.hidden, "readout": forms.readout}
        return {
            role: form.replaced(name, parameter) for role, form in named.items() if form is not None
        }

    return replace(
        description,
        preset=None,
        s=None,
        a=roles(entry.a),
        b=roles(entry.b),
        c=roles(entry.c),
        optimizer=entry.optimizer,
    )


def _wrong_number(unknowns: Sequence[str]) -> str:
    if not unknowns:
        return (
            "there is no unknown in it; write a name such as s in place of an exponent (numbers "
            "alone are for classify)"
        )
    named = ", ".join(unknowns[:8]) + (", …" if len(unknowns) > 8 else "")
    return (
        f"there are {len(unknowns)} unknowns ({named}); {MOST_UNKNOWNS} at most: put numbers in "
        "place of the others"
    )


def _bounds(bounds: object, unknowns: Sequence[str], limits: Limits) -> list[Constraint]:
    reader = EntryReader(limits)
    constraints: list[Constraint] = []
    if bounds is None:
        return constraints
    if not isinstance(bounds, Mapping):
        reader.stop(("bounds",), f"bounds is {shown(bounds)}; {_BOUNDS}")
    for name, ends in list(bounds.items())[: MOST_UNKNOWNS + 1]:
        if name not in unknowns:
            reader.flaw(
                ("bounds", name),
                f"{shown(name)} is not among the unknowns, which are {', '.join(unknowns)}",
            )
        elif not isinstance(ends, list | tuple):
            reader.flaw(("bounds", name), f"the bounds of {name} are {shown(ends)}; {_BOUNDS}")
        elif len(ends) != 2:
            reader.flaw(
                ("bounds", name), f"the bounds of {name} have {len(ends)} ends, not two; {_BOUNDS}"
            )
        else:
            constraints += _range(reader, name, ends)
    reader.stop_if_flawed()
    return constraints


def _range(reader: EntryReader, name: str, ends: Sequence[object]) -> list[Constraint]:
    flaws = len(reader.flaws)
    low, high = (
        None if end is None else reader.exponent(("bounds", name, place), end)
        for place, end in enumerate(ends)
    )
    if len(reader.flaws) == flaws and low is not None and high is not None and low > high:
        reader.flaw(("bounds", name), f"the bounds of {name} leave nothing: {low} is above {high}")
    return between(unknown(name), low, high)


_BOUNDS: Final = 'write {"s": [0, "1/2"]}, with null for an end that is open'
