"""From networks of several widths to the limit.

The mean output of networks of width n is f_∞ + B/n + O(1/n²), and one network scatters around it by
σ/√n.  So a weighted least-squares line in 1/n, with weights n S for S networks, has the limit as
its intercept.  What the narrowest width changes beyond its noise is the bias that the line leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.experiment.limits.report import Half
from app.experiment.plan import Measurement

Array = npt.NDArray[np.float64]


class BlownUpError(ValueError):
    """A network left the range of numbers.  The message is for whoever asked for the limit."""


Halves = tuple[Half, Half]
Known = tuple[Measurement, Halves]


@dataclass(frozen=True, slots=True)
class Sample:
    """S networks of one width: the mean of f_t and the variance of one network, (steps + 1, N)."""

    width: int
    networks: int
    mean: Array
    variance: Array

    @property
    def neurons(self) -> int:
        """What decides the noise: σ²/(n S)."""
        return self.width * self.networks


@dataclass(frozen=True, slots=True)
class Limit:
    """f_∞ (steps + 1, N), with its sampling error, and the error of extrapolation, one for all."""

    f: Array
    sampling: Array
    extrapolation: float

    @property
    def error(self) -> Array:
        """Both together."""
        return np.hypot(self.sampling, self.extrapolation)


def pooled(width: int, halves: Iterable[Half]) -> Sample:
    """All networks of one width.  Raises ``BlownUpError`` where one of them blew up."""
    known = [half for half in halves if half["networks"]]
    if any(not half["mean"] for half in known):
        raise BlownUpError(
            f"networks of width {width} blew up; lower learning_rate or take fewer steps"
        )
    counts = np.array([half["networks"] for half in known], float)
    means = np.array([half["mean"] for half in known])
    squares = np.array([half["squares"] for half in known])
    total = counts.sum()
    mean = np.tensordot(counts, means, 1) / total
    between = np.tensordot(counts, np.square(means - mean), 1)
    variance = (squares.sum(axis=0) + between) / max(total - 1, 1)
    return Sample(width, int(total), mean, variance)


def samples(measured: Iterable[Known]) -> list[Sample]:
    """All networks of each width.  Raises ``BlownUpError`` where one of them blew up."""
    known = list(measured)
    return [
        pooled(width, (half for unit, halves in known if unit.width == width for half in halves))
        for width in sorted({unit.width for unit, _ in known})
    ]


def extrapolated(samples: Sequence[Sample]) -> Limit:
    """The limit from three or more widths."""
    ordered = sorted(samples, key=lambda each: each.width)
    f, sampling = _intercept(ordered)
    without, noise = _intercept(ordered[1:])
    # Leaving data out adds var(without) - var(all) of noise to the difference.
    excess = np.square(f - without) - (np.square(noise) - np.square(sampling))
    # f_0 is no guide where it is zero by construction.
    moved = np.square(sampling) > 0
    left = float(excess[moved].mean()) if moved.any() else 0.0
    return Limit(f, sampling, float(np.sqrt(max(left, 0.0))))


def _intercept(samples: Sequence[Sample]) -> tuple[Array, Array]:
    """The intercept of the line in 1/n, and its standard error."""
    weights = np.array([each.neurons for each in samples], float)
    inverse = np.array([1 / each.width for each in samples])
    weights /= weights.sum()
    centre = weights @ inverse
    spread = weights @ np.square(inverse - centre)
    shares = weights * (1 - centre * (inverse - centre) / spread)
    f = np.tensordot(shares, np.array([each.mean for each in samples]), 1)
    variances = np.array([each.variance / each.networks for each in samples])
    return f, np.sqrt(np.tensordot(shares**2, variances, 1))
