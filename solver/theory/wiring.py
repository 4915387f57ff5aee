"""What a perceptron has beside its weight matrices: biases, residual branches, normalized layers.

Entries are one for each of the L body layers, or (of exponents by role) for the input layer and
the hidden layers.  An empty tuple means that there is nothing of the kind.
"""

from typing import Final, NamedTuple, TypeVar

from solver.theory.alignment import THEOREM, Alignment
from solver.theory.exponents import Exponents
from solver.theory.laws import OPTIMIZERS, Optimizer

_T = TypeVar("_T")


class Bias(NamedTuple):
    """The exponents of a layer's bias, and what trains it."""

    exponents: Exponents
    optimizer: Optimizer

    def canonical(self) -> "Bias":
        """The representative of its gauge orbit."""
        return self._replace(exponents=self.exponents.canonical(OPTIMIZERS[self.optimizer]))


class Wiring(NamedTuple):
    """See the module.  ``epsilon`` tells that d was given as the exponent of Adam's ε."""

    biases: tuple[Bias, ...] = ()
    residual: tuple[bool, ...] = ()
    normalized: tuple[bool, ...] = ()
    alignment: Alignment = THEOREM
    epsilon: bool = False

    def at_depth(self, depth: int) -> "Wiring":
        """Entries by role as entries by layer."""
        return self._replace(
            biases=_repeated(self.biases, depth),
            residual=_repeated(self.residual, depth),
            normalized=_repeated(self.normalized, depth),
        )

    def canonical(self) -> "Wiring":
        """With every bias in its canonical form."""
        return self._replace(biases=tuple(each.canonical() for each in self.biases))

    def residual_at(self, place: int) -> bool:
        """Whether the body layer at this place (from 0) is a residual branch."""
        return bool(self.residual) and self.residual[place]

    def normalized_at(self, place: int) -> bool:
        """Whether the output of the body layer at this place (from 0) is normalized."""
        return bool(self.normalized) and self.normalized[place]


def _repeated(entries: tuple[_T, ...], depth: int) -> tuple[_T, ...]:
    return (*entries[:1], *entries[1:2] * (depth - 1))


#: The perceptrons of the papers.
PLAIN: Final = Wiring()
