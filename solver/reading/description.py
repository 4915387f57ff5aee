"""From a description, as somebody wrote it down, to a parametrization.

A description has exactly one of these forms:

* flat vector: ``depth`` and ``abc`` = a_1..a_{L+1}, b_1..b_{L+1} and one c or c_1..c_{L+1};
* lists: ``depth``, ``a``, ``b`` and ``c``;
* roles: the same with objects ``{input, hidden, readout}``; depth may be left out;
* either, with one number in place of a list or an object: it stands for all layers.  With depth,
  lists and objects may stand side by side;
* ``preset``: the name of a gallery entry, with ``s`` or ``c`` for a family; depth may be left out.
  The name of a network by tensors stands alone, or with an alignment;
* ``tensors``: a list of named tensors (see ``tensors``), with ``attention``.

``d``, for adaptive optimizers, goes with all but presets; what a perceptron has beside its weight
matrices (see ``wiring``) with all of them.  Everything wrong is reported at once, each flaw with
its path.
"""

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Final, cast

from solver.errors import ParametrizationError, UnknownParametrizationError
from solver.exact.exponents import DEFAULT_LIMITS, Limits, parse_exponent, shown
from solver.reading.optimizers import read_optimizers
from solver.reading.symbols import Entry, EntryReader, Parse, is_list, is_several
from solver.reading.tensors import read_tensors
from solver.reading.wiring import WiringDescription, read_alignment, wired
from solver.theory.exponents import Exponents, shared
from solver.theory.gallery import GALLERY, SPELLINGS, GalleryEntry, GalleryNetwork, named
from solver.theory.laws import DEFAULT_OPTIMIZER, OPTIMIZERS, Optimizer
from solver.theory.parametrization import Optimizers, Parametrization, RoleParametrization
from solver.theory.roles import Role
from solver.theory.tensors import Described

_FORMS: Final = (
    'give either "preset"; or "depth" and "abc"; or "a", "b" and "c" (lists with "depth", or '
    'objects {"input", "hidden", "readout"})'
)


@dataclass(frozen=True, slots=True)
class Description(WiringDescription):
    """The raw values, None where nothing was written.  See the module's docstring."""

    depth: object = None
    abc: object = None
    a: object = None
    b: object = None
    c: object = None
    d: object = None
    preset: object = None
    s: object = None
    optimizer: object = None
    tensors: object = None
    attention: object = None


_BESIDE: Final = tuple(each.name for each in fields(WiringDescription))
#: The names of its fields, what every description needs first.
FIELDS: Final = (
    *(each.name for each in fields(Description) if each.name not in _BESIDE),
    *_BESIDE,
)


def read(
    description: Description, limits: Limits = DEFAULT_LIMITS, parse: Parse = parse_exponent
) -> Described:
    """The parametrization described; by role where no depth is given, or by tensors.

    ``parse`` reads one exponent.  Raises ``ParametrizationError`` with everything that is wrong.
    """
    reader = EntryReader(limits, parse)
    if description.tensors is not None:
        _check_tensors_alone(description, reader)
        return read_tensors(
            description.tensors, description.attention, description.alignment, reader
        )
    if description.attention is not None:
        reader.stop(("attention",), "attention goes with tensors, which make its queries and keys")
    network = _named_network(description.preset)
    if network is not None:
        return _network(network, description, reader)
    return wired(_perceptron(description, limits, reader), description, reader)


def _check_tensors_alone(given: Description, reader: EntryReader) -> None:
    """Everything about a network by tensors is said tensor by tensor."""
    for name in FIELDS:
        if name not in _WITH_TENSORS and getattr(given, name) is not None:
            reader.flaw((name,), f"{name} does not go with tensors, which say it one by one")
    reader.stop_if_flawed()


_WITH_TENSORS: Final = ("tensors", "attention", "alignment")


