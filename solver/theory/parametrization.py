"""abc-parametrizations: how width enters initialization, multipliers and learning rates.

    W^l = n^{-a_l} w^l,   w^l ~ N(0, n^{-2 b_l}) entrywise,   learning rate of w^l ∝ n^{-c_l}

for the L+1 weight matrices l = 1..L+1 of a perceptron with L hidden layers (TP4,
arXiv 2011.14522, Section 3).  Adaptive optimizers may also scale the gradient by n^{d_l}
before the update function (TP4b, arXiv 2308.01814).  What else the perceptron has is its wiring.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from solver.theory.alignment import THEOREM
from solver.theory.dichotomy import Kind
from solver.theory.exponents import Exponents
from solver.theory.law import Law
from solver.theory.laws import DEFAULT_OPTIMIZER, OPTIMIZERS, Optimizer
from solver.theory.layers import BIAS, LayerSpan, grouped
from solver.theory.network import Block, Network
from solver.theory.roles import Role
from solver.theory.wiring import PLAIN, Bias, Wiring

#: The optimizer of all layers, or of each of them.
Optimizers = Optimizer | tuple[Optimizer, ...]


@dataclass(frozen=True, slots=True)
class Parametrization:
    """Exponents for every layer of a network with ``depth`` hidden layers.

    ``layers`` holds L+1 entries: input, hidden 2..L, readout.  ``optimizer`` is one for all of
    them, or a tuple of L+1; where all are the same it is that one.
    """

    depth: int
    layers: tuple[Exponents, ...]
    optimizer: Optimizers = DEFAULT_OPTIMIZER
    wiring: Wiring = PLAIN

    def __post_init__(self) -> None:
        if isinstance(self.optimizer, tuple):
            object.__setattr__(self, "optimizer", _common(self.optimizer, len(self.layers)))
        if self.depth < 1 or len(self.layers) != self.depth + 1:
            raise ValueError(
                f"{len(self.layers)} layers of exponents for depth {self.depth}; "
                "depth L >= 1 has L+1 weight matrices"
            )

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizer of each layer."""
        return _each(self.optimizer, len(self.layers))

    @property
    def laws(self) -> tuple[Law, ...]:
        """The law under which each layer is trained."""
        return _laws(self.optimizer, len(self.layers))

    @property
    def regime(self) -> Kind:
        """The regime in which it trains if it does not learn features."""
        return self.network().regime

    def shifted(self, theta: Fraction | Sequence[Fraction]) -> "Parametrization":
        """The gauge transformation by one common θ, or by one θ per layer (L+1 of them)."""
        thetas = [theta] * len(self.layers) if isinstance(theta, Fraction) else theta
        return Parametrization(
            self.depth,
            tuple(
                layer.shifted(each, law)
                for layer, each, law in zip(self.layers, thetas, self.laws, strict=True)
            ),
            self.optimizer,
            self.wiring,
        )

    def canonical(self) -> "Parametrization":
        """The equivalent parametrization with c = 0 (SGD) or a = 0 (others) in every layer."""
        pairs = zip(self.layers, self.laws, strict=True)
        layers = tuple([layer.canonical(law) for layer, law in pairs])
        return Parametrization(self.depth, layers, self.optimizer, self.wiring.canonical())

    def network(self) -> Network:
        """Group equal layers."""
        optimizer, layers = self.optimizer, self.layers
        if self.wiring != PLAIN:
            return self.spelled_out().grouped()
        if isinstance(optimizer, tuple):
            first, *_, last = optimizer
            distinct = grouped(list(zip(layers, optimizer, strict=True))[1:-1], first=2)
            hidden = [Block(Role.HIDDEN, spans, *each) for each, spans in distinct.items()]
        else:
            first = last = optimizer
            hidden = [
                Block(Role.HIDDEN, spans, each, optimizer)
                for each, spans in grouped(layers[1:-1], first=2).items()
            ]
        entry = Block(Role.INPUT, (LayerSpan(1, 1),), layers[0], first)
        return Network(self.depth, (entry, *hidden), layers[-1], last)

    def spelled_out(self) -> Network:
        """The same with a block for each tensor."""
        wiring, optimizers = self.wiring, self.optimizers
        matrices = [
            Block(
                Role.HIDDEN if place else Role.INPUT,
                (LayerSpan(place + 1, place + 1),),
                exponents,
                optimizer,
                wiring.residual_at(place),
                wiring.normalized_at(place),
            )
            for place, (exponents, optimizer) in enumerate(
                zip(self.layers[:-1], optimizers[:-1], strict=True)
            )
        ]
        vectors = [
            Block(Role.VECTOR, (LayerSpan(number, number, BIAS),), *bias)
            for number, bias in enumerate(wiring.biases, start=1)
        ]
        return Network(
            self.depth,
            (*matrices, *vectors),
            self.layers[-1],
            optimizers[-1],
            alignment=wiring.alignment,
        )


