"""When two parametrizations are two ways to write the same network.

Training is unchanged by a gauge transformation of each layer (TP4 Eq. 5), so two
parametrizations of equal depth and optimizer are equivalent iff their canonical forms are
equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any, Final

from solver.exact.exponents import format_exponent
from solver.theory.exponents import SYMBOLS, Exponents
from solver.theory.gallery import GALLERY, GalleryEntry, distinct_entries
from solver.theory.law import Law
from solver.theory.laws import OPTIMIZERS
from solver.theory.network import Block, Network
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.roles import Role
from solver.theory.tensors import Described, TensorParametrization
from solver.theory.wiring import PLAIN
from solver.verdicts.comparison import differences_in_words
from solver.verdicts.evaluation import unfaithful
from solver.verdicts.plain import plain_equivalence


@dataclass(frozen=True, slots=True, repr=False)
class Equivalence:
    """Whether two parametrizations are equivalent, and how one becomes the other.

    ``theta`` (one per layer, first to second) is None where they are not;
    ``differences`` then says where the canonical forms part, and ``summary`` what that means.
    ``depth`` is None where the depths differ.
    """

    equivalent: bool
    theta: tuple[Fraction, ...] | None
    differences: tuple[str, ...]
    summary: str
    depth: int | None

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<Equivalence: {self.summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.summary)}</p>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_equivalence(self)


_Comparable = Parametrization | TensorParametrization


def compare(first: _Comparable, second: _Comparable) -> Equivalence:
    """Decide whether a gauge transformation takes ``first`` to ``second``.

    Networks by tensors are compared tensor by tensor, by name.
    """
    if isinstance(first, Parametrization) and isinstance(second, Parametrization):
        wired = first.wiring != PLAIN or second.wiring != PLAIN
        return (_compare_tensors if wired else _compare_perceptrons)(first, second)
    return _compare_tensors(first, second)


def _compare_tensors(first: Described, second: Described) -> Equivalence:
    """Tensor by tensor: what they are, and then their canonical exponents."""
    mine, theirs = _tensors(first), _tensors(second)
    depth = first.depth if isinstance(first, Parametrization) else None
    differences: list[str] = []
    if [name for name, _ in mine] != [name for name, _ in theirs]:
        differences.append("they have different tensors, or in another order")
    else:
        for (name, one), (_, other) in zip(mine, theirs, strict=True):
            if one._replace(exponents=other.exponents) != other:
                differences.append(f"{name} is of another kind, wiring or optimizer")
    if not differences:
        canonical, other_canonical = (
            [each.exponents.canonical(each.law) for _, each in side] for side in (mine, theirs)
        )
        names = [name for name, _ in mine]
        differences = _differing_layers(canonical, other_canonical, names)
    if differences:
        shown = "; ".join(differences[:_MOST_SHOWN])
        return Equivalence(False, None, tuple(differences), _sentence(shown), depth)
    theta = tuple(
        one.exponents.canonical_theta(one.law) - other.exponents.canonical_theta(other.law)
        for (_, one), (_, other) in zip(mine, theirs, strict=True)
    )
    return Equivalence(True, theta, (), _the_same(theta), depth)


def _tensors(given: Described) -> list[tuple[str, Block]]:
    """Every tensor with its name, the readout last."""
    assert not isinstance(given, RoleParametrization), "it has a depth"
    network = given.spelled_out()
    body = [(str(block.spans[0]), block._replace(spans=())) for block in network.body]
    end = Block(Role.READOUT, (), network.readout, network.readout_optimizer)
    return [*body, (network.readout_index, end._replace(residual=network.tied))]


_MOST_SHOWN: Final = 4


def _compare_perceptrons(first: Parametrization, second: Parametrization) -> Equivalence:
    differences: list[str] = []
    depth = first.depth if first.depth == second.depth else None
    if first.depth != second.depth:
        differences.append(f"the depths differ: {first.depth} and {second.depth} hidden layers")
    elif first.laws != second.laws:
        differences.append(_differing_laws(first, second))
    if differences:
        return Equivalence(
            False, None, tuple(differences), _sentence("; ".join(differences)), depth
        )
    numbers = [str(layer) for layer in range(1, first.depth + 2)]
    differences = _differing_layers(_normal_form(first), _normal_form(second), numbers)
    if differences:
        words = differences_in_words(first, second)
        return Equivalence(False, None, tuple(differences), words, depth)
    theta = tuple(
        mine.canonical_theta(law) - theirs.canonical_theta(law)
        for mine, theirs, law in zip(first.layers, second.layers, first.laws, strict=True)
    )
    return Equivalence(True, theta, (), _the_same(theta), depth)


def _the_same(theta: Sequence[Fraction]) -> str:
    if not any(theta):
        return "They are the same parametrization."
    return (
        "They are two ways to write the same network: in every layer, the differences in "
        "multipliers, initialization and learning rates cancel."
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def equivalent_entries(network: Network) -> tuple[str, ...]:
    """Labels of the gallery entries that a network is equivalent to, in gallery order.

    A family is named (``"uniform(1/4)"``) only where no entry without a parameter fits, and an
    entry that is another in another gauge not at all.
    """
    if network.readout_name or network.wired:  # an entry is a plain perceptron
        return ()
    start, *inner = [(block.law, block.exponents.canonical(block.law)) for block in network.body]
    if len(set(inner)) > 1:  # with one law and one place for all hidden layers
        return ()
    end = (network.readout_law, network.readout.canonical(network.readout_law))
    laws, layers = zip(start, *inner[:1], end, strict=True)
    first, *rest, last = _drop_redundant_d(layers, network)
    return _known_entries(laws, first, rest[0] if rest else None, last)


@lru_cache(maxsize=1 << 12)
def _known_entries(
    laws: tuple[Law, ...], first: Exponents, middle: Exponents | None, last: Exponents
) -> tuple[str, ...]:
    fixed = _FIXED.get((laws, first, middle, last), [])
    return tuple(fixed) or tuple(
        entry.label(parameter)
        for entry in _FAMILIES
        if set(laws) == set(entry.laws)
        and (parameter := _solve(entry, first, middle, last)) is not None
    )


_Roles = tuple[tuple[Law, ...], Exponents, Exponents | None, Exponents]


def _fixed_entries() -> dict[_Roles, list[str]]:
    """Names of the entries without a parameter by canonical form, at L = 1 and at L >= 2."""
    names: dict[_Roles, list[str]] = {}
    for depth_one in (True, False):
        for entry in distinct_entries(depth_one):
            if entry.parameter is None:
                roles, laws = entry.roles().canonical(), entry.laws
                hidden = None if depth_one else roles.hidden
                laws = (laws[0], laws[-1]) if depth_one else laws
                names.setdefault((laws, roles.input, hidden, roles.readout), []).append(entry.name)
    return names


_FIXED = _fixed_entries()
_FAMILIES = [entry for entry in GALLERY.values() if entry.parameter is not None]


def _solve(
    entry: GalleryEntry, first: Exponents, middle: Exponents | None, last: Exponents
) -> Fraction | None:
    """The parameter at which a family (written in canonical form) passes through the point."""
    if last.d is not None:  # one that is not faithful, or it would have been dropped
        return None
    if any(each is not None and (each.zero or each.frozen) for each in (first, middle, last)):
        return None
    parameter: Fraction | None = None
    for role, exponents in (("input", first), ("hidden", middle), ("readout", last)):
        if exponents is None:
            continue
        for forms, value in zip((entry.a, entry.b, entry.c), exponents[:3], strict=True):
            form = getattr(forms, role)
            if not form.terms:
                if form.constant != value:
                    return None
                continue
            solution = (value - form.constant) / form.terms[0][1]
            if parameter not in (None, solution):
                return None
            parameter = solution
    assert parameter is not None, "a family has a parameter"
    return parameter if entry.admits(parameter) else None


def _normal_form(parametrization: Parametrization) -> list[Exponents]:
    return _drop_redundant_d(parametrization.canonical().layers, parametrization.network())


def _drop_redundant_d(layers: Sequence[Exponents], network: Network) -> list[Exponents]:
    """A faithful d is what omitting d means (a scale-invariant update), so it is left out."""
    violated = unfaithful(network)
    if violated is None or any(each.condition.relation == "=" for each, _ in violated):
        return list(layers)
    return [each._replace(d=None) for each in layers]


def _differing_laws(first: Parametrization, second: Parametrization) -> str:
    layer, one, other = next(
        (layer, one, other)
        for layer, (one, other) in enumerate(
            zip(first.optimizers, second.optimizers, strict=True), start=1
        )
        if OPTIMIZERS[one] is not OPTIMIZERS[other]
    )
    mixed = isinstance(first.optimizer, tuple) or isinstance(second.optimizer, tuple)
    where = f" of layer {layer}" if mixed else ""
    return f"the optimizers{where} differ: {one} and {other} have different laws of updates"


def _differing_layers(
    mine: Sequence[Exponents], theirs: Sequence[Exponents], names: Sequence[str]
) -> list[str]:
    differences: list[str] = []
    for layer, one, other in zip(names, mine, theirs, strict=True):
        for symbol, left, right in zip(SYMBOLS, one, other, strict=True):
            if left != right:
                differences.append(
                    f"in canonical form {symbol}_{layer} is {_shown(left)} in the first and "
                    f"{_shown(right)} in the second"
                )
    hidden_from = 8  # a reader sees the pattern by then; deep networks differ in thousands
    if len(differences) > hidden_from:
        rest = len(differences) - hidden_from
        differences[hidden_from:] = [f"and {rest} more exponents differ"]
    return differences


def _shown(exponent: Fraction | None) -> str:
    return "not given" if exponent is None else format_exponent(exponent)