def _named_network(preset: object) -> GalleryNetwork | None:
    """The network by tensors that a preset names, if it names one."""
    if preset is None:
        return None
    try:
        found = named_entry(preset)
    except ParametrizationError:  # said after what is wrong with the form
        return None
    return found if isinstance(found, GalleryNetwork) else None


def _network(entry: GalleryNetwork, given: Description, reader: EntryReader) -> Described:
    """A named network: everything about it is said, but for what is assumed of alignment."""
    for name in FIELDS:
        if name not in ("preset", "alignment") and getattr(given, name) is not None:
            reader.flaw(
                (name,),
                f"{entry.name} is given by tensors and takes no {name}; leave it out, or change "
                f"the tensors that GET /v1/parametrizations/{entry.name} lists and give those",
            )
    alignment = read_alignment(given.alignment, reader)
    reader.stop_if_flawed()
    return replace(entry.network, alignment=alignment)


def _perceptron(
    description: Description, limits: Limits, reader: EntryReader
) -> Parametrization | RoleParametrization:
    _check_form(description, reader)
    depth = None if description.depth is None else read_depth(description.depth, limits)
    if description.preset is not None:
        return _preset(description, depth, reader)
    if description.abc is not None:
        return _vector(description, depth, reader)
    return _entries(description, depth, reader)


def read_depth(depth: object, limits: Limits = DEFAULT_LIMITS) -> int:
    """The number of hidden layers L.  Raises ``ParametrizationError`` unless it is one."""
    if isinstance(depth, bool) or not isinstance(depth, int):
        raise ParametrizationError.at(
            ("depth",),
            f"depth is {shown(depth)}; it must be a whole number, that of hidden layers",
        )
    if not 1 <= depth <= limits.max_depth:
        raise ParametrizationError.at(
            ("depth",),
            f"depth is {shown(depth)}; it counts hidden layers and must lie between 1 and "
            f"{limits.max_depth}",
        )
    return depth


def vector_lengths(depth: int) -> tuple[int, int]:
    """How many entries a flat vector has: with one c for all layers, and with c per layer."""
    return 2 * depth + 3, 3 * depth + 3


def wrong_length(name: str, count: int, depth: int) -> str:
    """What to say of a flat vector whose length does not fit the depth."""
    one_c, c_per_layer = vector_lengths(depth)
    n = depth + 1
    return (
        f"{name} has {count} {'entry' if count == 1 else 'entries'}; depth {depth} needs {one_c} "
        f"({n} a's, {n} b's, c) or {c_per_layer} ({n} a's, {n} b's, {n} c's)"
    )


def _check_form(given: Description, reader: EntryReader) -> None:
    """Exactly one form, and nothing that belongs to another."""
    spelled = [name for name in ("a", "b") if getattr(given, name) is not None]
    if given.preset is None and given.abc is None:
        absent = [name for name in ("a", "b", "c") if getattr(given, name) is None]
        if len(absent) == 3:
            reader.stop((), f"no parametrization is given; {_FORMS}")
        for name in absent:
            reader.flaw((name,), f"{name} is missing; a, b and c belong together")
    elif given.preset is not None:
        clash = [*(["abc"] if given.abc is not None else []), *spelled]
        if clash:
            reader.stop((clash[0],), f'"preset" and "{clash[0]}" describe it twice; {_FORMS}')
        if given.d is not None:
            reader.flaw(("d",), "a preset fixes d; leave d out, or give a, b and c instead")
    else:
        clash = [*spelled, *(["c"] if given.c is not None else [])]
        if clash:
            reader.stop((clash[0],), f'"abc" and "{clash[0]}" describe it twice; {_FORMS}')
    if given.preset is None and given.s is not None:
        reader.flaw(("s",), 's is the parameter of the preset "uniform"; leave it out here')
    reader.stop_if_flawed()


