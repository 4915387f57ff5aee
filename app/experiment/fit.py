"""Log-log slopes of measured sizes, with their standard errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_RESAMPLES: Final = 400
# A line is fitted to at least as many widths, and bending is not judged from fewer.
_FEWEST: Final = 4
_END: Final = 3
# What a size may be off the line, relatively, whatever the seeds say: no width counts for more.
_FLOOR: Final = 0.003
# A change of slope across the widths that is worth dropping widths for, and its significance.
_BEND: Final = 0.03
_SIGNIFICANT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted least-squares line through (log n, mean log size).

    ``bend`` is the change of slope from the first to the last of ``widths``, where it is
    significant even though small widths were dropped; otherwise 0.  ``end_slope`` is that of the
    three largest widths alone, where a term that fades with width shows least.
    """

    slope: float
    standard_error: float
    widths: tuple[int, ...]
    bend: float
    end_slope: float
    end_error: float


class Sample:
    """Sizes of every recorded place at several widths: what the fits draw on.

    ``sizes[i]`` is (places, networks) at ``widths[i]``, ascending; NaN where a network blew up.
    """

    def __init__(self, widths: Sequence[int], sizes: Sequence[Array], seed: int) -> None:
        self.widths = tuple(widths)
        self.sizes = tuple(sizes)
        with np.errstate(divide="ignore"):
            logs = [np.log(each) for each in sizes]
        generator = np.random.default_rng(np.random.SeedSequence((seed, len(widths))))
        self._means = np.stack([each.mean(axis=1) for each in logs])
        networks = np.array([each.shape[1] for each in logs])
        variances = _smoothed(np.stack([_variance(each) for each in logs]))
        self._variances = variances / networks[:, None]
        self._resampled = np.stack([_resampled_means(each, generator) for each in logs])

    def fit(self, place: int) -> Fit | None:
        """The slope of one place; None where fewer than two widths have sizes to speak of.

        Widths at which networks blew up or vanished altogether are left out.  While the line
        bends significantly the smallest width is dropped: there the limit is still far off.
        """
        usable = np.flatnonzero(np.isfinite(self._means[:, place]))
        if len(usable) < 2:
            return None
        least = max(_FEWEST, (len(usable) + 1) // 2)
        while (bend := self._bend(place, usable)) and len(usable) > least:
            usable = usable[1:]
        (_, slope), error = self._line(place, usable, degree=1)
        (_, end_slope), end_error = self._line(place, usable[-_END:], degree=1)
        fitted = tuple(self.widths[each] for each in usable)
        return Fit(slope, error[1], fitted, bend, end_slope, end_error[1])

    def _bend(self, place: int, usable: npt.NDArray[np.intp]) -> float:
        """The change of slope across these widths, or 0 if it is small or insignificant."""
        if len(usable) < _FEWEST:
            return 0.0
        (*_, curvature), (*_, error) = self._line(place, usable, degree=2)
        span = np.log(self.widths[usable[-1]] / self.widths[usable[0]])
        bend = 2 * curvature * span
        significant = abs(curvature) > _SIGNIFICANT * error and abs(bend) > _BEND
        return float(bend) if significant else 0.0

    def _line(
        self, place: int, usable: npt.NDArray[np.intp], degree: int
    ) -> tuple[list[float], list[float]]:
        """Coefficients of the polynomial in log n, and their standard errors.

        The error is the larger of the bootstrap's over seeds and the residuals' own, so that
        it is honest with a single seed too.
        """
        x = np.log(np.array(self.widths, float)[usable])
        x = x - x.mean()
        variances = self._variances[usable, place]
        weights = 1 / np.maximum(variances, max(_FLOOR**2, np.median(variances) / 4))
        design = np.vander(x, degree + 1, increasing=True)
        covariance = np.linalg.pinv(design.T @ (weights[:, None] * design))
        solve = covariance @ (design.T * weights)
        y = self._means[usable, place]
        coefficients = solve @ y
        bootstrap = (solve @ self._resampled[usable, :, place]).std(axis=1)
        freedom = len(usable) - degree - 1
        residual = 0.0
        if freedom > 0:
            off = y - design @ coefficients
            residual = float(off @ (weights * off)) / freedom
        errors = np.maximum(bootstrap, np.sqrt(residual * np.diag(covariance)))
        return coefficients.tolist(), errors.tolist()


def _variance(logs: Array) -> Array:
    if logs.shape[1] < 2:
        return np.zeros(len(logs))
    with np.errstate(invalid="ignore"):  # a network that vanished: no fit either
        return np.asarray(logs.var(axis=1, ddof=1))


def _smoothed(variances: Array) -> Array:
    """Means over adjacent widths, where finite.

    A few networks tell their own variance badly, and a width that by chance looks quiet must
    not get all the weight.
    """
    with np.errstate(invalid="ignore"):
        beside = np.stack([np.roll(variances, shift, axis=0) for shift in (-1, 0, 1)])
    beside[0, -1] = beside[2, 0] = np.nan
    known = np.isfinite(beside)
    total = np.where(known, beside, 0).sum(axis=0)
    return np.asarray(total / np.maximum(known.sum(axis=0), 1))


def _resampled_means(logs: Array, generator: np.random.Generator) -> Array:
    """Means of bootstrap samples of the networks, (resamples, places)."""
    networks = logs.shape[1]
    counts = generator.multinomial(networks, np.full(networks, 1 / networks), _RESAMPLES)
    with np.errstate(invalid="ignore"):
        means = np.asarray(counts @ logs.T / networks)
        centre = logs.mean(axis=1)
        # Few networks resampled vary by less than few networks drawn, by (m-1)/m.
        return np.asarray(centre + (means - centre) * np.sqrt(networks / max(networks - 1, 1)))
