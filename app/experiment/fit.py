"""Log-log slopes of measured sizes, with their standard errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_RESAMPLES: Final = 400
# A line is fitted to at least as many widths, and bending is not judged from fewer.
_FEWEST: Final = 4
# Half of the widths has at least so many.
_FEWEST_OF_HALF: Final = 3
#: Below this a float has lost digits: such a size counts as zero.
LEAST: Final = 1e-300
# A width jumps if it is off the line through the others by this factor, and that many times
# (in logarithms) farther than any of them.
_JUMP: Final = log(20)
_TIMES_OTHERS: Final = 10.0
# What a size may be off the line, relatively, whatever the seeds say: no width counts for more.
_FLOOR: Final = 0.003
# The same where a correction is fitted: it stands for all that fade like it or faster.
_MODEL: Final = 0.01
# A change of slope across the widths that is worth dropping widths for, and its significance.
_BEND: Final = 0.03
_SIGNIFICANT: Final = 3.0


class Slope(NamedTuple):
    """A slope and its standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted least-squares line through (log n, mean log size).

    ``bend`` is the change of slope from the first to the last of ``widths``, where it is
    significant even though small widths were dropped; otherwise 0.  ``lower`` and ``upper`` are
    the slopes of the smaller and the larger half of them: a term that fades with width shows
    less in the larger.  They are ``apart`` by this factor of the width, from middle to middle.
    ``jumps`` holds widths whose size has nothing to do with that at all others.
    """

    slope: float
    standard_error: float
    widths: tuple[int, ...]
    bend: float
    lower: Slope
    upper: Slope
    apart: float
    jumps: tuple[int, ...]


class Sample:
    """Sizes of every recorded place at several widths: what the fits draw on.

    ``sizes[i]`` is (places, networks) at ``widths[i]``, ascending; NaN where a network blew up.
    """

    def __init__(self, widths: Sequence[int], sizes: Sequence[Array], seed: int) -> None:
        self.widths = tuple(widths)
        self.sizes = tuple(sizes)
        with np.errstate(divide="ignore"):
            logs = [np.log(np.where(each < LEAST, 0.0, each)) for each in sizes]
        generator = np.random.default_rng(np.random.SeedSequence((seed, len(widths))))
        self._means = np.stack([each.mean(axis=1) for each in logs])
        self._networks = networks = np.array([each.shape[1] for each in logs])
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
        half = max(_FEWEST_OF_HALF, (len(usable) + 1) // 2)
        x = np.log(np.array(self.widths, float)[usable])
        return Fit(
            *self._slope(place, usable),
            widths=tuple(self.widths[each] for each in usable),
            bend=bend,
            lower=self._slope(place, usable[:half]),
            upper=self._slope(place, usable[-half:]),
            apart=exp(float(x[-half:].mean() - x[:half].mean())),
            jumps=self._jumps(place, usable),
        )

    def correction(self, place: int, exponent: float, fading: float) -> Slope | None:
        """What is left, in the slope at the largest width, of a correction that fades.

        If the sizes are n^-e (A + B n^-δ), the slope is -e - δ B n^-δ / (A + B n^-δ).  This is
        how far that is from -e at the largest width, and the error of that; None where the sizes
        are not so, whatever A > 0 and B, across a half of the widths or more.
        """
        usable = np.flatnonzero(np.isfinite(self._means[:, place]))
        least = max(_FEWEST + 1, (len(usable) + 1) // 2)
        for start in range(len(usable) - least + 1):
            if (left := self._corrected(place, usable[start:], exponent, fading)) is not None:
                return left
        return None

    def _corrected(
        self, place: int, usable: npt.NDArray[np.intp], exponent: float, fading: float
    ) -> Slope | None:
        x = np.log(np.array(self.widths, float)[usable])
        x = x - x[-1]
        scaled = self._means[usable, place] + exponent * x
        scaled -= scaled[-1]
        sizes, terms = np.exp(scaled), np.exp(-fading * x)
        errors = sizes * np.sqrt(np.maximum(self._variances[usable, place], _MODEL**2))
        design = np.stack((np.ones_like(x), terms), axis=1) / errors[:, None]
        covariance = np.linalg.pinv(design.T @ design)
        constant, factor = covariance @ design.T @ (sizes / errors)
        misfit = float(np.square(sizes / errors - design @ (constant, factor)).sum())
        if constant <= 0 or misfit > _worst_misfit(len(usable) - 2):
            return None
        # The sum is the size at the largest width, which is known much better than its parts.
        unit = fading / (constant + factor)
        return Slope(abs(float(unit * factor)), abs(float(unit * covariance[1, 1] ** 0.5)))

    def _slope(self, place: int, usable: npt.NDArray[np.intp]) -> Slope:
        (_, slope), (_, error) = self._line(place, usable, degree=1)
        return Slope(slope, error)

    def _jumps(self, place: int, usable: npt.NDArray[np.intp]) -> tuple[int, ...]:
        """Widths far off the line that all others keep to."""
        x, y = np.log(np.array(self.widths, float)[usable]), self._means[usable, place]
        found = []
        for each in range(len(usable) if len(usable) >= _FEWEST else 0):
            others = np.arange(len(usable)) != each
            line = np.polyfit(x[others], y[others], 1)
            off = np.abs(y - np.polyval(line, x))
            if off[each] > max(_JUMP, _TIMES_OTHERS * off[others].max()):
                found.append(self.widths[usable[each]])
        return tuple(found)

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
        known = int((self._networks[usable] - 1).sum())
        errors = np.maximum(bootstrap, np.sqrt(residual * np.diag(covariance)))
        errors *= _student(max(known, freedom))
        return coefficients.tolist(), errors.tolist()


def _worst_misfit(freedom: int) -> float:
    """The quantile of the χ² distribution at 99.9%, by Wilson and Hilferty's approximation."""
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + 3.1 * spread**0.5) ** 3)


def _student(freedom: int) -> float:
    """By how much three standard errors are more where few networks tell them.

    The quantile of Student's distribution at 99.73% over that of the normal one, to within 5%
    from two degrees of freedom on; with one it is 78.
    """
    return 1 + 2.8 / (freedom - 1.5) if freedom > 1 else 78.0


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