@dataclass(frozen=True, slots=True)
class RoleParametrization:
    """Exponents by role, for networks of any depth.

    ``hidden`` is None for a parametrization defined for one hidden layer only.  ``optimizer`` is
    one for all roles, or a tuple of that of input, hidden and readout (without hidden, of two).
    """

    input: Exponents
    hidden: Exponents | None
    readout: Exponents
    optimizer: Optimizers = DEFAULT_OPTIMIZER
    wiring: Wiring = PLAIN

    def __post_init__(self) -> None:
        if isinstance(self.optimizer, tuple):
            object.__setattr__(self, "optimizer", _common(self.optimizer, len(self.roles)))

    @property
    def roles(self) -> tuple[Exponents, ...]:
        """The exponents of each role, input first; those of hidden layers where there are some."""
        if self.hidden is None:
            return self.input, self.readout
        return self.input, self.hidden, self.readout

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizer of each role."""
        return _each(self.optimizer, len(self.roles))

    @property
    def laws(self) -> tuple[Law, ...]:
        """The law under which each role is trained."""
        return _laws(self.optimizer, len(self.roles))

    @property
    def regime(self) -> Kind:
        """The regime in which it trains if it does not learn features."""
        return (self.every_deeper_network() or self.at_depth(1).network()).regime

    def at_depth(self, depth: int) -> Parametrization:
        """The parametrization of a network with ``depth`` hidden layers.

        Raises ``ValueError`` for depth >= 2 where there are no hidden exponents.
        """
        hidden: tuple[Exponents, ...] = ()
        if depth > 1:
            if self.hidden is None:
                raise ValueError("defined for one hidden layer only (depth 1)")
            hidden = (self.hidden,) * (depth - 1)
        optimizer = self.optimizer
        if isinstance(optimizer, tuple):
            first, *of_hidden, last = optimizer
            optimizer = (first, *chain.from_iterable([of_hidden] * (depth - 1)), last)
        layers = (self.input, *hidden, self.readout)
        return Parametrization(depth, layers, optimizer, self.wiring.at_depth(depth))

    def canonical(self) -> "RoleParametrization":
        """The equivalent parametrization with c = 0 (SGD) or a = 0 (others) in every layer."""
        pairs = zip(self.roles, self.laws, strict=True)
        first, *hidden, last = [exponents.canonical(law) for exponents, law in pairs]
        return RoleParametrization(
            first, hidden[0] if hidden else None, last, self.optimizer, self.wiring.canonical()
        )

    def every_deeper_network(self) -> Network | None:
        """The networks with L >= 2, all at once; None where there are no hidden exponents."""
        if self.hidden is None:
            return None
        first, hidden, last = _each(self.optimizer, 3)
        wiring, start, inner = self.wiring, LayerSpan(1, 1), LayerSpan(2, None)
        traits = [(wiring.residual_at(place), wiring.normalized_at(place)) for place in (0, 1)]
        biases = [
            Block(Role.VECTOR, (span._replace(tensor=BIAS),), *each)
            for span, each in zip((start, inner), wiring.biases, strict=False)
        ]
        return Network(
            None,
            (
                Block(Role.INPUT, (start,), self.input, first, *traits[0]),
                Block(Role.HIDDEN, (inner,), self.hidden, hidden, *traits[1]),
                *biases,
            ),
            self.readout,
            last,
            alignment=wiring.alignment,
        )


def _common(optimizers: tuple[Optimizer, ...], count: int) -> Optimizers:
    if len(optimizers) != count:
        raise ValueError(f"{len(optimizers)} optimizers for {count} weight matrices")
    return optimizers[0] if len(set(optimizers)) == 1 else optimizers


def _each(optimizers: Optimizers, count: int) -> tuple[Optimizer, ...]:
    return optimizers if isinstance(optimizers, tuple) else (optimizers,) * count


def _laws(optimizers: Optimizers, count: int) -> tuple[Law, ...]:
    if isinstance(optimizers, tuple):
        return tuple([OPTIMIZERS[each] for each in optimizers])
    return (OPTIMIZERS[optimizers],) * count


def by_layers(network: Network) -> Parametrization | RoleParametrization:
    """The parametrization of a perceptron: by role where it stands for every L >= 2."""
    matrices = [block for block in network.body if block.role is not Role.VECTOR]
    vectors = [block for block in network.body if block.role is Role.VECTOR]
    if network.depth is None:
        first, hidden = matrices
        by_role = (first.optimizer, hidden.optimizer, network.readout_optimizer)
        wiring = _wiring(network, [first, hidden], vectors)
        return RoleParametrization(
            first.exponents, hidden.exponents, network.readout, by_role, wiring
        )
    of_layer = _by_layer(matrices, network.depth)
    layers = (*(block.exponents for block in of_layer), network.readout)
    optimizers = (*(block.optimizer for block in of_layer), network.readout_optimizer)
    wiring = _wiring(network, of_layer, _by_layer(vectors, network.depth) if vectors else [])
    return Parametrization(network.depth, layers, optimizers, wiring)


def _by_layer(blocks: Sequence[Block], depth: int) -> list[Block]:
    """The block of each body layer."""
    found = [blocks[0]] * depth
    for block in blocks:
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            found[span.first - 1 : span.last] = [block] * (span.last - span.first + 1)
    return found


def _wiring(network: Network, body: Sequence[Block], vectors: Sequence[Block]) -> Wiring:
    if not network.wired and network.alignment == THEOREM:
        return PLAIN
    wired = any(block.residual for block in body), any(block.normalized for block in body)
    return Wiring(
        tuple(Bias(block.exponents, block.optimizer) for block in vectors),
        tuple(block.residual for block in body) if wired[0] else (),
        tuple(block.normalized for block in body) if wired[1] else (),
        network.alignment,
    )
