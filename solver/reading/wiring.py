"""Reading what a perceptron has beside its weight matrices, and what is assumed of it.

``bias``, ``residual``, ``normalized``, ``weight_decay``, ``epsilon`` and ``alignment`` go with
every form of a perceptron.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import islice
from typing import Final, TypeVar

from solver.exact.exponents import Limits, shown
from solver.exact.infinite import INFINITE
from solver.reading.optimizers import read_optimizer
from solver.reading.symbols import MOST_FLAWS, EntryReader, Path, is_list
from solver.theory.alignment import ALIGNMENTS, THEOREM, Alignment
from solver.theory.exponents import Exponents, shared
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.roles import MATRICES, Role, roles_at
from solver.theory.wiring import Bias, Wiring

_T = TypeVar("_T")
_BODY: Final = (Role.INPUT, Role.HIDDEN)


@dataclass(frozen=True, slots=True)
class WiringDescription:
    """The raw values, None where nothing was written."""

    bias: object = None
    residual: object = None
    normalized: object = None
    weight_decay: object = None
    epsilon: object = None
    alignment: object = None

    @property
    def plain(self) -> bool:
        """Whether nothing was written."""
        return all(getattr(self, each.name) is None for each in fields(WiringDescription))


_Given = Parametrization | RoleParametrization


def wired(given: _Given, written: WiringDescription, reader: EntryReader) -> _Given:
    """The parametrization with its wiring.  Raises ``ParametrizationError`` for all flaws."""
    if written.plain:
        return given
    places = _Places(given, reader)
    given = _with_exponents(given, places, written, reader)
    wiring = Wiring(
        _own_biases(given) if written.bias is None else places.read_bias(written.bias, given),
        _switches(written.residual, "residual", places, (Role.HIDDEN,), _NO_RESIDUAL, reader),
        _switches(written.normalized, "normalized", places, _BODY, _NO_NORMALIZED, reader),
        read_alignment(written.alignment, reader),
        written.epsilon is not None,
    )
    for role, exponents, normalized in zip(
        places.body, _exponents(given)[:-1], wiring.normalized, strict=False
    ):
        if normalized and exponents.b is INFINITE:
            reader.flaw(("normalized",), f"{CANNOT_NORMALIZE} (the {role} layer has b = inf)")
            break
    reader.stop_if_flawed()
    return given if wiring == given.wiring else replace(given, wiring=wiring)


CANNOT_NORMALIZE: Final = "an output that starts at zero cannot be divided by its size"
_NO_RESIDUAL: Final = "only hidden layers can be residual branches, which add to their input"
_NO_NORMALIZED: Final = "the readout's output has no n coordinates to normalize"


class _Places:
    """The weight matrices of a parametrization: one for each layer, or for each role."""

    def __init__(self, given: _Given, reader: EntryReader) -> None:
        self._reader = reader
        self.depth = given.depth if isinstance(given, Parametrization) else None
        self.roles = roles_at(len(_exponents(given)) - 1)

    @property
    def body(self) -> tuple[Role, ...]:
        """The roles of the body layers."""
        return self.roles[:-1]

    def spread(
        self, name: str, value: object, roles: Sequence[Role], one: Callable[[Path, object], _T]
    ) -> list[_T | None]:
        """One entry for each of these roles' places: from one value, by role, or from a list.

        None where a role is left out or null.
        """
        every = [role for role in self.roles if role in roles]
        if isinstance(value, Mapping):
            strange = (key for key in value if key not in roles and value[key] is not None)
            for key in islice(strange, MOST_FLAWS):
                if not (key in MATRICES and value[key] is False):
                    here = f"here {', '.join(roles)}"
                    self._reader.flaw((name, str(key)), f"{shown(key)} is no role {here}")
            found = {
                role: one((name, str(role)), value[role])
                for role in roles
                if value.get(role) is not None
            }
            return [found.get(role) for role in every]
        if is_list(value):
            if self.depth is None:
                self._reader.stop((name,), f"{name} is a list and depth is missing; give depth")
            if len(value) != len(every):
                self._reader.stop(
                    (name,),
                    f"{name} has {len(value)} entries; depth {self.depth} needs {len(every)}",
                )
            return [
                None if each is None else one((name, str(place)), each)
                for place, each in enumerate(value)
            ]
        entry = one((name,), value)
        return [entry] * len(every)

    def read_bias(self, value: object, given: _Given) -> tuple[Bias, ...]:
        """The biases of the body layers."""
        reader = self._reader
        if not isinstance(value, Mapping):
            reader.stop(("bias",), f"bias is {shown(value)}; {_BIAS_FORM}")
        for key in islice((each for each in value if each not in _BIAS_FIELDS), MOST_FLAWS):
            reader.flaw(("bias", str(key)), f"{shown(key)} is no field of bias; {_BIAS_FORM}")
        columns: list[list[Fraction | None]] = []
        for symbol in "abc":
            if value.get(symbol) is None:
                reader.flaw(("bias", symbol), f"bias lacks {symbol}; {_BIAS_FORM}")
                continue

            def one(path: Path, each: object, infinite: bool = symbol != "a") -> Fraction:
                return reader.exponent(("bias", *path), each, infinite)

            columns.append(self.spread(symbol, value[symbol], _BODY, one))
        reader.stop_if_flawed()
        if any(each is None for column in columns for each in column):
            reader.stop(("bias",), "bias needs exponents for every body layer: input and hidden")
        optimizers = self._bias_optimizers(value.get("optimizer"), given)
        layers = _exponents(given)[:-1]
        return tuple(
            Bias(
                shared(a or _ZERO, b or _ZERO, c or _ZERO, _epsilon_of(layer, optimizer)),
                optimizer,
            )
            for a, b, c, layer, optimizer in zip(*columns, layers, optimizers, strict=True)
        )

    def _bias_optimizers(self, value: object, given: _Given) -> list[Optimizer]:
        if value is not None:
            one = read_optimizer(("bias", "optimizer"), value, self._reader)
            optimizers = [one] * len(self.body)
        else:
            optimizers = list(given.optimizers[:-1])
        for optimizer in dict.fromkeys(optimizers):
            if optimizer in OPTIMIZERS[optimizer].matrices_only:
                self._reader.stop(("bias", "optimizer"), takes_matrices(optimizer))
        return optimizers


def takes_matrices(optimizer: Optimizer) -> str:
    """What to say of a vector under an optimizer of matrices."""
    return f'{optimizer} trains matrices, not vectors; give them another one, such as "adamw"'


_ZERO: Final = Fraction()
_BIAS_FIELDS: Final = ("a", "b", "c", "optimizer")
_BIAS_FORM: Final = 'write {"a": 0, "b": "inf", "c": 0}, with "optimizer" if it has its own'


def _own_biases(given: _Given) -> tuple[Bias, ...]:
    """The biases that a preset has."""
    return tuple(
        each._replace(exponents=each.exponents._replace(d=_epsilon_of(layer, each.optimizer)))
        for each, layer in zip(given.wiring.biases, _exponents(given), strict=False)
    )


def _epsilon_of(layer: Exponents, optimizer: Optimizer) -> Fraction | None:
    """A bias has the ε of its layer, where it is trained entrywise."""
    return layer.d if OPTIMIZERS[optimizer].scales_gradients else None


def _exponents(given: _Given) -> tuple[Exponents, ...]:
    return given.layers if isinstance(given, Parametrization) else given.roles


def _with_exponents(
    given: _Given, places: _Places, written: WiringDescription, reader: EntryReader
) -> _Given:
    """With the exponents of weight decay and of ε."""
    count = len(places.roles)
    decay: list[Fraction | None] = [None] * count
    epsilon = [each.d for each in _exponents(given)]
    if written.weight_decay is not None:
        decay = places.spread("weight_decay", written.weight_decay, MATRICES, reader.exponent)
    if written.epsilon is not None:
        if any(each is not None for each in epsilon):
            reader.stop(("epsilon",), "epsilon and d say the same; give one of them")
        epsilon = _entrywise_only(given, places, written.epsilon, reader)
    reader.stop_if_flawed()
    layers = tuple(
        each if d == each.d and w is None else shared(each.a, each.b, each.c, d, w)
        for each, d, w in zip(_exponents(given), epsilon, decay, strict=True)
    )
    if isinstance(given, Parametrization):
        return replace(given, layers=layers)
    first, *hidden, last = layers
    return replace(given, input=first, hidden=hidden[0] if hidden else None, readout=last)


def _entrywise_only(
    given: _Given,
    places: _Places,
    value: object,
    reader: EntryReader,
) -> list[Fraction | None]:
    """ε's exponent, of the matrices whose optimizer has one; no other may be given one."""
    found = places.spread("epsilon", value, MATRICES, reader.exponent)
    has = [law.scales_gradients for law in given.laws]
    one_for_all = not (isinstance(value, Mapping) or is_list(value))
    if not any(has):
        reader.stop(("epsilon",), f"{given.optimizers[0]} has no epsilon; leave it out")
    for each, there, optimizer in zip(found, has, given.optimizers, strict=True):
        if each is not None and not there and not one_for_all:
            reader.stop(("epsilon",), f"{optimizer} has no epsilon; write null in its place")
    return [each if there else None for each, there in zip(found, has, strict=True)]


