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

from solver.theory.conditions import READOUT_UPDATE
from solver.theory.parametrization import Parametrization
from solver.verdicts.consequences import Activation
from solver.verdicts.evaluation import LayerEvaluation, evaluate

Quantity = Literal[
    "h", "x", "f", "delta_h", "delta_x", "delta_f", "update", "readout_update", "readout_init"
]

#: Every quantity of a check, in the order in which predictions come.
QUANTITIES: Final[tuple[Quantity, ...]] = get_args(Quantity)

_Slacks = dict[str, Fraction]
_Terms = list[Fraction]  # the exponents of the terms of a sum

_INIT: Final = "init"
_READOUT_UPDATE: Final = f"logits.{READOUT_UPDATE}"
_BOUNDED: Final = ("tanh", "erf")
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
    parametrization: Parametrization, steps: int, activation: Activation = "tanh"
) -> tuple[Prediction, ...]:
    """The exponent of each quantity at steps 0..``steps``, by quantity, layer and step.

    Changes and updates begin at step 1.  ``activation`` matters only where something
    explodes or vanishes: a bounded one saturates.
    """
    layers, readout = _slacks(parametrization)
    terms = dict(_initial(layers, readout, activation))
    sound = all(layer[_INIT] == 0 for layer in layers) and readout[_INIT] >= 0
    if sound:
        terms.update(_training(layers, readout, steps, activation))
    return tuple(
        _prediction(place, terms.get(place)) for place in places(parametrization.depth, steps)
    )


def _prediction(place: Place, terms: _Terms | None) -> Prediction:
    if terms is None:
        return Prediction(*place, None, None)
    least = min(terms)
    return Prediction(*place, least, max(each for each in terms if each - least <= _LINGERING))


def _slacks(parametrization: Parametrization) -> tuple[list[_Slacks], _Slacks]:
    """The slack of each condition by family and name: for each body layer, and the readout."""
    evaluation = evaluate(parametrization.network())
    body: dict[int, _Slacks] = {}
    for block, layer, _ in evaluation.blocks:
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            body |= dict.fromkeys(range(span.first, span.last + 1), _named(layer))
    return [body[layer] for layer in sorted(body)], _named(evaluation.readout)


def _named(evaluation: LayerEvaluation) -> _Slacks:
    return {
        f"{each.condition.family}.{each.condition.name}".rstrip("."): each.slack
        for each in evaluation.conditions
    }


def _initial(
    layers: list[_Slacks], readout: _Slacks, activation: Activation
) -> Iterator[tuple[Place, _Terms]]:
    """Sizes at step 0: each layer hands on the size of the layer below, times its own."""
    size = Fraction()
    for layer, slacks in enumerate(layers, start=1):
        size += slacks[_INIT]
        yield Place("h", layer, 0), [size]
        if activation in _BOUNDED:  # linear near zero, bounded far out
            size = max(size, Fraction())
        yield Place("x", layer, 0), [size]
    yield Place("f", len(layers) + 1, 0), [size + readout[_INIT]]


def _training(
    layers: list[_Slacks], readout: _Slacks, steps: int, activation: Activation
) -> Iterator[tuple[Place, _Terms]]:
    """Sizes at steps 1..``steps`` from a sound initialization, up to the first blow-up."""
    output = len(layers) + 1
    for step in range(1, steps + 1):
        moved: _Terms = []
        for layer, slacks in enumerate(layers, start=1):
            own = _update(slacks, step)
            moved = moved + own
            explodes = min(moved) < 0
            yield Place("update", layer, step), own
            yield Place("delta_h", layer, step), moved
            yield Place("h", layer, step), moved if explodes else [Fraction()]
            if not explodes or activation not in _BOUNDED:  # saturation sets in only slowly
                yield Place("delta_x", layer, step), moved
                yield Place("x", layer, step), moved if explodes else [Fraction()]
            if explodes:
                return
        update = [readout[_READOUT_UPDATE]]
        initial = [each for slacks in layers for each in _through_initial(slacks, step)]
        yield Place("readout_update", output, step), update
        yield Place("readout_init", output, step), initial
        yield Place("delta_f", output, step), update + initial
        yield Place("f", output, step), [readout[_INIT], *update, *initial]
        if min(update + initial) < 0:
            return


def _update(slacks: _Slacks, step: int) -> _Terms:
    """The branches of r_l: SGD moves a layer through the updated readout from step 2 on."""
    first = slacks.get("features.initial_readout")
    if step == 1 and first is not None:
        return [first]
    return [slack for name, slack in slacks.items() if name.startswith("features.")]


def _through_initial(slacks: _Slacks, step: int) -> _Terms:
    """W_0^{L+1} Δx^L, as far as layer l moves x^L.

    What the initial readout itself sent down is aligned with it, so that n terms add up in
    phase.  What came through the updated readout is not, which is worth a factor n^{-1/2}.
    """
    aligned = slacks["logits.initial_readout"]
    if step == 1 or "logits.updated_readout" not in slacks:
        return [aligned]
    return [aligned, slacks["logits.updated_readout"] + _HALF]
