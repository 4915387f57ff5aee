"""Regression tasks that share what matters: y = w · Bᵀ x, with B common to all tasks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Family:
    """Tasks on d inputs of which a plane ``basis`` (d, 2) matters; each task has its own w."""

    basis: Array

    @classmethod
    def drawn(cls, dimension: int, seed: int) -> "Family":
        """A random plane."""
        generator = np.random.default_rng([seed, 4])
        return cls(np.linalg.qr(generator.standard_normal((dimension, 2)))[0])

    def tasks(
        self, generator: np.random.Generator, count: int, examples: int
    ) -> tuple[Array, Array]:
        """Inputs (count, examples, d) and targets (count, examples) of as many tasks."""
        weights = generator.standard_normal((count, 2))
        inputs = generator.standard_normal((count, examples, len(self.basis)))
        inputs /= np.sqrt(len(self.basis))
        # Targets of variance 1.
        scale = np.sqrt(len(self.basis) / 2)
        return inputs, scale * np.einsum("tmd,dr,tr->tm", inputs, self.basis, weights)
