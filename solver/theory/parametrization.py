"""abc-parametrizations: how width enters initialization, multipliers and learning rates.

    W^l = n^{-a_l} w^l,   w^l ~ N(0, n^{-2 b_l}) entrywise,   learning rate of w^l ∝ n^{-c_l}

for the L+1 weight matrices l = 1..L+1 of a perceptron with L hidden layers (TP4,
arXiv 2011.14522, Section 3).  Adaptive optimizers may also scale the gradient by n^{d_l}
before the update function (TP4b, arXiv 2308.01814).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from solver.theory.exponents import Exponents
from solver.theory.law import Law
from solver.theory.laws import DEFAULT_OPTIMIZER, OPTIMIZERS, Optimizer
from solver.theory.layers import LayerSpan, grouped
from solver.theory.network import Block, Network
from solver.theory.roles import Role


@dataclass(frozen=True, slots=True)
class Parametrization:
    """Exponents for every layer of a network with ``depth`` hidden layers.

    ``layers`` holds L+1 entries: input, hidden 2..L, readout.
    """

    depth: int
    layers: tuple[Exponents, ...]
    optimizer: Optimizer = DEFAULT_OPTIMIZER

    def __post_init__(self) -> None:
        if self.depth < 1 or len(self.layers) != self.depth + 1:
            raise ValueError(
                f"{len(self.layers)} layers of exponents for depth {self.depth}; "
                "depth L >= 1 has L+1 weight matrices"
            )

    @property
    def law(self) -> Law:
        """The law under which every layer is trained."""
        return OPTIMIZERS[self.optimizer]

    def shifted(self, theta: Fraction | Sequence[Fraction]) -> "Parametrization":
        """The gauge transformation by one common θ, or by one θ per layer (L+1 of them)."""
        thetas = [theta] * len(self.layers) if isinstance(theta, Fraction) else theta
        return Parametrization(
            self.depth,
            tuple(
                layer.shifted(each, self.law)
                for layer, each in zip(self.layers, thetas, strict=True)
            ),
            self.optimizer,
        )

    def canonical(self) -> "Parametrization":
        """The equivalent parametrization with c = 0 (SGD) or a = 0 (adaptive) in every layer."""
        law = self.law
        layers = tuple([layer.canonical(law) for layer in self.layers])
        return Parametrization(self.depth, layers, self.optimizer)

    def network(self) -> Network:
        """Group equal hidden layers."""
        optimizer, layers = self.optimizer, self.layers
        hidden = grouped(layers[1:-1], first=2)
        return Network(
            self.depth,
            (
                Block(Role.INPUT, (LayerSpan(1, 1),), layers[0], optimizer),
                *(Block(Role.HIDDEN, spans, each, optimizer) for each, spans in hidden.items()),
            ),
            layers[-1],
            optimizer,
        )


@dataclass(frozen=True, slots=True)
class RoleParametrization:
    """Exponents by role, for networks of any depth.

    ``hidden`` is None for a parametrization defined for one hidden layer only.
    """

    input: Exponents
    hidden: Exponents | None
    readout: Exponents
    optimizer: Optimizer = DEFAULT_OPTIMIZER

    @property
    def law(self) -> Law:
        """The law under which every layer is trained."""
        return OPTIMIZERS[self.optimizer]

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
        law = self.law
        return RoleParametrization(
            self.input.canonical(law),
            None if self.hidden is None else self.hidden.canonical(law),
            self.readout.canonical(law),
            self.optimizer,
        )

    def every_deeper_network(self) -> Network | None:
        """The networks with L >= 2, all at once; None where there are no hidden exponents."""
        if self.hidden is None:
            return None
        return Network(
            None,
            (
                Block(Role.INPUT, (LayerSpan(1, 1),), self.input, self.optimizer),
                Block(Role.HIDDEN, (LayerSpan(2, None),), self.hidden, self.optimizer),
            ),
            self.readout,
            self.optimizer,
        )


def described_by(network: Network) -> Parametrization | RoleParametrization:
    """The parametrization of a network: by role where it stands for every L >= 2.

    Its layers must share their optimizer.
    """
    (optimizer,) = network.optimizers
    if network.depth is None:
        first, hidden = (block.exponents for block in network.body)
        return RoleParametrization(first, hidden, network.readout, optimizer)
    layers = [network.readout] * (network.depth + 1)
    for block in network.body:
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            layers[span.first - 1 : span.last] = [block.exponents] * (span.last - span.first + 1)
    return Parametrization(network.depth, tuple(layers), optimizer)
