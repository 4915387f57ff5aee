"""abc-parametrizations: how width enters initialization, multipliers and learning rates.

    W^l = n^{-a_l} w^l,   w^l ~ N(0, n^{-2 b_l}) entrywise,   learning rate of w^l ∝ n^{-c_l}

for the L+1 weight matrices l = 1..L+1 of a perceptron with L hidden layers (TP4,
arXiv 2011.14522, Section 3).  Adaptive optimizers may also scale the gradient by n^{d_l}
before the update function (TP4b, arXiv 2308.01814).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import NamedTuple

from solver.theory.conditions import Optimizer, Role
from solver.theory.layers import LayerSpan, grouped


class _Fields(NamedTuple):
    a: Fraction
    b: Fraction
    c: Fraction
    d: Fraction | None = None


class Exponents(_Fields):
    """The exponents of one weight matrix; ``d`` is None where it is not given."""

    def __hash__(self) -> int:
        """The hash, computed once: what is known of a layer is looked up by its exponents."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    @cached_property
    def integers(self) -> tuple[tuple[int, ...], int]:
        """(a, b, c, d) as numerators over their common denominator; a missing d as 0."""
        given = [each or Fraction() for each in self]
        denominator = lcm(*(each.denominator for each in given))
        return (
            tuple(each.numerator * (denominator // each.denominator) for each in given),
            denominator,
        )

    def shifted(self, theta: Fraction, optimizer: Optimizer) -> "Exponents":
        """The same training, otherwise written: the gauge transformation by θ.

        SGD (TP4 Eq. 5): ``(a + θ, b - θ, c - 2θ)``; adaptive: ``(a + θ, b - θ, c - θ, d + θ)``.
        """
        if not theta:
            return self
        return Exponents(
            self.a + theta,
            self.b - theta,
            self.c - (2 * theta if optimizer == "sgd" else theta),
            None if self.d is None else self.d + theta,
        )

    def canonical_theta(self, optimizer: Optimizer) -> Fraction:
        """The θ that leads to the canonical form: c = 0 for SGD, a = 0 for adaptive optimizers."""
        return self.c / 2 if optimizer == "sgd" else -self.a

    def canonical(self, optimizer: Optimizer) -> "Exponents":
        """The representative of the gauge orbit with c = 0 (SGD) or a = 0 (adaptive)."""
        fixed = self.c if optimizer == "sgd" else self.a
        return _canonical(self, optimizer) if fixed else self


# Few layers occur, and again and again; looking one up beats adding four fractions.
@lru_cache(maxsize=1 << 13)
def _canonical(exponents: Exponents, optimizer: Optimizer) -> Exponents:
    return shared(*exponents.shifted(exponents.canonical_theta(optimizer), optimizer))


def shared(a: Fraction, b: Fraction, c: Fraction, d: Fraction | None = None) -> Exponents:
    """The one object for these exponents, by which what is known of a layer is found."""
    return _shared(a, b, c, d)


_shared = lru_cache(maxsize=1 << 13)(Exponents)


class Block(NamedTuple):
    """All body layers of one role that share their exponents, as spans in order.

    Layers with equal exponents meet equal conditions, so a network of any depth is judged
    by its distinct layers.
    """

    role: Role
    spans: tuple[LayerSpan, ...]
    exponents: Exponents


class Network(NamedTuple):
    """What the theorems see of a parametrization: its distinct layers and its readout.

    ``body[0]`` is the input layer.  ``depth`` is None for "every L >= 2".
    """

    depth: int | None
    optimizer: Optimizer
    body: tuple[Block, ...]
    readout: Exponents

    def canonical(self) -> "Network":
        """The same layers, each in canonical form: what the theorems decide is the same."""
        optimizer = self.optimizer
        return Network(
            self.depth,
            optimizer,
            tuple(
                [Block(role, spans, each.canonical(optimizer)) for role, spans, each in self.body]
            ),
            self.readout.canonical(optimizer),
        )


@dataclass(frozen=True, slots=True)
class Parametrization:
    """Exponents for every layer of a network with ``depth`` hidden layers.

    ``layers`` holds L+1 entries: input, hidden 2..L, readout.
    """

    depth: int
    layers: tuple[Exponents, ...]
    optimizer: Optimizer = "sgd"

    def __post_init__(self) -> None:
        if self.depth < 1 or len(self.layers) != self.depth + 1:
            raise ValueError(
                f"{len(self.layers)} layers of exponents for depth {self.depth}; "
                "depth L >= 1 has L+1 weight matrices"
            )

    def shifted(self, theta: Fraction | Sequence[Fraction]) -> "Parametrization":
        """The gauge transformation by one common θ, or by one θ per layer (L+1 of them)."""
        thetas = [theta] * len(self.layers) if isinstance(theta, Fraction) else theta
        return Parametrization(
            self.depth,
            tuple(
                layer.shifted(each, self.optimizer)
                for layer, each in zip(self.layers, thetas, strict=True)
            ),
            self.optimizer,
        )

    def canonical(self) -> "Parametrization":
        """The equivalent parametrization with c = 0 (SGD) or a = 0 (adaptive) in every layer."""
        layers = tuple(layer.canonical(self.optimizer) for layer in self.layers)
        return Parametrization(self.depth, layers, self.optimizer)

    def network(self) -> Network:
        """Group equal hidden layers."""
        hidden = grouped(self.layers[1:-1], first=2)
        return Network(
            self.depth,
            self.optimizer,
            (
                Block(Role.INPUT, (LayerSpan(1, 1),), self.layers[0]),
                *(Block(Role.HIDDEN, spans, each) for each, spans in hidden.items()),
            ),
            self.layers[-1],
        )


@dataclass(frozen=True, slots=True)
class RoleParametrization:
    """Exponents by role, for networks of any depth.

    ``hidden`` is None for a parametrization defined for one hidden layer only.
    """

    input: Exponents
    hidden: Exponents | None
    readout: Exponents
    optimizer: Optimizer = "sgd"

    def at_depth(self, depth: int) -> Parametrization:
        """The parametrization of a network with ``depth`` hidden layers.

        Raises ``ValueError`` for depth >= 2 where there are no hidden exponents.
        """
        hidden: tuple[Exponents, ...] = ()
        if depth > 1:
            if self.hidden is None:
                raise ValueError("defined for one hidden layer only (depth 1)")
            hidden = (self.hidden,) * (depth - 1)
        return Parametrization(depth, (self.input, *hidden, self.readout), self.optimizer)

    def canonical(self) -> "RoleParametrization":
        """The equivalent parametrization with c = 0 (SGD) or a = 0 (adaptive) in every layer."""
        return RoleParametrization(
            self.input.canonical(self.optimizer),
            None if self.hidden is None else self.hidden.canonical(self.optimizer),
            self.readout.canonical(self.optimizer),
            self.optimizer,
        )

    def every_deeper_network(self) -> Network | None:
        """The networks with L >= 2, all at once; None where there are no hidden exponents."""
        if self.hidden is None:
            return None
        return Network(
            None,
            self.optimizer,
            (
                Block(Role.INPUT, (LayerSpan(1, 1),), self.input),
                Block(Role.HIDDEN, (LayerSpan(2, None),), self.hidden),
            ),
            self.readout,
        )


def described_by(network: Network) -> Parametrization | RoleParametrization:
    """The parametrization of a network: by role where it stands for every L >= 2."""
    if network.depth is None:
        first, hidden = (block.exponents for block in network.body)
        return RoleParametrization(first, hidden, network.readout, network.optimizer)
    layers = [network.readout] * (network.depth + 1)
    for block in network.body:
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            layers[span.first - 1 : span.last] = [block.exponents] * (span.last - span.first + 1)
    return Parametrization(network.depth, tuple(layers), network.optimizer)
