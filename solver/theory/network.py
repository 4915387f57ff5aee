"""What the theorems see of a parametrization: its distinct tensors, each with law and wiring."""

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

from solver.theory.alignment import THEOREM, Alignment
from solver.theory.conditions import Attention, Shape
from solver.theory.dichotomy import Kind, regime_of
from solver.theory.exponents import Exponents, canonical_integers
from solver.theory.law import Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.layers import LayerSpan, merged
from solver.theory.roles import Role


class Block(NamedTuple):
    """All tensors of the body that share their role, exponents, optimizer and wiring.

    ``spans`` says which, in order.  Tensors with equal exponents meet equal conditions, so a
    network of any depth is judged by its distinct ones.  See ``Shape`` for the wiring.
    """

    role: Role
    spans: tuple[LayerSpan, ...]
    exponents: Exponents
    optimizer: Optimizer
    residual: bool = False
    normalized: bool = False
    attended: tuple[Attention, ...] = ()

    @property
    def law(self) -> Law:
        """The law under which these tensors are trained."""
        return OPTIMIZERS[self.optimizer]

    def shape(self, law: Law) -> Shape:
        """What decides which conditions there are on them, trained under this law."""
        decays = self.exponents.w is not None
        return Shape(self.role, law, self.residual, self.normalized, False, decays, self.attended)


class _Spanned(Protocol):
    """A block: a named tuple that says where its tensors are."""

    @property
    def spans(self) -> tuple[LayerSpan, ...]: ...
    def _replace(self, *, spans: tuple[LayerSpan, ...]) -> Any: ...


_Spans = TypeVar("_Spans", bound=_Spanned)


def grouped_blocks(blocks: Iterable[_Spans]) -> tuple[_Spans, ...]:
    """Those that differ in their spans alone, as one; in order."""
    spans: dict[Any, list[LayerSpan]] = {}
    for each in blocks:
        spans.setdefault(each._replace(spans=()), []).extend(each.spans)
    return tuple(block._replace(spans=merged(where)) for block, where in spans.items())


class Network(NamedTuple):
    """The distinct tensors of a network, and its readout, each with an optimizer of its own.

    ``body[0]`` is the input layer, unless tensors are named.  ``depth`` is None for "every L >= 2"
    and where tensors are named; ``readout_name`` is then the readout's name.  ``tied`` says that
    the readout is the embedding too.
    """

    depth: int | None
    body: tuple[Block, ...]
    readout: Exponents
    readout_optimizer: Optimizer
    tied: bool = False
    alignment: Alignment = THEOREM
    readout_name: str = ""

    @property
    def optimizers(self) -> frozenset[Optimizer]:
        """The optimizers that occur."""
        return frozenset([self.readout_optimizer, *[block.optimizer for block in self.body]])

    @property
    def readout_law(self) -> Law:
        """The law under which the readout is trained."""
        return OPTIMIZERS[self.readout_optimizer]

    def readout_shape(self, law: Law) -> Shape:
        """What decides which conditions there are on the readout, trained under this law."""
        return Shape(Role.READOUT, law, tied=self.tied, decays=self.readout.w is not None)

    @property
    def laws(self) -> tuple[Law, ...]:
        """The distinct laws, from the input to the readout."""
        names = [*[block.optimizer for block in self.body], self.readout_optimizer]
        return tuple(dict.fromkeys(OPTIMIZERS[each] for each in names))

    @property
    def regime(self) -> Kind:
        """The regime in which it trains if it does not learn features."""
        trained = {block.optimizer for block in self.body if not block.exponents.frozen}
        if not self.readout.frozen:
            trained.add(self.readout_optimizer)
        return regime_of([OPTIMIZERS[each].regime for each in trained])

    @property
    def scales_gradients(self) -> bool:
        """Whether some tensor has a d, or an ε."""
        ends = [self.readout, *[block.exponents for block in self.body]]
        return any(each.d is not None for each in ends)

    @property
    def decays(self) -> bool:
        """Whether the weights of some tensor decay."""
        ends = [self.readout, *[block.exponents for block in self.body]]
        return any(each.w is not None for each in ends)

    @property
    def wired(self) -> bool:
        """Whether it has more than the papers' perceptrons have, whose theorem is proved."""
        return self.tied or any(
            block.role is Role.VECTOR or block.residual or block.normalized or block.attended
            for block in self.body
        )

    def canonical(self) -> "Network":
        """The equivalent network with every tensor in its canonical form."""
        body = [
            block._replace(exponents=block.exponents.canonical(block.law)) for block in self.body
        ]
        return self._replace(body=tuple(body), readout=self.readout.canonical(self.readout_law))

    def grouped(self) -> "Network":
        """The same with one block for all tensors that differ in their place alone."""
        return self._replace(body=grouped_blocks(self.body))

    @property
    def last(self) -> str:
        """The index L as it is shown."""
        return "L" if self.depth is None else str(self.depth)

    @property
    def readout_index(self) -> str:
        """The index L+1 as it is shown, or the name of the readout."""
        if self.readout_name:
            return self.readout_name
        return "{L+1}" if self.depth is None else str(self.depth + 1)

    @property
    def gauge_class(self) -> Hashable:
        """Equal for networks that differ in gauge alone: what the theorems decide is the same."""
        body = [
            (
                *block[:2],
                canonical_integers(block.exponents, block.law),
                _given(block.exponents),
                *block[3:],
            )
            for block in self.body
        ]
        readout = canonical_integers(self.readout, self.readout_law)
        return self.depth, *body, readout, _given(self.readout), *self[3:]


def _given(exponents: Exponents) -> tuple[bool, bool]:
    """Which of the optional exponents are given."""
    return exponents.d is not None, exponents.w is not None
