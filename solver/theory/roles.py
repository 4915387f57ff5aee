"""Roles of weight matrices, and what stability asks of each at initialization.

Width does to a matrix what its role says: the input layer is n × d, hidden layers are n × n, the
readout is 1 × n.  The condition at initialization depends on the role alone, not on how the
matrix is trained (TP4, arXiv 2011.14522, Theorem 3.3(1); TP4b, arXiv 2308.01814, Theorem 2.8.12).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

Relation = Literal[">=", "="]


class Role(StrEnum):
    """What a weight matrix does: layer 1, layers 2..L, layer L+1."""

    INPUT = "input"
    HIDDEN = "hidden"
    READOUT = "readout"


class Initialization(NamedTuple):
    """``a + b  relation  bound`` for a matrix of some role; the bound is counted in halves."""

    relation: Relation
    twice_bound: int
    meaning: str


#: What stability asks of a matrix at initialization, by its role.
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
    }
)