def _switches(
    value: object,
    name: str,
    places: _Places,
    roles: tuple[Role, ...],
    otherwise: str,
    reader: EntryReader,
) -> tuple[bool, ...]:
    """Whether each body layer has some property; only layers of these roles may have it."""
    if value is None:
        return ()

    def one(path: Path, each: object) -> bool:
        return read_switch(path, each, reader)

    if isinstance(value, Mapping) or is_list(value):
        found = [bool(each) for each in places.spread(name, value, _asked(value), one)]
        found = found[: len(places.body)]
        for place, (role, each) in enumerate(zip(places.body, found, strict=True)):
            if each and role not in roles:
                reader.flaw((name, str(role) if isinstance(value, Mapping) else place), otherwise)
        if isinstance(value, Mapping) and value.get(Role.READOUT):
            reader.flaw((name, str(Role.READOUT)), otherwise)
    else:
        whole = one((name,), value)
        found = [whole and role in roles for role in places.body]
    return tuple(found) if any(found) else ()


def _asked(value: object) -> tuple[Role, ...]:
    """By role, the readout may be named too (as what has it not); in a list it is no body layer."""
    return MATRICES if isinstance(value, Mapping) else _BODY


def read_switch(path: Path, value: object, reader: EntryReader) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        reader.flaw(path, f"{'.'.join(map(str, path))} is {shown(value)}; write true or false")
        return False
    return value


