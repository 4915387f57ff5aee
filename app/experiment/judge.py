"""What measured slopes say, compared with what the theorem says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from statistics import NormalDist
from typing import Final, Literal

import numpy as np

from app.experiment.data import training_batch
from app.experiment.fit import Fit, Sample
from app.experiment.plan import Experiment
from app.experiment.report import CheckVerdict
from solver import Kind, Prediction, predictions
from solver.theory import Place

Trend = Literal["grows", "stays", "shrinks", "overflows"]

# Standard errors within which a measured slope counts as the predicted one.
_SIGMAS: Final = 3.0
# Probability with which chance alone may turn a verdict.
_CHANCE: Final = 0.01
# Times the size of targets and initial outputs together: training that does not overshoot
# changes no output by more.
_DIVERGED: Final = 2.0
# What it takes to contradict a theorem about large widths.
_FEWEST_WIDTHS: Final = 4
_NARROWEST: Final = 64


@dataclass(frozen=True, slots=True)
class Judged:
    """One place: the predicted exponent e, the measured slope, and whether they agree.

    ``margin`` is how far the slope may be from -e.  One slope in 370 is off by more than three
    standard errors, and among hundreds some will be; ``wide_margin`` is passed by any of them
    in one experiment of a hundred (Bonferroni), and decides the verdict.  ``blew_up`` holds
    the widths at which some network's size was not finite, ``vanished`` those at which some
    size was below all floats; ``least`` is the least of the median sizes across widths.
    """

    prediction: Prediction
    fit: Fit | None
    margin: float
    wide_margin: float
    blew_up: tuple[int, ...]
    vanished: tuple[int, ...]
    widths: tuple[int, ...]
    least: float

    @property
    def place(self) -> Place:
        """Which quantity, at which layer and step."""
        return Place(*self.prediction[:3])

    @property
    def trend(self) -> Trend | None:
        """What the size does as width grows; None where the widths do not tell."""
        if self.blew_up:
            return "grows" if self.widths[0] not in self.blew_up else "overflows"
        if self.fit is None:
            return "shrinks" if self.vanished else None
        return _trend(self.asymptotic_slope, self.wide_margin)

    @property
    def asymptotic_slope(self) -> float:
        """The slope at the largest widths, if they tell it well enough by themselves."""
        assert self.fit is not None, "there are sizes"
        told = _SIGMAS * self.fit.end_error <= self.margin
        return self.fit.end_slope if told else self.fit.slope

    @property
    def predicted_trend(self) -> Trend | None:
        """What theory lets one see here: an exponent within the margin looks like none."""
        exponent = self.prediction.exponent
        return None if exponent is None else _trend(-float(exponent), self.wide_margin)

    @property
    def agrees(self) -> bool | None:
        """Whether the slope is the predicted one; None where either is missing."""
        exponent = self.prediction.exponent
        if exponent is None:
            return None
        if self.blew_up:
            return exponent < 0
        if self.fit is None:
            return exponent > 0 if self.vanished else None
        return self.error <= self.margin

    @property
    def error(self) -> float:
        """How far the slope is from the predicted one; infinite where there is none to compare."""
        exponent = self.prediction.exponent
        if exponent is None or self.fit is None:
            return inf
        return abs(self.fit.slope + float(exponent))

    @property
    def significant(self) -> bool:
        """Whether the slope is not the predicted one, and theory does not explain why."""
        return self.agrees is False and counts(self.place) and not self.explained

    @property
    def explained(self) -> bool:
        """Whether a slope that does not agree is so by chance, as a mixture, or only at first."""
        by_chance = self.error <= self.wide_margin
        return self.agrees is False and (by_chance or self.lingers or self.settles)

    @property
    def settles(self) -> bool:
        """Whether the slope at the largest widths is the predicted one, other than the whole."""
        exponent = self.prediction.exponent
        if exponent is None or self.fit is None or self.agrees is not False:
            return False
        return abs(self.asymptotic_slope + float(exponent)) <= self.margin

    @property
    def approaches(self) -> bool:
        """Whether the line still bends towards the predicted slope at the largest widths."""
        exponent, fit = self.prediction.exponent, self.fit
        if exponent is None or fit is None:
            return False
        return fit.bend * (-float(exponent) - fit.slope) > 0

    @property
    def may_settle(self) -> bool:
        """Whether the largest widths by themselves do not rule the predicted slope out."""
        exponent, fit = self.prediction.exponent, self.fit
        if exponent is None or fit is None:
            return False
        return abs(fit.end_slope + float(exponent)) <= max(self.margin, _SIGMAS * fit.end_error)

    @property
    def lingers(self) -> bool:
        """Whether the slope is that of a mixture with a term that fades slowly."""
        _, _, _, exponent, lingering = self.prediction
        if exponent is None or lingering is None or self.fit is None or lingering == exponent:
            return False
        measured = -self.fit.slope
        return float(exponent) <= measured <= float(lingering) + self.wide_margin


@dataclass(frozen=True, slots=True)
class Judgement:
    """The theorem's verdict beside the experiment's.

    ``foreseen`` is the verdict that the predicted exponents would give if they were measured
    without error: where it is not the theorem's, these widths and steps cannot show it.
    ``diverged`` is the first step from which f has left the targets far behind at every width
    alike, though no faster at large ones: the learning rate is too large, whatever the width.
    """

    verdict: CheckVerdict
    theory: Kind
    empirical: Kind
    foreseen: Kind
    judged: tuple[Judged, ...]
    diverged: int | None

    @property
    def disagreeing(self) -> tuple[Judged, ...]:
        """The places whose slope theory does not explain."""
        return tuple(each for each in self.judged if each.significant)

    @property
    def narrow(self) -> bool:
        """Whether the widths are too few, or too small, to contradict a theorem about large n.

        Bending is told from four widths on, and only it says how far off the limit still is.
        """
        fits = [each.fit for each in self.disagreeing if each.fit]
        return any(len(fit.widths) < _FEWEST_WIDTHS or fit.widths[0] < _NARROWEST for fit in fits)

    @property
    def growth_seen(self) -> bool:
        """Whether the slopes show instability, rather than overflow at every width alike."""
        return any(unsound(each.place, each.trend) for each in self.judged if counts(each.place))


def judge(experiment: Experiment, theory: Kind, sample: Sample) -> Judgement:
    """Compare every slope with its prediction, and the verdict of all slopes with the theorem's."""
    expected = predictions(experiment.parametrization, experiment.steps, experiment.activation)
    sigmas = NormalDist().inv_cdf(1 - _CHANCE / (2 * len(expected)))
    judged = tuple(
        _judged(prediction, place, sample, experiment.tolerance, sigmas)
        for place, prediction in enumerate(expected)
    )
    regime = experiment.parametrization.regime
    empirical = decide(((each.place, each.trend) for each in judged), regime)
    foreseen = decide(((each.place, each.predicted_trend) for each in judged), regime)
    targets = training_batch(experiment)[1]
    diverged = _diverged(judged, scale=float(np.abs(targets).max()))
    judgement = Judgement("confirmed", theory, empirical, foreseen, judged, diverged)
    return replace(judgement, verdict=_verdict(judgement))


