"""A network as a list of its tensors: embeddings, matrices, biases, gains, attention, tied heads.

What ``Parametrization`` is for a perceptron, a ``TensorParametrization`` is for any feed-forward
network: the theorems' conditions are about tensors, each with its role, law and wiring.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple

from solver.theory.alignment import THEOREM, Alignment
from solver.theory.conditions import Attention
from solver.theory.dichotomy import Kind
from solver.theory.exponents import Exponents
from solver.theory.law import Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.layers import LayerSpan
from solver.theory.network import Block, Network
from solver.theory.parametrization import Parametrization, RoleParametrization, by_layers
from solver.theory.roles import Role


class NamedTensor(NamedTuple):
    """A tensor: what width does to its shape, its exponents, and what trains it.

    ``tied_to`` names the embedding that a readout shares its weights with: b, c and the optimizer
    are those of the embedding, and the multiplier a is the readout's own.
    """

    name: str
    role: Role
    exponents: Exponents
    optimizer: Optimizer
    residual: bool = False
    normalized: bool = False
    tied_to: str | None = None


class Attending(NamedTuple):
    """Attention logits n^{-scale} q·k, and whether the head size or the number of heads grows."""

    name: str
    query: str
    key: str
    scale: Fraction
    grows: Literal["head_size", "heads"]


@dataclass(frozen=True, slots=True)
class TensorParametrization:
    """Tensors in network order, exactly one of which is the readout; see ``NamedTensor``."""

    tensors: tuple[NamedTensor, ...]
    attention: tuple[Attending, ...] = ()
    alignment: Alignment = THEOREM
    epsilon: bool = False

    @property
    def readout(self) -> NamedTensor:
        """The readout."""
        return next(each for each in self.tensors if each.role is Role.READOUT)

    @property
    def optimizer(self) -> tuple[Optimizer, ...]:
        """The optimizer of each tensor."""
        return self.optimizers

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizer of each tensor."""
        return tuple(each.optimizer for each in self.tensors)

    @property
    def laws(self) -> tuple[Law, ...]:
        """The law under which each tensor is trained."""
        return tuple(OPTIMIZERS[each] for each in self.optimizers)

    @property
    def regime(self) -> Kind:
        """The regime in which it trains if it does not learn features."""
        return self.network().regime

    def canonical(self) -> "TensorParametrization":
        """The equivalent parametrization with c = 0 (SGD) or a = 0 (others) in every tensor.

        What is tied moves together: the embedding's gauge is the readout's.
        """
        by_name = {each.name: each for each in self.tensors}

        def moved(tensor: NamedTensor) -> NamedTensor:
            law, exponents = OPTIMIZERS[tensor.optimizer], tensor.exponents
            if tensor.tied_to is None:
                return tensor._replace(exponents=exponents.canonical(law))
            theta = by_name[tensor.tied_to].exponents.canonical_theta(law)
            return tensor._replace(exponents=exponents.shifted(theta, law))

        return replace(self, tensors=tuple(map(moved, self.tensors)))

    def network(self) -> Network:
        """Group the tensors that meet the same conditions."""
        return self.spelled_out().grouped()

    def spelled_out(self) -> Network:
        """The same with a block for each tensor."""
        places = {each.name: place for place, each in enumerate(self.tensors, start=1)}
        attended = self._attended(places)
        readout = self.readout
        body = (
            Block(
                each.role,
                (LayerSpan(place, place, each.name),),
                *each[2:6],
                attended[place - 1],
            )
            for place, each in enumerate(self.tensors, start=1)
            if each.role is not Role.READOUT
        )
        return Network(
            None,
            tuple(body),
            readout.exponents,
            readout.optimizer,
            readout.tied_to is not None,
            self.alignment,
            readout.name,
        )

    def _attended(self, places: dict[str, int]) -> list[tuple[Attention, ...]]:
        """The attention whose logits each tensor changes: of each scale, the next one."""
        found: list[tuple[Attention, ...]] = []
        after: dict[Fraction, tuple[int, str]] = {}
        ends = {
            each.name: max(places[each.query], places[each.key])
            for each in self.attention
            if each.grows == "head_size"
        }
        scales = {each.name: each.scale for each in self.attention}
        for place in range(len(self.tensors), 0, -1):
            for name, end in ends.items():
                if end == place:
                    after[scales[name]] = (end, name)
            found.append(
                tuple(Attention(name, scale, end == place) for scale, (end, name) in after.items())
            )
        return found[::-1]


#: A parametrization in any of its forms.
Described = Parametrization | RoleParametrization | TensorParametrization


def with_exponents(given: Described, network: Network) -> Described:
    """What was given, with the exponents that a network of its tensors has."""
    if isinstance(given, TensorParametrization):
        found = {span.first: block.exponents for block in network.body for span in block.spans}
        return replace(
            given,
            tensors=tuple(
                each._replace(exponents=found.get(place, network.readout))
                for place, each in enumerate(given.tensors, start=1)
            ),
        )
    changed = by_layers(network)
    return replace(changed, wiring=changed.wiring._replace(epsilon=given.wiring.epsilon))
