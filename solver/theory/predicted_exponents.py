"""Predicted exponents of everything a coordinate check measures.

"A quantity has exponent e" means that its typical coordinate is of size Θ(n^{-e}): its
log-log slope in the width n is -e.  The exponents are the slacks of the conditions (TP4,
arXiv 2011.14522: Proposition 5.3 and Appendix H; TP4b, arXiv 2308.01814: Definition 2.8.5),
read here in the order in which a network meets them: by step, and by layer within a step.
Where something blows up, what comes after it follows no simple law and has no prediction.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple, get_args

from solver.theory.activations import BOUNDED, Activation
from solver.theory.conditions import READOUT_UPDATE, stability
from solver.theory.network import Network
from solver.theory.parametrization import Parametrization
from solver.theory.roles import Role
from solver.theory.slacks import Evaluated, evaluated

Quantity = Literal[
    "h", "x", "f", "delta_h", "delta_x", "delta_f", "update", "readout_update", "readout_init"
]

#: Every quantity of a check, in the order in which predictions come.
QUANTITIES: Final[tuple[Quantity, ...]] = get_args(Quantity)

_Terms = list[Fraction]  # the exponents of the terms of a sum

_HALF: Final = Fraction(1, 2)
_LINGERING: Final = Fraction(1, 2)


class Place(NamedTuple):
    """A quantity at a layer and a step."""

    quantity: Quantity
    layer: int
    step: int


def places(depth: int, steps: int) -> Iterator[Place]:
    """Everything a check of a network with ``depth`` hidden layers records, in order."""
    body, output = range(1, depth + 1), range(depth + 1, depth + 2)
    for quantity in QUANTITIES:
        layers = body if quantity in ("h", "x", "delta_h", "delta_x", "update") else output
        for layer in layers:
            for step in range(0 if quantity in ("h", "x", "f") else 1, steps + 1):
                yield Place(quantity, layer, step)


class Prediction(NamedTuple):
    """The exponent of one quantity at one layer and step; None where theory gives none.

    ``h``, ``x``: preactivations and activations of layer l <= L; ``f``: the output;
    ``delta_*``: their change since step 0; ``update``: ΔW^l x^{l-1}; ``readout_update``:
    ΔW^{L+1} x^L; ``readout_init``: W_0^{L+1} Δx^L.  What belongs to the output has layer L+1.

    Most quantities are sums of terms with exponents of their own, of which ``exponent`` is the
    least.  ``lingering`` is the largest of those up to 1/2 above it: such terms fade so slowly
    that they may still show at any width that can be simulated.
    """

    quantity: Quantity
    layer: int
    step: int
    exponent: Fraction | None
    lingering: Fraction | None


def predictions(
    given: Parametrization | Network, steps: int, activation: Activation = "tanh"
) -> tuple[Prediction, ...]:
    """The exponent of each quantity at steps 0..``steps``, by quantity, layer and step.

    Changes and updates begin at step 1.  ``activation`` matters only where something
    explodes or vanishes: a bounded one saturates.
    """
    network = given if isinstance(given, Network) else given.network()
    depth = network.depth
    if depth is None:
        raise ValueError("predictions are about one depth; the network stands for every L >= 2")
    layers, readout = _body(network, depth), _Readout.of(network)
    terms = dict(_initial(layers, readout, activation))
    sound = all(layer.initial == 0 for layer in layers) and readout.initial >= 0
    if sound:
        terms.update(_training(layers, readout, steps, activation))
    return tuple(_prediction(place, terms.get(place)) for place in places(depth, steps))


def _prediction(place: Place, terms: _Terms | None) -> Prediction:
    if terms is None:
        return Prediction(*place, None, None)
    least = min(terms)
    return Prediction(*place, least, max(each for each in terms if each - least <= _LINGERING))


class _Branch(NamedTuple):
    """An exponent, and the step from which on the path that leads to it is open."""

    from_step: int
    exponent: Fraction


class _Layer(NamedTuple):
    """What the slacks of a body layer's conditions say.

    ``initial``: its size at initialization relative to the layer below; ``update``: the branches of
    r_l; ``logits``: those of what it moves through the initial readout.
    """

    initial: Fraction
    update: tuple[_Branch, ...]
    logits: tuple[_Branch, ...]


class _Readout(NamedTuple):
    """The same for the readout: f_0 relative to x^L, and its update term, u - 1."""

    initial: Fraction
    update: Fraction

    @classmethod
    def of(cls, network: Network) -> "_Readout":
        law = network.readout_law
        conditions = stability(Role.READOUT, law, law)
        found = evaluated(conditions, network.readout.integers, network.readout.integers)
        (update,) = (each for each in found if each.condition.name == READOUT_UPDATE)
        return cls(_initial_slack(found), update.slack)


def _body(network: Network, depth: int) -> list[_Layer]:
    """The body layers, in order."""
    layers: dict[int, _Layer] = {}
    for block in network.body:
        conditions = stability(block.role, block.law, network.readout_law)
        found = evaluated(conditions, block.exponents.integers, network.readout.integers)
        layer = _Layer(
            _initial_slack(found),
            tuple(_branches(found, "features")),
            tuple(_branches(found, "logits")),
        )
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            layers |= dict.fromkeys(range(span.first, span.last + 1), layer)
    return [layers[number] for number in range(1, depth + 1)]


def _initial_slack(found: tuple[Evaluated, ...]) -> Fraction:
    return next(each.slack for each in found if each.condition.family == "init")


def _branches(found: tuple[Evaluated, ...], family: str) -> Iterator[_Branch]:
    for each in found:
        if each.condition.family == family and each.condition.path is not None:
            yield _Branch(each.condition.path.from_step, each.slack)


def _initial(
    layers: list[_Layer], readout: _Readout, activation: Activation
) -> Iterator[tuple[Place, _Terms]]:
    """Sizes at step 0: each layer hands on the size of the layer below, times its own."""
    size = Fraction()
    for layer, (initial, _, _) in enumerate(layers, start=1):
        size += initial
        yield Place("h", layer, 0), [size]
        if activation in BOUNDED:  # linear near zero, bounded far out
            size = max(size, Fraction())
        yield Place("x", layer, 0), [size]
    yield Place("f", len(layers) + 1, 0), [size + readout.initial]


def _training(
    layers: list[_Layer], readout: _Readout, steps: int, activation: Activation
) -> Iterator[tuple[Place, _Terms]]:
    """Sizes at steps 1..``steps`` from a sound initialization, up to the first blow-up."""
    output = len(layers) + 1
    for step in range(1, steps + 1):
        moved: _Terms = []
        for layer, slacks in enumerate(layers, start=1):
            own = _open(slacks.update, step)
            moved = moved + own
            explodes = min(moved) < 0
            yield Place("update", layer, step), own
            yield Place("delta_h", layer, step), moved
            yield Place("h", layer, step), moved if explodes else [Fraction()]
            if not explodes or activation not in BOUNDED:  # saturation sets in only slowly
                yield Place("delta_x", layer, step), moved
                yield Place("x", layer, step), moved if explodes else [Fraction()]
            if explodes:
                return
        update = [readout.update]
        initial = [each for slacks in layers for each in _through_initial(slacks, step)]
        yield Place("readout_update", output, step), update
        yield Place("readout_init", output, step), initial
        yield Place("delta_f", output, step), update + initial
        yield Place("f", output, step), [readout.initial, *update, *initial]
        if min(update + initial) < 0:
            return


def _open(branches: tuple[_Branch, ...], step: int) -> _Terms:
    """Those whose path is open: the gradient comes through the updated readout from step 2 on."""
    return [exponent for from_step, exponent in branches if from_step <= step]


def _through_initial(layer: _Layer, step: int) -> _Terms:
    """W_0^{L+1} Δx^L, as far as the layer moves x^L.

    What moves from the first step on is aligned with the initial readout, so that n terms add up
    in phase.  What came through the updated readout is not, which is worth a factor n^{-1/2}.
    """
    return [
        exponent if from_step == 1 else exponent + _HALF
        for from_step, exponent in layer.logits
        if from_step <= step
    ]
