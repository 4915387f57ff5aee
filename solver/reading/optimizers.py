"""Reading which optimizer trains which weight matrix.

One name for all of them, names by role ``{"input", "hidden", "readout"}``, or a list with one name
per weight matrix.  In names, case and the characters ``-``, ``_`` and space do not matter.
"""

from collections.abc import Mapping
from typing import Final

from solver.exact.exponents import DEFAULT_LIMITS, shown
from solver.reading.symbols import EntryReader, Path, is_list
from solver.theory.laws import DEFAULT_OPTIMIZER, OPTIMIZERS, Optimizer
from solver.theory.parametrization import Optimizers
from solver.theory.roles import MATRICES, Role

_PATH: Final = ("optimizer",)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_PLAIN_NAME: Final = {_plain(name): name for name in OPTIMIZERS}
_LONGEST: Final = 64


def read_optimizers(
    value: object, reader: EntryReader, depth: int | None, has_hidden: bool = True
) -> Optimizers:
    """The optimizers of the L+1 weight matrices; of the roles, where depth is None.

    ``has_hidden`` says whether there are hidden layers where depth is None.  Notes every flaw.
    """
    hidden = has_hidden if depth is None else depth > 1
    if value is None:
        return DEFAULT_OPTIMIZER
    if isinstance(value, Mapping):
        return _by_role(value, reader, depth, hidden)
    if not is_list(value):
        return read_optimizer(_PATH, value, reader)
    if depth is None:
        reader.flaw(
            _PATH,
            "optimizer is a list and depth is missing; give depth, or name optimizers by role",
        )
    elif len(value) != depth + 1:
        reader.flaw(
            _PATH,
            f"optimizer has {len(value)} names; depth {depth} has {depth + 1} weight matrices",
        )
    else:
        return tuple(
            [read_optimizer((*_PATH, place), each, reader) for place, each in enumerate(value)]
        )
    return DEFAULT_OPTIMIZER


def read_role_optimizers(value: object, depth: int) -> Optimizers:
    """One optimizer, or those of the roles that there are at this depth.

    A list has one for each weight matrix, and the same one for all hidden layers.  Raises
    ``ParametrizationError`` with everything that is wrong.
    """
    reader = EntryReader(DEFAULT_LIMITS)
    if not is_list(value):
        optimizers = read_optimizers(value, reader, None, depth > 1)
        reader.stop_if_flawed()
        return optimizers
    found = read_optimizers(value, reader, depth)
    reader.stop_if_flawed()
    assert isinstance(found, tuple), "a list was given"
    first, *hidden, last = found
    different = list(dict.fromkeys(hidden))
    if len(different) > 1:
        reader.stop(
            _PATH,
            f"optimizer has {' and '.join(different[:2])} for hidden layers; name one for all of "
            "them here, and ask about such networks one by one",
        )
    return (first, *different, last)


def _by_role(
    value: Mapping[object, object], reader: EntryReader, depth: int | None, hidden: bool
) -> Optimizers:
    known = {str(role) for role in MATRICES}
    for key in list(value)[: len(known) + 1]:
        if key not in known:
            reader.flaw(
                _PATH,
                f'optimizer has {shown(key)}, which is no role; roles are "input", "hidden" and '
                '"readout"',
            )
    asked = [Role.INPUT, *([Role.HIDDEN] if hidden else []), Role.READOUT]
    names: dict[Role, Optimizer] = {}
    for role in MATRICES:
        if value.get(role) is None and role not in asked:
            continue
        if value.get(role) is None:
            reader.flaw(_PATH, f'optimizer lacks "{role}"; name one for each role')
            names[role] = DEFAULT_OPTIMIZER
        else:
            names[role] = read_optimizer((*_PATH, str(role)), value[role], reader)
    if depth is None:
        return tuple(names[role] for role in asked)
    of_hidden = (names[Role.HIDDEN],) * (depth - 1) if hidden else ()
    return (names[Role.INPUT], *of_hidden, names[Role.READOUT])


def read_optimizer(path: Path, value: object, reader: EntryReader) -> Optimizer:
    """The optimizer of this name; the default one in place of what is none, after noting why."""
    if isinstance(value, str) and len(value) <= _LONGEST:
        known = _BY_PLAIN_NAME.get(_plain(value))
        if known is not None:
            return known
    reader.flaw(
        path,
        f"{'.'.join(map(str, path))} is {shown(value)}; optimizers are {', '.join(OPTIMIZERS)}; "
        "one of the same law of updates stands for another",
    )
    return DEFAULT_OPTIMIZER
