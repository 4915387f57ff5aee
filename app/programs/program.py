"""A Tensor Program that has been read: what is given, and what is done, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.programs.expressions import Node


@dataclass(frozen=True, slots=True)
class MatMul:
    """``let`` = W x or Wᵀ x: ``of`` is the vector."""

    let: str
    matrix: str
    transposed: bool
    of: str


@dataclass(frozen=True, slots=True)
class Nonlin:
    """The vector ``let``, coordinate by coordinate."""

    let: str
    expression: Node


@dataclass(frozen=True, slots=True)
class Moment:
    """The scalar ``let``: the mean of an expression over the coordinates."""

    let: str
    expression: Node


Instruction = MatMul | Nonlin | Moment


@dataclass(frozen=True, slots=True)
class Program:
    """A program in the language NETSOR⊤⁺ of Tensor Programs III (arXiv 2009.10685).

    ``matrices``: W has iid N(0, std²/n) entries.  ``vectors``: names of the given vectors, whose
    coordinates are iid draws from N(0, C), with ``root``: C = root rootᵀ.  ``report``: scalars
    whose limit is asked for; ``joint``: vectors whose coordinates are to be shown.
    """

    matrices: Mapping[str, float]
    vectors: tuple[str, ...]
    root: npt.NDArray[np.float64]
    scalars: Mapping[str, float]
    instructions: tuple[Instruction, ...]
    report: tuple[str, ...]
    joint: tuple[str, ...]
    precision: float
    seed: int
    written: Mapping[str, Any]

    def products(self) -> dict[tuple[str, bool], int]:
        """How many products there are with each matrix, (W, False), and transpose, (W, True)."""
        count: dict[tuple[str, bool], int] = {}
        for each in self.instructions:
            if isinstance(each, MatMul):
                key = (each.matrix, each.transposed)
                count[key] = count.get(key, 0) + 1
        return count

    def operations(self) -> int:
        """Entrywise operations, those that take a mean among them."""
        return sum(
            1 + each.expression.size() for each in self.instructions if not isinstance(each, MatMul)
        )

    def last_uses(self) -> dict[str, int]:
        """The instruction after which a vector is not used; those that are shown are always."""
        last: dict[str, int] = {}
        for place, each in enumerate(self.instructions):
            for name in used(each):
                last[name] = place
        return {name: place for name, place in last.items() if name not in self.joint}


def used(instruction: Instruction) -> Iterator[str]:
    """The vectors and scalars that an instruction takes."""
    if isinstance(instruction, MatMul):
        yield instruction.of
    else:
        yield from instruction.expression.names()
