"""Reading a network that is given by its tensors, and the attention among them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any, Final, Literal, TypeGuard, cast

from solver.exact.exponents import Written, shown
from solver.exact.infinite import INFINITE
from solver.reading.optimizers import read_optimizer
from solver.reading.symbols import MOST_FLAWS, EntryReader, Path, is_list
from solver.reading.wiring import CANNOT_NORMALIZE, read_alignment, read_switch, takes_matrices
from solver.theory.exponents import shared
from solver.theory.laws import DEFAULT_OPTIMIZER, OPTIMIZERS, Optimizer
from solver.theory.layers import BIAS
from solver.theory.roles import Role
from solver.theory.tensors import Attending, NamedTensor, TensorParametrization

#: More tensors than this would make answers that nobody reads.
MOST_TENSORS: Final = 1000
_LONGEST_NAME: Final = 64
_FIELDS: Final = (
    *("name", "kind", "a", "b", "c", "optimizer", "weight_decay", "epsilon"),
    *("residual", "normalized", "tied_to"),
)
_KNOWN: Final = frozenset(_FIELDS)
_FORM: Final = (
    'such as {"name": "q", "kind": "hidden", "optimizer": "adam", "a": 0, "b": "1/2", "c": 1}'
)
_ATTENTION_FIELDS: Final = ("name", "query", "key", "scale", "grows")
_ATTENTION_FORM: Final = (
    'such as {"name": "attn", "query": "q", "key": "k", "scale": 1, "grows": "head_size"}'
)


def read_tensors(
    tensors: object, attention: object, alignment: object, reader: EntryReader
) -> TensorParametrization:
    """The network described.  Raises ``ParametrizationError`` with everything that is wrong."""
    if not is_list(tensors) or not tensors:
        reader.stop(
            ("tensors",), f"tensors is {shown(tensors)}; give a list, in network order, {_FORM}"
        )
    if len(tensors) > MOST_TENSORS:
        reader.stop(("tensors",), f"there are {len(tensors)} tensors; {MOST_TENSORS} at most")
    written = [_object(("tensors", place), each, reader) for place, each in enumerate(tensors)]
    reader.stop_if_flawed()
    names = _names(written, reader)
    found: list[NamedTensor] = []
    for place, each in enumerate(written):
        found.append(_tensor(("tensors", place), each, names[place], found, reader))
    readouts = [each.name for each in found if each.role is Role.READOUT]
    if len(readouts) != 1:
        reader.stop(
            ("tensors",),
            f"there are {len(readouts)} readouts; a network has exactly one, of kind "
            '"readout" (add the outputs of several into one question each)',
        )
    if len(found) == 1:
        reader.stop(("tensors",), "there is a readout alone; add the tensors before it")
    places = _attention(attention, found, reader)
    aligned = read_alignment(alignment, reader)
    reader.stop_if_flawed()
    epsilon = any(each.exponents.d is not None for each in found)
    return TensorParametrization(tuple(found), tuple(places), aligned, epsilon)


def _object(path: Path, value: object, reader: EntryReader) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        reader.flaw(path, f"this tensor is {shown(value)}; each is an object {_FORM}")
        return {}
    if not value.keys() <= _KNOWN:
        for key in islice((each for each in value if each not in _KNOWN), MOST_FLAWS):
            reader.flaw(
                (*path, str(key)),
                f"{shown(key)} is no field of a tensor; those are {', '.join(_FIELDS)}",
            )
    return value


def _names(written: Sequence[Mapping[str, Any]], reader: EntryReader) -> list[str]:
    names: list[str] = []
    taken: set[str] = set()
    for place, each in enumerate(written):
        name, path = each.get("name"), ("tensors", place, "name")
        if not _is_name(name):
            reader.flaw(
                path, f"name is {shown(name)}; give a text of 1 to {_LONGEST_NAME} characters"
            )
        elif not name.isprintable() or name == BIAS:
            reader.flaw(path, f"name is {shown(name)}; choose another one, such as fc1_bias")
        elif name in taken:
            reader.flaw(path, f"{shown(name)} names two tensors; names are given once")
        names.append(name if isinstance(name, str) else "")
        taken.add(names[-1])
    reader.stop_if_flawed()
    return names


def _is_name(value: object) -> TypeGuard[str]:
    """Whether it is text, and not a number as somebody wrote it, of a length that can be shown."""
    if not isinstance(value, str) or isinstance(value, Written):
        return False
    return bool(value.strip()) and len(value) <= _LONGEST_NAME


_KINDS: Final = {str(role): role for role in Role}


def _tensor(
    path: Path,
    written: Mapping[str, Any],
    name: str,
    before: Sequence[NamedTensor],
    reader: EntryReader,
) -> NamedTensor:
    role = _KINDS.get(written["kind"]) if isinstance(written.get("kind"), str) else None
    if role is None:
        reader.flaw(
            (*path, "kind"), f"kind is {shown(written.get('kind'))}; kinds are {', '.join(_KINDS)}"
        )
        role = Role.HIDDEN
    leader = _leader(path, written, role, before, reader)
    b, c = _own_or_tied(path, written, leader, reader)
    a = _needed(path, "a", written, reader)
    optimizer = _optimizer(path, written, leader, reader)
    if role is Role.VECTOR and optimizer in OPTIMIZERS[optimizer].matrices_only:
        reader.flaw((*path, "optimizer"), takes_matrices(optimizer))
    d = w = None
    if written.get("epsilon") is not None:
        d = reader.exponent((*path, "epsilon"), written["epsilon"])
        if not OPTIMIZERS[optimizer].scales_gradients:
            reader.flaw((*path, "epsilon"), f"{optimizer} has no epsilon; leave it out")
    elif leader is not None:
        d = leader.exponents.d
    if written.get("weight_decay") is not None:
        w = reader.exponent((*path, "weight_decay"), written["weight_decay"])
    residual = _switch(path, "residual", written, reader)
    normalized = _switch(path, "normalized", written, reader)
    if role is Role.READOUT and (residual or normalized):
        which = "residual" if residual else "normalized"
        reader.flaw((*path, which), f"a readout cannot be {which}: its output has no n coordinates")
    if role is Role.VECTOR and normalized:
        reader.flaw((*path, "normalized"), "normalized is for matrices; leave it out of a vector")
    if normalized and b is INFINITE:
        reader.flaw((*path, "normalized"), CANNOT_NORMALIZE)
    tied_to = leader.name if leader else None
    return NamedTensor(name, role, shared(a, b, c, d, w), optimizer, residual, normalized, tied_to)


def _leader(
    path: Path,
    written: Mapping[str, Any],
    role: Role,
    before: Sequence[NamedTensor],
    reader: EntryReader,
) -> NamedTensor | None:
    """The embedding that a readout is tied to."""
    tied_to = written.get("tied_to")
    if tied_to is None:
        return None
    leader = next((each for each in before if each.name == tied_to), None)
    if role is not Role.READOUT:
        reader.flaw((*path, "tied_to"), "only a readout can be tied, to an embedding")
    elif leader is None or leader.role is not Role.INPUT:
        inputs = ", ".join(each.name for each in before if each.role is Role.INPUT) or "none"
        reader.flaw(
            (*path, "tied_to"),
            f"tied_to is {shown(tied_to)}; it names a tensor of kind input before it, which are: "
            f"{inputs[:200]}",
        )
    else:
        return leader
    return None


def _own_or_tied(
    path: Path, written: Mapping[str, Any], leader: NamedTensor | None, reader: EntryReader
) -> tuple[Fraction, Fraction]:
    """b and c, which a tied readout shares with its embedding."""
    if leader is None:
        return _needed(path, "b", written, reader, True), _needed(path, "c", written, reader, True)
    for symbol, shared_value in (("b", leader.exponents.b), ("c", leader.exponents.c)):
        if written.get(symbol) is None:
            continue
        if reader.exponent((*path, symbol), written[symbol], infinite=True) != shared_value:
            reader.flaw(
                (*path, symbol),
                f"{symbol} is that of {leader.name}, {shared_value}, to which it is tied; leave it "
                "out",
            )
    return leader.exponents.b, leader.exponents.c


def _needed(
    path: Path, symbol: str, written: Mapping[str, Any], reader: EntryReader, infinite: bool = False
) -> Fraction:
    if written.get(symbol) is None:
        reader.flaw((*path, symbol), f"{symbol} is missing; a tensor is written {_FORM}")
        return Fraction()
    return reader.exponent((*path, symbol), written[symbol], infinite)


def _switch(path: Path, name: str, written: Mapping[str, Any], reader: EntryReader) -> bool:
    value = written.get(name)
    return value is not None and read_switch((*path, name), value, reader)


def _optimizer(
    path: Path, written: Mapping[str, Any], leader: NamedTensor | None, reader: EntryReader
) -> Optimizer:
    value = written.get("optimizer")
    if value is None:
        return leader.optimizer if leader else DEFAULT_OPTIMIZER
    optimizer = read_optimizer((*path, "optimizer"), value, reader)
    if leader and OPTIMIZERS[optimizer] is not OPTIMIZERS[leader.optimizer]:
        reader.flaw(
            (*path, "optimizer"),
            f"{leader.name}, to which it is tied, is trained by {leader.optimizer}; leave it out",
        )
    return optimizer


def _attention(
    value: object, tensors: Sequence[NamedTensor], reader: EntryReader
) -> list[Attending]:
    if value is None:
        return []
    if not is_list(value) or len(value) > MOST_TENSORS:
        reader.stop(("attention",), f"attention is {shown(value)}; give a list {_ATTENTION_FORM}")
    matrices = {each.name for each in tensors if each.role is Role.HIDDEN}
    found: list[Attending] = []
    for place, each in enumerate(value):
        path: Path = ("attention", place)
        if not isinstance(each, Mapping) or any(key not in _ATTENTION_FIELDS for key in each):
            reader.flaw(
                path,
                f"this is not attention; give {', '.join(_ATTENTION_FIELDS)}, {_ATTENTION_FORM}",
            )
            continue
        for end in ("query", "key"):
            if not isinstance(each.get(end), str) or each[end] not in matrices:
                reader.flaw(
                    (*path, end),
                    f"{end} is {shown(each.get(end))}; it names a tensor of kind hidden",
                )
        name, grows = each.get("name", f"attention{place + 1}"), each.get("grows", "head_size")
        if not _is_name(name):
            reader.flaw((*path, "name"), f"name is {shown(name)}; give a text")
        if grows not in ("head_size", "heads"):
            reader.flaw(
                (*path, "grows"),
                f'grows is {shown(grows)}; write "head_size" where heads grow with width, or '
                '"heads" where their number does',
            )
        if each.get("scale") is None:
            reader.flaw(
                (*path, "scale"), 'scale is missing: logits are n^(-scale) q·k; give 1 or "1/2"'
            )
            continue
        scale = reader.exponent((*path, "scale"), each["scale"])
        if not reader.flaws:
            sized = cast(Literal["head_size", "heads"], grows)
            found.append(Attending(name, each["query"], each["key"], scale, sized))
    return found
