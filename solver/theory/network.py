"""What the theorems see of a parametrization: its distinct layers, each with its law."""

from collections.abc import Hashable
from typing import NamedTuple

from solver.theory.dichotomy import Kind, regime_of
from solver.theory.exponents import Exponents, canonical_integers
from solver.theory.law import Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.layers import LayerSpan
from solver.theory.roles import Role


class Block(NamedTuple):
    """All body layers of one role that share their exponents and optimizer, as spans in order.

    Layers with equal exponents meet equal conditions, so a network of any depth is judged
    by its distinct layers.
    """

    role: Role
    spans: tuple[LayerSpan, ...]
    exponents: Exponents
    optimizer: Optimizer

    @property
    def law(self) -> Law:
        """The law under which these layers are trained."""
        return OPTIMIZERS[self.optimizer]


class Network(NamedTuple):
    """The distinct layers of a network, and its readout, each with an optimizer of its own.

    ``body[0]`` is the input layer.  ``depth`` is None for "every L >= 2".
    """

    depth: int | None
    body: tuple[Block, ...]
    readout: Exponents
    readout_optimizer: Optimizer

    @property
    def optimizers(self) -> frozenset[Optimizer]:
        """The optimizers that occur."""
        return frozenset([self.readout_optimizer, *[block.optimizer for block in self.body]])

    @property
    def readout_law(self) -> Law:
        """The law under which the readout is trained."""
        return OPTIMIZERS[self.readout_optimizer]

    @property
    def laws(self) -> tuple[Law, ...]:
        """The distinct laws, from the input to the readout."""
        names = [*[block.optimizer for block in self.body], self.readout_optimizer]
        return tuple(dict.fromkeys(OPTIMIZERS[each] for each in names))

    @property
    def regime(self) -> Kind:
        """The regime in which it trains if it does not learn features."""
        return regime_of([OPTIMIZERS[each].regime for each in self.optimizers])

    @property
    def gauge_class(self) -> Hashable:
        """Equal for networks that differ in gauge alone: what the theorems decide is the same."""
        body = [
            (role, spans, canonical_integers(each, OPTIMIZERS[optimizer]), optimizer)
            for role, spans, each, optimizer in self.body
        ]
        readout = canonical_integers(self.readout, self.readout_law)
        return self.depth, *body, readout, self.readout_optimizer, self.readout.d is None
