"""What the sizes at one place say, and whether they are what theory predicts there."""

from dataclasses import dataclass
from math import hypot, inf, log10
from typing import Final, Literal

from app.experiment.fit import Fit, Slope
from app.experiment.report import Outcome
from solver import Prediction
from solver.exact import INFINITE
from solver.theory import Place

Trend = Literal["grows", "stays", "shrinks", "overflows"]

# Standard errors within which a measured slope counts as the predicted one.
_SIGMAS: Final = 3.0
# Tolerances that a slope is off by, at most, where the deviation is nearly gone ...
_NEAR: Final = 2.0
# ... or may have come about by chance, and at least, where it speaks against the theory.
_FAR: Final = 3.0
# A slope that theory does not allow is the same at all widths, up to this factor.
_STEADY: Final = 1.3
# What nothing is known of fades like n^(-1/2): it comes from fluctuations.
_FLUCTUATIONS: Final = 0.5
# Sizes below n^-e = 10^-290 cannot be told from zero.
_DECADES: Final = 290.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One place: the predicted exponent e, the measured slope, and whether they agree.

    ``sigmas`` are passed, in standard errors, by some slope of an experiment once in a hundred
    experiments (Bonferroni): one slope in 370 is off by three, and among hundreds some will be.
    Relative corrections to sizes are expected to fade like n^-``fading`` or faster; with one,
    the slope at the largest width would be off by ``correction`` (``Sample.correction``).
    ``blew_up`` holds the widths at which some network's size was not finite, ``lost`` those at
    which most were not, and ``vanished`` those at which some size was below all floats; ``least``
    is the least of the median sizes across widths.  ``diverged`` tells that training has left the
    targets far behind at every width alike.
    """

    prediction: Prediction
    fit: Fit | None
    tolerance: float
    sigmas: float
    fading: float
    correction: Slope | None
    blew_up: tuple[int, ...]
    lost: tuple[int, ...]
    vanished: tuple[int, ...]
    widths: tuple[int, ...]
    least: float
    diverged: bool = False

    @property
    def place(self) -> Place:
        """Which quantity, at which layer and step."""
        return Place(*self.prediction[:3])

    @property
    def margin(self) -> float:
        """How far the slope may be from -e."""
        return max(self.tolerance, _SIGMAS * self.standard_error)

    @property
    def wide_margin(self) -> float:
        """How far chance may bring one slope among all."""
        return max(self.tolerance, self.sigmas * self.standard_error)

    @property
    def standard_error(self) -> float:
        """Of the slope; zero where there is none."""
        return 0.0 if self.fit is None else self.fit.standard_error

    @property
    def determined(self) -> bool:
        """Whether the sizes tell a slope, or blow up or vanish in a way that tells as much."""
        if self.blew_up:
            # At all large widths, and not at small ones.
            return self.widths[0] not in self.blew_up and (
                self.lost == self.blew_up == self.widths[-len(self.blew_up) :]
            )
        if self.fit is None:
            return self.vanished == self.widths
        return not self.fit.jumps and self._tells(self.standard_error) and not self.looks_flat

    @property
    def broken(self) -> bool:
        """Whether sizes overflow, underflow or jump, so that no slope is to be trusted."""
        return bool(self.blew_up or self.vanished or self.fit is None or self.fit.jumps)

    @property
    def noise(self) -> float:
        """How many times the standard error is what would tell the slope; at most 1 if it does."""
        noise = self.standard_error / self.tolerance
        exponent = abs(float(self.prediction.exponent or 0))
        if exponent > self.tolerance:
            noise = max(noise, self.sigmas * self.standard_error / exponent)
        return noise

    @property
    def noisy(self) -> bool:
        """Whether noise alone hides the slope."""
        return self.fit is not None and not self.fit.jumps and self.noise >= 1

    @property
    def faint(self) -> bool:
        """Whether noise hides the slope, though not by so much that it could be anything."""
        return self.noisy and self.noise <= _FAR and self.error <= self.wide_margin

    @property
    def blurred(self) -> bool:
        """Whether noise hides the slope at the larger widths."""
        return self.fit is not None and self.sigmas * self.fit.upper.error > self.tolerance

    @property
    def looks_flat(self) -> bool:
        """Whether the predicted exponent cannot be told from none, for noise alone."""
        exponent = abs(float(self.prediction.exponent or 0))
        return self.tolerance < exponent <= self.wide_margin

    def _tells(self, error: float) -> bool:
        return error <= self.tolerance

    @property
    def trend(self) -> Trend | None:
        """What the size does as width grows; None where it is not told.

        Theory has no part in it, but where it explains why the slope is not yet the last one.
        """
        if self.blew_up and self.widths[0] in self.blew_up:
            return "overflows"
        if not self.determined:
            return None
        if self.blew_up:
            return "grows"
        if self.fit is None:
            return "shrinks"
        if self.outcome == "explained" and self.fades and self.prediction.exponent == 0:
            return "stays"
        slope, error = (self.fit.slope, self.fit.standard_error)
        if self.outcome != "agrees":
            slope, error = self.asymptotic
        return _trend(slope, max(self.tolerance, self.sigmas * error) + self._drift(self.fit))

    def _drift(self, fit: Fit) -> float:
        """By how much the slope may still change beyond the widths, as it did across them."""
        change = abs(fit.upper.value - fit.lower.value)
        known = change - self.sigmas * hypot(fit.upper.error, fit.lower.error)
        left = fit.apart**-_FLUCTUATIONS
        return max(0.0, known) * min(1.0, left / (1 - left)) if fit.apart > 1 else 0.0

    @property
    def asymptotic(self) -> Slope:
        """The slope at the largest widths, if they tell it well enough by themselves."""
        assert self.fit is not None, "there are sizes"
        if _SIGMAS * self.fit.upper.error <= _NEAR * self.tolerance:
            return self.fit.upper
        return Slope(self.fit.slope, self.fit.standard_error)

    @property
    def outcome(self) -> Outcome | None:
        """Why the place is what it is, in a word; None where theory predicts nothing."""
        exponent = self.prediction.exponent
        if exponent is None:
            return None
        if not self.determined:
            return "undetermined"
        if self.blew_up:
            return "agrees" if exponent < 0 else self._against
        if self.fit is None:
            small = exponent > _DECADES / log10(self.widths[0])
            return "agrees" if small else "undetermined"
        if exponent == INFINITE:  # what should be exactly zero is not
            return self._against
        if self.error <= self.margin:
            return "agrees"
        if self.by_chance or self.lingers or self.settles or self.fades:
            return "explained"
        return self._against if self._stays_off(self.fit) else "undetermined"

    @property
    def _against(self) -> Outcome:
        return "undetermined" if self.diverged else "off"

    @property
    def error(self) -> float:
        """How far the slope is from the predicted one; infinite where there is none to compare."""
        exponent = self.prediction.exponent
        if exponent is None or self.fit is None:
            return inf
        return abs(self.fit.slope + float(exponent))

    @property
    def by_chance(self) -> bool:
        """Whether among so many slopes some are as far off."""
        return self.error <= min(self.wide_margin, _FAR * self.tolerance)

    @property
    def lingers(self) -> bool:
        """Whether the slope is that of a mixture with a term that fades slowly."""
        _, _, _, exponent, lingering = self.prediction
        if exponent is None or lingering is None or self.fit is None or lingering == exponent:
            return False
        return float(exponent) <= -self.fit.slope <= float(lingering) + self.wide_margin

    @property
    def settles(self) -> bool:
        """Whether the slope at the largest widths is the predicted one, other than the whole."""
        if self.prediction.exponent is None or self.fit is None:
            return False
        _, (off, error) = self._deviations(self.fit)
        return self._tells(error) and abs(off) <= max(self.tolerance, _SIGMAS * error)

    @property
    def fades(self) -> bool:
        """Whether the deviation is that of a correction that fades, and is nearly gone."""
        if self.correction is None:
            return False
        left, error = self.correction
        return left <= _NEAR * self.tolerance and _SIGMAS * error <= _FAR * self.tolerance - left

    @property
    def approaches(self) -> bool:
        """Whether the deviation is smaller at larger widths."""
        if self.prediction.exponent is None or self.fit is None:
            return False
        (before, _), (after, _) = self._deviations(self.fit)
        return abs(after) < abs(before)

    def _stays_off(self, fit: Fit) -> bool:
        """Whether the slope is well off in both halves of the widths, and not as what fades is."""
        (before, first), (after, second) = self._deviations(fit)
        if before * after <= 0 or self.error < _FAR * self.tolerance:
            return False
        left = self._left(fit)
        well_off = abs(after) > _NEAR * self.tolerance + self.sigmas * second
        remains = abs(after) - left * abs(before) > self.sigmas * hypot(second, left * first)
        steady = abs(after) - _STEADY * abs(before) < self.sigmas * hypot(second, _STEADY * first)
        return well_off and remains and steady

    def _left(self, fit: Fit) -> float:
        """What the larger widths leave of a correction that shows at the smaller ones."""
        return float(fit.apart**-self.fading)

    def _deviations(self, fit: Fit) -> tuple[Slope, Slope]:
        """Of the slopes of the smaller and of the larger widths from the predicted one."""
        assert self.prediction.exponent is not None, "there is a prediction"
        exponent = float(self.prediction.exponent)
        return (
            Slope(fit.lower.value + exponent, fit.lower.error),
            Slope(fit.upper.value + exponent, fit.upper.error),
        )


def predicted_trend(prediction: Prediction, tolerance: float) -> Trend | None:
    """What theory lets one see: an exponent within the tolerance looks like none."""
    exponent = prediction.exponent
    return None if exponent is None else _trend(-float(exponent), tolerance)


def _trend(slope: float, margin: float) -> Trend:
    if abs(slope) <= margin:
        return "stays"
    return "grows" if slope > 0 else "shrinks"
