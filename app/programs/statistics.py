"""From copies at several widths to limits with errors.  Knows no torch.

At width n a scalar of a program is, in one copy,

    c_n = c + B/n + C/n² + … + σ n^(-1/2) N(0, 1):

its mean has an expansion in 1/n, and its noise falls like that of a mean of n coordinates.  The
limit c is the intercept of a parabola in 1/n through the means at five widths, by weighted least
squares; the noise of the copies gives its sampling error.  What the parabola leaves out
shows in how far the limit moves, beyond twice its noise, without the narrowest width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from app.programs.program import Program

Array = npt.NDArray[np.float64]

#: χ² of a fit with two degrees of freedom that chance exceeds in one case of a hundred.
_UNLIKELY: Final = 9.21
#: Standard deviations that noise alone moves a limit.
_BY_CHANCE: Final = 2.0
#: Squares of more leave the range of floats, or nearly so: it counts as infinite.
_LARGEST: Final = 1e150


@dataclass(frozen=True, slots=True)
class Tally:
    """What the copies of one width gave, for each quantity: counts, means, sums of squares about
    them, each (2, quantities), for even copies and for odd ones; and counts of coordinates.

    Quantities are the scalars of ``report``; the means over coordinates of each joint vector; and
    their covariances [i][j], i <= j.  ``odd`` counts copies in which one is not finite.
    ``bins`` is (joint vectors, bins), of all copies whose coordinates were counted.
    """  # noqa: D205

    width: int
    counts: Array
    middles: Array
    squares: Array
    odd: Array
    bins: Array | None
    shown: int

    @classmethod
    def of(cls, width: int, first: int, values: Array, bins: Array | None) -> "Tally":
        """From values (quantities, copies), of copies from ``first`` on."""
        finite = np.abs(values) < _LARGEST
        halves = [finite[:, (first + half) % 2 :: 2] for half in (0, 1)]
        parts = [values[:, (first + half) % 2 :: 2] for half in (0, 1)]
        counts, middles, squares = [], [], []
        for kept, part in zip(halves, parts, strict=True):
            count = kept.sum(axis=1)
            mean = np.where(kept, part, 0.0).sum(axis=1) / np.maximum(count, 1)
            off = np.where(kept, part - mean[:, None], 0.0)
            counts.append(count.astype(float))
            middles.append(mean)
            squares.append((off * off).sum(axis=1))
        return cls(
            width, np.array(counts), np.array(middles), np.array(squares),
            (~finite).sum(axis=1).astype(float), bins, 0 if bins is None else values.shape[1],
        )  # fmt: skip

    def plus(self, other: "Tally") -> "Tally":
        """Both together (Chan's update of means and sums of squares)."""
        counts = self.counts + other.counts
        off = other.middles - self.middles
        share = other.counts / np.maximum(counts, 1.0)
        middles = self.middles + off * share
        squares = self.squares + other.squares + off * off * self.counts * share
        bins = self.bins if other.bins is None else other.bins
        if self.bins is not None and other.bins is not None:
            bins = self.bins + other.bins
        return Tally(
            self.width, counts, middles, squares, self.odd + other.odd, bins,
            self.shown + other.shown,
        )  # fmt: skip

    def means(self) -> Array:
        """Of all copies: (quantities,)."""
        total = np.maximum(self.counts.sum(axis=0), 1.0)
        return np.asarray((self.counts * self.middles).sum(axis=0) / total)

    def variances(self) -> Array:
        """Of one copy: (quantities,); NaN where there are fewer than two."""
        total = self.counts.sum(axis=0)
        between = (self.counts * (self.middles - self.means()) ** 2).sum(axis=0)
        squares = self.squares.sum(axis=0) + between
        return np.where(total > 1, squares / np.maximum(total - 1, 1.0), np.nan)

    def as_json(self) -> dict[str, Any]:
        """As JSON values, of which none is infinite; ``Tally.from_json`` reads them."""
        return {
            "width": self.width,
            "counts": self.counts.tolist(),
            "middles": self.middles.tolist(),
            "squares": self.squares.tolist(),
            "odd": self.odd.tolist(),
            "bins": None if self.bins is None else self.bins.tolist(),
            "shown": self.shown,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Tally":
        """The tally that ``as_json`` wrote."""
        arrays = {
            name: None if values[name] is None else np.array(values[name], float)
            for name in ("counts", "middles", "squares", "odd", "bins")
        }
        return cls(**{**values, **arrays})


def gathered(tallies: Sequence[Tally]) -> list[Tally]:
    """One for each width, narrowest first."""
    by_width: dict[int, Tally] = {}
    for each in tallies:
        known = by_width.get(each.width)
        by_width[each.width] = each if known is None else known.plus(each)
    return [by_width[width] for width in sorted(by_width)]


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a quantity; None for what is not finite.

    ``standard_error``² = ``sampling_error``² + ``extrapolation_error``².  ``floor`` is half the
    difference of the limits that even and odd copies give: noise shows there, too, and nothing
    of what the widths have in common does.  ``curved``: whether the means are no parabola in 1/n.
    """

    value: float | None
    standard_error: float | None
    sampling_error: float | None
    extrapolation_error: float | None
    floor: float | None
    curved: bool


_NO_LIMIT: Final = Limit(None, None, None, None, None, False)


def limits(tallies: Sequence[Tally]) -> list[Limit]:
    """One for each quantity, from one tally for each width, narrowest first."""
    widths = np.array([each.width for each in tallies], float)
    means = np.array([each.means() for each in tallies]).T
    counts = np.array([each.counts.sum(axis=0) for each in tallies]).T
    variances = np.array([each.variances() for each in tallies]).T
    halves = np.array([each.middles for each in tallies]).transpose(1, 2, 0)
    odd = np.array([each.odd for each in tallies]).T
    return [
        _NO_LIMIT
        if odd[place].any() or not np.isfinite(means[place]).all()
        else _limit(
            widths, means[place], variances[place] / counts[place], halves[:, place],
            counts[place] * widths,
        )
        for place in range(len(means))
    ]  # fmt: skip


def _limit(widths: Array, means: Array, noise: Array, halves: Array, share: Array) -> Limit:
    """``noise``: variances of the means; ``share``: coordinates, by which the fit is weighted."""
    scale = float(np.abs(means).max())
    # Of what is the same in every copy, rounding is all the noise.
    noise = np.maximum(np.nan_to_num(noise, nan=np.inf), (1e-15 * scale) ** 2)
    weights = intercept(1 / widths, share, 2)
    value = float(weights @ means)
    sampling = sqrt(float(weights**2 @ noise))
    design = np.vander(1 / widths * widths[0], 3)
    chosen = np.linalg.lstsq(design / np.sqrt(noise)[:, None], means / np.sqrt(noise), rcond=None)
    curved = float(np.sum((means - design @ chosen[0]) ** 2 / noise))
    excess = sqrt(max(curved / (len(widths) - 3), 1.0)) if curved > _UNLIKELY else 1.0
    narrower = np.concatenate(([0.0], intercept(1 / widths[1:], share[1:], 2)))
    moved = float((narrower - weights) @ means)
    by_chance = float((narrower - weights) ** 2 @ noise)
    extrapolation = sqrt(max(moved**2 - _BY_CHANCE**2 * by_chance, 0.0))
    sampling *= excess
    floor = abs(float(weights @ (halves[0] - halves[1]))) / 2
    return Limit(
        value, sqrt(sampling**2 + extrapolation**2), sampling, extrapolation, floor,
        curved > _UNLIKELY,
    )  # fmt: skip


def intercept(x: Array, share: Array, degree: int) -> Array:
    """Weights w with Σ w_i y_i the value at 0 of the polynomial of that degree through (x, y).

    By least squares with weights ``share``: the variance of y_i goes with 1/share_i.
    """
    design = np.vander(x / x.max(), degree + 1, increasing=True)
    root = np.sqrt(share / share.sum())
    return np.asarray((np.linalg.pinv(design * root[:, None]) * root)[0])


def shortfall(program: Program, tallies: Sequence[Tally]) -> float:
    """How many times as many copies the precision asked for takes; 1 where these are enough.

    It is asked of sampling errors, which fall like one over the root of the number of copies.
    """
    asked = limits(gathered(tallies))
    errors = [
        each.sampling_error / (program.precision * max(1.0, abs(each.value)))
        for each in asked[: len(program.report)] or asked
        if each.value is not None and each.sampling_error is not None
    ]
    return max(1.0, (_MARGIN * max(errors, default=0.0)) ** 2)


# Errors are known to some 10% after the first copies.
_MARGIN: Final = 1.2
