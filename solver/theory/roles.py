"""Roles of tensors, and what stability asks of each at initialization.

Width does to a tensor what its role says: the input layer is n × d, hidden layers are n × n, the
readout is 1 × n, and a vector holds n numbers that are added to coordinates or multiply them.  The
condition at initialization depends on the role and on the wiring, not on how the tensor is trained
(TP4, arXiv 2011.14522, Theorem 3.3(1); TP4b, arXiv 2308.01814, Theorem 2.8.12).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Relation = Literal[">=", "="]


class Role(StrEnum):
    """What a tensor does: layer 1, layers 2..L, layer L+1; a bias or a gain."""

    INPUT = "input"
    HIDDEN = "hidden"
    READOUT = "readout"
    VECTOR = "vector"


#: The roles of weight matrices, which every deep perceptron has.
MATRICES: Final = (Role.INPUT, Role.HIDDEN, Role.READOUT)


def roles_at(depth: int) -> tuple[Role, ...]:
    """Those of the L+1 weight matrices of a perceptron."""
    return (Role.INPUT, *[Role.HIDDEN] * (depth - 1), Role.READOUT)


class Initialization(NamedTuple):
    """``a + b  relation  bound`` for a tensor of some role; the bound is counted in halves."""

    relation: Relation
    twice_bound: int
    meaning: str


#: What stability asks of a tensor at initialization, by its role.
INITIALIZATION: Final[Mapping[Role, Initialization]] = MappingProxyType(
    {
        Role.INPUT: Initialization(
            "=",
            0,
            "Requires that the coordinates of h^1 neither grow nor vanish at initialization.",
        ),
        Role.HIDDEN: Initialization(
            "=",
            1,
            "Requires that at initialization a hidden layer passes coordinates on at their size.",
        ),
        Role.READOUT: Initialization(
            ">=",
            1,
            "Requires that the logits f_0 at initialization do not grow with width.",
        ),
        Role.VECTOR: Initialization(
            ">=",
            0,
            "Requires that at initialization a bias or gain does not grow with width.",
        ),
    }
)

#: On a residual branch, which adds to its input: it may also vanish.
RESIDUAL_MEANING: Final = "Requires that at initialization a residual branch does not grow."

#: A readout that is the embedding too is correlated with the stream: n terms add up in phase.
TIED_TWICE_BOUND: Final = 2