def _optimizers(
    given: Description, depth: int | None, reader: EntryReader, has_hidden: bool = True
) -> Optimizers:
    optimizers = read_optimizers(given.optimizer, reader, depth, has_hidden)
    every = optimizers if isinstance(optimizers, tuple) else (optimizers,)
    if given.d is not None and not all(OPTIMIZERS[each].scales_gradients for each in every):
        reader.flaw(
            ("d",),
            'd scales the gradients of an adaptive optimizer; leave it out, or set "optimizer" '
            f"to {_SCALING}",
        )
    reader.stop_if_flawed()
    return optimizers


_SCALING: Final = " or ".join(
    f'"{optimizer}"' for optimizer, law in OPTIMIZERS.items() if law.scales_gradients
)


def named_entry(preset: object) -> GalleryEntry | GalleryNetwork:
    """The entry, or the network, that a preset names.

    Raises ``ParametrizationError`` where it names none.
    """
    if not isinstance(preset, str):
        raise ParametrizationError.at(
            ("preset",), f'preset is {shown(preset)}; it must be a name, such as "mup"'
        )
    try:
        return named(preset)
    except UnknownParametrizationError as error:
        raise ParametrizationError.at(("preset",), str(error)) from None


def _preset(
    given: Description, depth: int | None, reader: EntryReader
) -> Parametrization | RoleParametrization:
    entry = named_entry(given.preset)
    assert isinstance(entry, GalleryEntry), "networks were read before"
    roles = entry.roles(_parameter(given, entry, reader))
    if given.optimizer is not None:
        optimizer = _of_entry(given.optimizer, entry, reader)
        biases = tuple(each._replace(optimizer=optimizer) for each in roles.wiring.biases)
        roles = replace(roles, optimizer=optimizer, wiring=roles.wiring._replace(biases=biases))
    if depth is None:
        return roles
    if depth > 1 and entry.depth_one_only:
        reader.stop(
            ("depth",),
            f"depth is {depth} and {entry.name} is defined for one hidden layer only; set depth to "
            "1 or leave it out",
        )
    return roles.at_depth(depth)


def _of_entry(value: object, entry: GalleryEntry, reader: EntryReader) -> Optimizer:
    """The optimizer named beside a preset: another name for the one that the entry is for."""
    optimizer = DEFAULT_OPTIMIZER
    if isinstance(value, str):
        optimizer = cast(Optimizer, read_optimizers(value, reader, None))
        reader.stop_if_flawed()
    law = OPTIMIZERS[optimizer]
    if not isinstance(value, str) or set(entry.laws) != {law}:
        given = shown(value) if not isinstance(value, str) else optimizer
        others = [
            each.name
            for each in GALLERY.values()
            if set(each.laws) == {law} and each.name not in SPELLINGS
        ]
        remedy = (
            f"take one of {', '.join(others)}"
            if isinstance(value, str) and others
            else "give a, b and c instead of the preset"
        )
        reader.stop(
            ("optimizer",),
            f"{entry.name} is a parametrization for {_joined(entry)}, not for {given}; leave "
            f"optimizer out, or {remedy}",
        )
    return optimizer


def _joined(entry: GalleryEntry) -> str:
    return " and ".join(dict.fromkeys(entry.optimizers))


def _parameter(given: Description, entry: GalleryEntry, reader: EntryReader) -> Fraction | None:
    takes = entry.parameter.name if entry.parameter else None
    remedies = {"s": "leave it out", "c": "leave it out, or give a, b and c instead of the preset"}
    for name, remedy in remedies.items():
        if name != takes and getattr(given, name) is not None:
            reader.flaw((name,), f"{entry.name} takes no {name}; {remedy}")
    written = getattr(given, takes) if takes else None
    if is_several(written):
        reader.stop(
            (str(takes),),
            f"{entry.name} takes one {takes}, not {shown(written)}; write one exponent, or give a, "
            "b and c instead of the preset",
        )
    parameter = reader.exponent((takes,), written) if takes and written is not None else None
    reader.stop_if_flawed()
    return parameter