def _verdict(judgement: Judgement) -> CheckVerdict:
    theory, empirical = judgement.theory, judgement.empirical
    wrong = judgement.disagreeing
    if judgement.foreseen != theory:
        return "inconclusive"
    if empirical is Kind.UNSTABLE and not judgement.growth_seen:
        return "inconclusive"
    if theory is empirical is Kind.UNSTABLE:  # what comes after a blow-up is not judged
        return "confirmed"
    if not wrong:
        return "confirmed" if empirical == theory else "inconclusive"
    excused = all(
        each.approaches or each.may_settle or _past(each, judgement.diverged) for each in wrong
    )
    return "inconclusive" if excused or judgement.narrow else "contradicted"


def _past(judged: Judged, step: int | None) -> bool:
    return step is not None and judged.place.step >= step - 1  # where it first overshot


def _diverged(judged: Iterable[Judged], scale: float) -> int | None:
    scale += max(each.least for each in judged if each.place == Place("f", each.place.layer, 0))
    steps = [
        each.place.step
        for each in judged
        if each.place.quantity == "delta_f"
        and each.least > _DIVERGED * scale
        and not each.significant
    ]
    return min(steps, default=None)


def decide(trends: Iterable[tuple[Place, Trend | None]], regime: Kind) -> Kind:
    """The verdict that trends alone give, without the theorem.

    Something grows, or the preactivations vanish at initialization: unstable.  Else Δf shrinks
    at every step: trivial.  Else Δx^L stays at some step: feature learning.  Else the regime
    of the optimizer's law, kernel or operator.
    """
    known: Mapping[Place, Trend | None] = {place: trend for place, trend in trends if counts(place)}
    depth = max(place.layer for place in known) - 1
    if any(unsound(*each) or each[1] == "overflows" for each in known.items()):
        return Kind.UNSTABLE
    if all(trend == "shrinks" for place, trend in known.items() if place.quantity == "delta_f"):
        return Kind.TRIVIAL
    if any(
        trend == "stays"
        for place, trend in known.items()
        if place.quantity == "delta_x" and place.layer == depth
    ):
        return Kind.FEATURE_LEARNING
    return regime


def counts(place: Place) -> bool:
    """Whether a place says anything of its own.

    f_t = f_0 + Δf_t adds nothing to what f_0 and Δf_t say by themselves, and as a difference of
    two random numbers it is the noisiest of all, or a mixture of two powers of n.
    """
    return place.quantity != "f" or place.step == 0


def unsound(place: Place, trend: Trend | None) -> bool:
    """Whether something grows, or h vanishes at initialization."""
    return trend == "grows" or (trend == "shrinks" and place.quantity == "h" and place.step == 0)


def hidden(judgement: Judgement) -> Judged | None:
    """The place of the smallest exponent that these widths cannot tell from zero, if any."""
    places = [
        each
        for each in judgement.judged
        if each.prediction.exponent and each.predicted_trend == "stays"
    ]
    return min(places, key=lambda each: abs(each.prediction.exponent or Fraction()), default=None)


def _judged(
    prediction: Prediction, place: int, sample: Sample, tolerance: float, sigmas: float
) -> Judged:
    fit = sample.fit(place)
    error = 0.0 if fit is None else fit.standard_error
    rows = [each[place] for each in sample.sizes]
    return Judged(
        prediction,
        fit,
        margin=max(tolerance, _SIGMAS * error),
        wide_margin=max(tolerance, sigmas * error),
        blew_up=_where(sample, [not np.isfinite(row).all() for row in rows]),
        vanished=_where(sample, [bool((row == 0).any()) for row in rows]),
        widths=sample.widths,
        least=min(float(np.median(row)) for row in rows),
    )


def _where(sample: Sample, flags: list[bool]) -> tuple[int, ...]:
    return tuple(width for width, flag in zip(sample.widths, flags, strict=True) if flag)


def _trend(slope: float, margin: float) -> Trend:
    if abs(slope) <= margin:
        return "stays"
    return "grows" if slope > 0 else "shrinks"