def alignment_of(value: object, limits: Limits) -> Alignment:
    """An alignment that is given alone.  Raises ``ParametrizationError`` where it is none."""
    reader = EntryReader(limits)
    found = read_alignment(value, reader)
    reader.stop_if_flawed()
    return found


def read_alignment(value: object, reader: EntryReader) -> Alignment:
    """By name, or by its two exponents."""
    if value is None:
        return THEOREM
    if isinstance(value, str) and value in ALIGNMENTS:
        return ALIGNMENTS[value]
    if not isinstance(value, Mapping) or set(value) != {"updates", "readout"}:
        reader.flaw(("alignment",), f"alignment is {shown(value)}; {_ALIGNMENT_FORM}")
        return THEOREM
    updates, readout = (
        reader.exponent(("alignment", name), value[name]) for name in ("updates", "readout")
    )
    for name, exponent in (("updates", updates), ("readout", readout)):
        if not Fraction(1, 2) <= exponent <= 1:
            reader.flaw(
                ("alignment", name),
                f"alignment.{name} is {exponent}; it lies between 1/2 (random sums) and 1 (sums in "
                "phase)",
            )
    return Alignment(updates, readout)


_ALIGNMENT_FORM: Final = (
    f'write one of {", ".join(ALIGNMENTS)}, or {{"updates": "1", "readout": "1/2"}}'
)
