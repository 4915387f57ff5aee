"""Linear networks of one hidden layer, at any width and in the limit, for the cost of a small one.

f(ξ) = V U ξ with d inputs, k outputs and n neurons.  Gradient descent multiplies the n × (d+k)
matrix A = (U, Vᵀ) from the right, so that only A_0ᵀ A_0 enters: the network is, up to a rotation
of its neurons, one of width d+k that starts from the triangular factor of A_0.  Of Gaussian entries
that factor has a known distribution (Bartlett's decomposition of a Wishart matrix), and n never
enters the cost.  As n goes to infinity it becomes √n times the identity: the limit is the network
of width d+k that starts from a diagonal (TP4, arXiv 2011.14522, Section 6).

Units: U counts √n, so that every kernel of embeddings has a limit.  Under µP, V does so too, and
both have the learning rate η; under NTK, V is √n times larger, and the learning rate of U is η/n.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from solver import Deadline

Array = npt.NDArray[np.float64]
Scaling = Literal["mup", "ntk"]

#: From outputs (m, k) to their part in the loss derivative, with the weights of the mean, (m, k).
Signal = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class LinearNetwork:
    """``first`` (h, d), ``readout`` (k, h), and the factors of their learning rates."""

    first: Array
    readout: Array
    first_rate: float
    readout_rate: float = 1.0

    def outputs(self, inputs: Array) -> Array:
        """f, (m, k), at inputs (m, d)."""
        return inputs @ self.first.T @ self.readout.T

    def stepped(self, along: Array, rate: float) -> "LinearNetwork":
        """After a step; ``along`` (k, d) is the mean of χ ξᵀ."""
        return LinearNetwork(
            self.first - rate * self.first_rate * self.readout.T @ along,
            self.readout - rate * self.readout_rate * along @ self.first.T,
            self.first_rate,
            self.readout_rate,
        )


def linear_network(
    scaling: Scaling, width: int | None, inputs: int, outputs: int, seed: int
) -> LinearNetwork:
    """A network at initialization; ``width`` None is the limit, which exists here under µP."""
    size = inputs + outputs
    if width is None:
        assert scaling == "mup", "under NTK the outputs stay random"
        factor = np.eye(size)
    else:
        factor = _factor(width, size, np.random.default_rng([seed, width])) / np.sqrt(width)
    first, readout = factor[:, :inputs], factor[:, inputs:].T
    if scaling == "mup" or width is None:
        return LinearNetwork(first, readout, 1.0)
    return LinearNetwork(first, np.sqrt(width) * readout, 1 / width)


def trained(
    network: LinearNetwork,
    inputs: Array,
    signal: Signal,
    rate: float,
    steps: int,
    deadline: Deadline,
) -> LinearNetwork:
    """After full-batch gradient descent.  Raises ``TimeLimitError`` past the deadline."""
    for _ in range(steps):
        deadline.milliseconds()
        network = network.stepped(signal(network.outputs(inputs)).T @ inputs, rate)
    return network


def _factor(width: int, size: int, generator: np.random.Generator) -> Array:
    """R with RᵀR distributed as AᵀA, for A (width, size) of standard normal entries."""
    if width <= size:
        return generator.standard_normal((width, size))
    factor = np.triu(generator.standard_normal((size, size)), 1)
    degrees = np.arange(width, width - size, -1)
    factor[np.diag_indices(size)] = np.sqrt(generator.chisquare(degrees))
    return factor
