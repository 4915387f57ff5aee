"""Predicted exponents of everything a coordinate check measures.

"A quantity has exponent e" means that its typical coordinate is of size Θ(n^{-e}): its
log-log slope in the width n is -e.  The exponents are the slacks of the conditions (TP4,
arXiv 2011.14522: Proposition 5.3 and Appendix H; TP4b, arXiv 2308.01814: Definition 2.8.5),
read here in the order in which a network meets them: by step, and by layer within a step.
Where something blows up, what comes after it follows no simple law and has no prediction.  What
stays exactly zero has the exponent inf: behind a zero readout the body first moves at step 2, or
never if the readout does not train.

In a layer that is a residual branch, x^l = x^{l-1} + φ(h^l), h is the branch's own.  Weight decay
leaves the share s_t = (1 - ηλ n^{-(c+w)})^t of W_0; ΔW = W_t - s_t W_0 is what training adds, and
what decay takes shows in the changes of h, x and f.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple, get_args

from solver.exact.infinite import INFINITE
from solver.theory.activations import BOUNDED, Activation
from solver.theory.conditions import READOUT_UPDATE, stability
from solver.theory.law import Law
from solver.theory.layers import BIAS
from solver.theory.network import Block, Network
from solver.theory.parametrization import Parametrization
from solver.theory.roles import Role
from solver.theory.slacks import Evaluated, evaluated
from solver.theory.tensors import TensorParametrization

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
    ΔW^{L+1} x^L; ``readout_init``: W_0^{L+1} Δx^L.  What belongs to the output has layer L+1.  In a
    network by tensors, layers are the tensors in order.

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
    given: Parametrization | TensorParametrization | Network,
    steps: int,
    activation: Activation = "tanh",
    *,
    bounded_slope: bool = False,
) -> tuple[Prediction, ...]:
    """The exponent of each quantity at steps 0..``steps``, by quantity, layer and step.

    Changes and updates begin at step 1.  ``activation`` matters only where something
    explodes or vanishes: a bounded one saturates.  With a loss of ``bounded_slope``, such as
    cross-entropy, logits that blow up leave the error signal Θ(1), and features move as before
    (arXiv 2505.22491).  Raises ``ValueError`` for a network that stands
    for every L >= 2.
    """
    network = given if isinstance(given, Network) else given.network()
    depth = _layers_of(network)
    if depth is None:
        raise ValueError("predictions are about one depth; the network stands for every L >= 2")
    readout = _Readout.of(network)
    layers = [_Layer(each, bool(network.readout_name)) for each in _body(network, depth, readout)]
    terms = dict(_initial(layers, readout, activation))
    sound = all(layer.sound for layer in layers) and readout.initial >= 0
    if sound:
        terms.update(_training(layers, readout, steps, activation, bounded_slope))
    return tuple(_prediction(place, terms.get(place)) for place in places(depth, steps))


def _layers_of(network: Network) -> int | None:
    """How many layers the body has; of named tensors, how many come before the readout."""
    if not network.readout_name:
        return network.depth
    return max(span.first for block in network.body for span in block.spans)


def _prediction(place: Place, terms: _Terms | None) -> Prediction:
    if terms is None:
        return Prediction(*place, None, None)
    least = min(terms, default=INFINITE)
    if least == INFINITE:
        return Prediction(*place, INFINITE, INFINITE)
    return Prediction(*place, least, max(each for each in terms if each - least <= _LINGERING))


class _Branch(NamedTuple):
    """An exponent, and the step from which on the path that leads to it is open."""

    from_step: int
    exponent: Fraction


class _Tensor(NamedTuple):
    """What the slacks of a body tensor's conditions say.

    ``initial``: its size at initialization relative to what is below (None where it is normalized);
    ``update``: the branches of r_l, and of r_l where ε alone limits the update; ``attached`` says
    that it adds to what is there (a bias, a residual branch); ``decay``: the exponent c + w of what
    weight decay takes in a step, None where it takes nothing or what it takes makes no difference.
    """

    initial: Fraction | None
    sound: bool
    update: tuple[_Branch, ...]
    below_epsilon: tuple[_Branch, ...]
    attached: bool
    decay: Fraction | None

    def moves(self, step: int) -> _Terms:
        """The terms of its update at a step."""
        found = _open(self.update, step)
        if not self.below_epsilon:
            return found
        below = _open(self.below_epsilon, step)
        return [max(min(found, default=INFINITE), min(below, default=INFINITE))]

    def moves_logits(self, step: int, readout: Fraction) -> _Terms:
        """W_0^{L+1} Δx^L, as far as the tensor moves x^L; ``readout`` is the size of W_0^{L+1}.

        What moves from the first step on is aligned with the initial readout, so that n terms add
        up in phase.  What came through the updated readout is not, which is worth n^{-1/2}.
        """
        if not self.below_epsilon:
            return [
                readout + exponent - (1 if from_step == 1 else _HALF)
                for from_step, exponent in self.update
                if from_step <= step
            ]
        first, now = min(self.moves(1)), min(self.moves(step))
        later = [readout + now - _HALF] if now < first else []
        return [readout + first - 1, *later]


class _Readout(NamedTuple):
    """The same for the readout: its size, f_0 relative to x^L, its update term, u - 1."""

    size: Fraction
    initial: Fraction
    update: Fraction
    law: Law
    decay: Fraction | None

    @classmethod
    def of(cls, network: Network) -> "_Readout":
        end, law = network.readout, network.readout_law
        found = cls._under(law, network)
        if law.below_epsilon is not None and end.d is not None:
            below = cls._under(law.below_epsilon, network)
            found = below if below.update > found.update else found
        return found

    @classmethod
    def _under(cls, law: Law, network: Network) -> "_Readout":
        end = network.readout
        conditions = stability(network.readout_shape(law), law)
        found = evaluated(conditions, end.integers, end.integers)
        (update,) = (each for each in found if each.condition.name == READOUT_UPDATE)
        size = end.a + end.b
        return cls(size, size - _HALF, update.slack, law, None if end.w is None else end.c + end.w)


def _body(network: Network, depth: int, readout: _Readout) -> list[list[_Tensor]]:
    """The tensors of each body layer, weights before biases."""
    layers: list[list[_Tensor]] = [[] for _ in range(depth)]
    for block in sorted(network.body, key=lambda each: each.spans[0].tensor == BIAS):
        tensor = _tensor(block, network, readout)
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            for number in range(span.first, span.last + 1):
                layers[number - 1].append(tensor)
    return layers


def _tensor(block: Block, network: Network, readout: _Readout) -> _Tensor:
    end, own = network.readout, block.exponents
    first_step = 2 if end.zero else 1  # the gradient is zero before
    never = end.zero and readout.update == INFINITE

    def under(law: Law) -> tuple[Evaluated, ...]:
        return evaluated(stability(block.shape(law), readout.law), own.integers, end.integers)

    found, below = under(block.law), block.law.below_epsilon
    start = next((each for each in found if each.condition.family == "init"), None)
    return _Tensor(
        None if start is None else start.slack,
        start is None or start.holds,
        () if never else tuple(_branches(found, first_step)),
        ()
        if never or below is None or own.d is None
        else tuple(_branches(under(below), first_step)),
        block.residual or block.role is Role.VECTOR,
        None if own.w is None or block.normalized else own.c + own.w,
    )


def _branches(found: tuple[Evaluated, ...], first_step: int) -> Iterator[_Branch]:
    for each in found:
        if each.condition.family == "features" and each.condition.path is not None:
            yield _Branch(max(first_step, each.condition.path.from_step), each.slack)


class _Layer(NamedTuple):
    """The tensors of a body layer; ``named``: it is the one tensor of this place in a list."""

    tensors: list[_Tensor]
    named: bool

    @property
    def sound(self) -> bool:
        """Whether it meets the conditions at initialization."""
        return all(each.sound for each in self.tensors)

    @property
    def branch(self) -> bool:
        """Whether h^l is that of a branch, beside a stream of its own."""
        return self.tensors[0].attached and not self.named

    def start(self, below: Fraction) -> Fraction:
        """The exponent of h^l at step 0; that of x^{l-1} is ``below``."""
        weights, *biases = self.tensors
        if weights.initial is None:
            size = Fraction()
        else:
            size = below + weights.initial
            if weights.attached and self.named:
                size = min(below, size)
        return min([size, *[each.initial for each in biases if each.initial is not None]])

    def moves(self, step: int) -> _Terms:
        """What its own tensors add to Δh^l at a step."""
        return [term for each in self.tensors for term in each.moves(step)] + self.decays

    @property
    def decays(self) -> _Terms:
        """What weight decay takes of h^l, if any."""
        weights = self.tensors[0]
        if weights.decay is None or weights.initial is None:
            return []
        return [weights.decay + weights.initial]

    def passes(self, moved: _Terms) -> _Terms:
        """Δh^l as far as it comes from below, where it moved."""
        initial = self.tensors[0].initial
        return [each + initial for each in moved] if self.branch and initial is not None else moved

    def moves_logits(self, step: int, readout: Fraction) -> _Terms:
        """W_0^{L+1} Δx^L, as far as the layer moves x^L.

        What decay takes of random weights is not aligned with the initial readout.
        """
        trained = [term for each in self.tensors for term in each.moves_logits(step, readout)]
        return trained + [readout + each - _HALF for each in self.decays]


def _initial(
    layers: list[_Layer], readout: _Readout, activation: Activation
) -> Iterator[tuple[Place, _Terms]]:
    """Sizes at step 0: each layer hands on the size of the layer below, times its own."""
    below = Fraction()
    for number, layer in enumerate(layers, start=1):
        size = layer.start(below)
        yield Place("h", number, 0), [size]
        if activation in BOUNDED:  # linear near zero, bounded far out
            size = max(size, Fraction())
        below = min(below, size) if layer.branch else size
        yield Place("x", number, 0), [below]
    yield Place("f", len(layers) + 1, 0), [below + readout.initial]


def _training(
    layers: list[_Layer], readout: _Readout, steps: int, activation: Activation,
    bounded_slope: bool,
) -> Iterator[tuple[Place, _Terms]]:  # fmt: skip
    """Sizes at steps 1..``steps`` from a sound initialization, up to the first blow-up."""
    output = len(layers) + 1
    for step in range(1, steps + 1):
        moved: _Terms = []
        for number, layer in enumerate(layers, start=1):
            change = layer.passes(moved) + layer.moves(step)
            explodes = min(change, default=INFINITE) < 0
            own = layer.tensors[0].moves(step)
            yield Place("update", number, step), own
            if layer.tensors[0].initial is None and min(own, default=INFINITE) < 0:
                return  # the update swamps what was there, and what is normalized does not grow
            yield Place("delta_h", number, step), change
            start = layer.start(Fraction())
            size = [start, *change] if start else [start]
            yield Place("h", number, step), change if explodes else size
            moved = moved + change if layer.branch else change
            if not explodes or activation not in BOUNDED:  # saturation sets in only slowly
                yield Place("delta_x", number, step), moved
                yield Place("x", number, step), moved if explodes else [Fraction()]
            if explodes:
                return
        update, decay = [readout.update], _of_outputs(readout, step)
        initial = [term for layer in layers for term in layer.moves_logits(step, readout.size)]
        yield Place("readout_update", output, step), update
        yield Place("readout_init", output, step), initial
        yield Place("delta_f", output, step), update + initial + decay
        yield Place("f", output, step), [readout.initial, *update, *initial, *decay]
        if min(update + initial + decay) < 0 and not bounded_slope:
            return


def _of_outputs(readout: _Readout, step: int) -> _Terms:
    """What weight decay takes of f_0 through the readout; if it is unstable, more at each step."""
    if readout.decay is None:
        return []
    return [readout.initial + (step if readout.decay < 0 else 1) * readout.decay]


def _open(branches: tuple[_Branch, ...], step: int) -> _Terms:
    """Those whose path is open: the gradient comes through the updated readout from step 2 on."""
    return [exponent for from_step, exponent in branches if from_step <= step]