def _vector(given: Description, depth: int | None, reader: EntryReader) -> Parametrization:
    if not is_list(given.abc):
        reader.stop(("abc",), f"abc is {shown(given.abc)}; it must be a list of exponents")
    count = len(given.abc)
    if depth is None:
        reader.stop(("depth",), "depth is missing; a flat vector does not tell it")
    if count not in vector_lengths(depth):
        reader.stop(("abc",), wrong_length("abc", count, depth))
    n = depth + 1
    exponents = reader.exponents(("abc",), given.abc, infinite_from=n)
    reader.stop_if_flawed()
    a, b, c = exponents[:n], exponents[n : 2 * n], exponents[2 * n :]
    symbols: dict[str, Entry] = {"a": a, "b": b, "c": c if len(c) == n else c[0]}
    if given.d is not None:
        symbols["d"] = reader.entry("d", given.d, depth)
    return _per_layer(symbols, depth, _optimizers(given, depth, reader), reader)


def _entries(
    given: Description, depth: int | None, reader: EntryReader
) -> Parametrization | RoleParametrization:
    symbols = {
        name: reader.entry(name, value, depth)
        for name in "abcd"
        if (value := getattr(given, name)) is not None
    }
    reader.stop_if_flawed()
    if not any(isinstance(entry, list) for entry in symbols.values()):
        return _roles(symbols, depth, given, reader)
    if depth is None:
        reader.stop(("depth",), "depth is missing; lists of exponents need it, roles do not")
    return _per_layer(symbols, depth, _optimizers(given, depth, reader), reader)


def _per_layer(
    symbols: dict[str, Entry], depth: int, optimizers: Optimizers, reader: EntryReader
) -> Parametrization:
    reader.stop_if_flawed()
    columns = [_column(name, entry, depth, reader) for name, entry in symbols.items()]
    reader.stop_if_flawed()
    layers = tuple(shared(*each) for each in zip(*columns, strict=True))
    return Parametrization(depth, layers, optimizers)


def _column(name: str, entry: Entry, depth: int, reader: EntryReader) -> list[Fraction]:
    """One exponent for each of the L+1 layers."""
    if isinstance(entry, list):
        return entry
    if isinstance(entry, Fraction):
        return [entry] * (depth + 1)
    hidden = entry.get(Role.HIDDEN)
    if hidden is None and depth > 1:
        reader.flaw((name, "hidden"), f'{name} lacks "hidden"; depth {depth} has hidden layers')
        hidden = Fraction()
    inner = [] if hidden is None else [hidden] * (depth - 1)
    return [entry[Role.INPUT], *inner, entry[Role.READOUT]]


def _roles(
    symbols: dict[str, Entry], depth: int | None, given: Description, reader: EntryReader
) -> Parametrization | RoleParametrization:
    spelled = {name: entry for name, entry in symbols.items() if isinstance(entry, dict)}
    missing = [name for name, entry in spelled.items() if Role.HIDDEN not in entry]
    deep = depth is not None and depth > 1
    if missing and (deep or (depth is None and len(missing) < len(spelled))):
        why = (
            f"depth {depth} has hidden layers"
            if deep
            else "give it for every symbol, or for none (one hidden layer only)"
        )
        for name in missing:
            reader.flaw((name, "hidden"), f'{name} lacks "hidden"; {why}')
    reader.stop_if_flawed()

    def at(entry: Entry, role: Role) -> Fraction:
        if isinstance(entry, dict):
            return entry[role]
        assert isinstance(entry, Fraction), "lists were refused beside roles"
        return entry

    def exponents(role: Role) -> Exponents:
        return shared(*(at(entry, role) for entry in symbols.values()))

    parametrization = RoleParametrization(
        exponents(Role.INPUT),
        None if missing else exponents(Role.HIDDEN),
        exponents(Role.READOUT),
        _optimizers(given, None, reader, not missing) if depth is None else DEFAULT_OPTIMIZER,
    )
    if depth is None:
        return parametrization
    layers = parametrization.at_depth(depth).layers
    return Parametrization(depth, layers, _optimizers(given, depth, reader))
