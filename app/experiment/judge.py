"""What all measured slopes say, compared with what the theorem says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from app.experiment.data import training_batch
from app.experiment.fit import LEAST, Sample
from app.experiment.judged import Judged, Trend, predicted_trend
from app.experiment.plan import Experiment
from app.experiment.report import CheckVerdict
from solver import Kind, Prediction, predictions
from solver.exact import INFINITE
from solver.theory import Place

# Probability with which chance alone may turn a verdict.
_CHANCE: Final = 0.01
# Times the size of targets and initial outputs together: training that does not overshoot
# changes no output by more.
_DIVERGED: Final = 2.0
# What it takes to contradict a theorem about large widths: so many widths, of which the larger
# half are at least so large.
_FEWEST_WIDTHS: Final = 4
_NARROWEST: Final = 256
# Corrections that fade more slowly would not be seen to fade at any widths.
_SLOWEST: Final = 1 / 8
_HALF: Final = Fraction(1, 2)


class Reading(NamedTuple):
    """How trends alone, without the theorem, give a verdict.

    ``regime`` is that of the optimizers' laws.  ``decays`` tells that weight decay moves the
    features at every width alike.  ``branches`` are the layers that are residual branches.
    """

    regime: Kind
    decays: bool
    branches: frozenset[int]

    @classmethod
    def of(cls, experiment: Experiment) -> "Reading":
        """That of an experiment."""
        given, residual = experiment.parametrization, experiment.residual
        decays = any(
            each.w is not None and abs(each.c + each.w) <= experiment.tolerance
            for each in given.layers[:-1]
        )
        branches = (layer for layer, each in enumerate(residual, start=1) if each)
        return cls(given.regime, decays, frozenset(branches))

    def decide(self, trends: Iterable[tuple[Place, Trend | None]]) -> Kind:
        """The verdict.

        Something grows, or the preactivations vanish at initialization: unstable.  Else Δf shrinks
        at every step: trivial.  Else the features move at some step: feature learning.  Else the
        regime.
        """
        known = {place: trend for place, trend in trends if counts(place)}
        depth = max(place.layer for place in known) - 1
        if any(self.unsound(*each) or each[1] == "overflows" for each in known.items()):
            return Kind.UNSTABLE
        if all(trend == "shrinks" for place, trend in known.items() if place[0] == "delta_f"):
            return Kind.TRIVIAL
        moving = (place for place, trend in known.items() if trend == "stays")
        if any(self.of_features(place, depth) for place in moving):
            return Kind.FEATURE_LEARNING
        return self.regime

    def of_features(self, place: Place, depth: int) -> bool:
        """Whether features move where this stays: Δx^L, or updates where decay moves it too."""
        return place.quantity == "update" if self.decays else place[:2] == ("delta_x", depth)

    def unsound(self, place: Place, trend: Trend | None) -> bool:
        """Whether something grows, or h vanishes at initialization, other than on a branch."""
        vanishes = trend == "shrinks" and place.quantity == "h" and place.step == 0
        return trend == "grows" or (vanishes and place.layer not in self.branches)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The theorem's verdict beside the experiment's.

    ``foreseen`` is the verdict that the predicted exponents would give if they were measured
    without error: where it is not the theorem's, these widths and steps cannot show it.
    ``diverged`` is the first step from which f has left the targets far behind at every width
    alike, though no faster at large ones: the learning rate is too large, whatever the width.
    ``reading`` is how the verdicts are read off the trends.
    """

    verdict: CheckVerdict
    theory: Kind
    empirical: Kind
    foreseen: Kind
    judged: tuple[Judged, ...]
    diverged: int | None
    reading: Reading

    @property
    def off(self) -> tuple[Judged, ...]:
        """The places whose slope speaks against the theory."""
        return tuple(each for each in self._counted if each.outcome == "off")

    @property
    def undetermined(self) -> tuple[Judged, ...]:
        """The places that may speak for it or against it."""
        return tuple(each for each in self._counted if each.outcome == "undetermined")

    @property
    def open(self) -> tuple[Judged, ...]:
        """The undetermined places without which there is no verdict.

        Those that noise alone hides, if it is not too much, may be left so: the others tell.  Of
        Δf and Δx^L, which decide, half of the steps must be told.
        """
        depth = max(each.place.layer for each in self.judged) - 1
        deciding = [
            [each for each in self.judged if each.place[:2] == place]
            for place in (("delta_f", depth + 1), ("delta_x", depth))
        ]
        hidden = {
            each.place
            for steps in deciding
            if sum(each.determined for each in steps) < len(steps) / 2
            for each in steps
        }
        return tuple(e for e in self.undetermined if e.place in hidden or not e.faint)

    @property
    def _counted(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.judged if counts(each.place))

    @property
    def narrow(self) -> bool:
        """Whether the widths are too few, or too small, to contradict a theorem about large n."""
        widths = [each.fit.widths for each in self.off if each.fit]
        return any(len(w) < _FEWEST_WIDTHS or w[len(w) // 2] < _NARROWEST for w in widths)

    @property
    def growth_seen(self) -> bool:
        """Whether the slopes show instability, rather than overflow at every width alike."""
        return any(self.reading.unsound(each.place, each.trend) for each in self._counted)


def judge(experiment: Experiment, theory: Kind, sample: Sample) -> Judgement:
    """Compare every slope with its prediction, and the verdict of all slopes with the theorem's."""
    expected = expected_of(experiment, experiment.steps)
    sigmas = NormalDist().inv_cdf(1 - _CHANCE / (2 * len(expected)))
    fading = slowest_correction(expected)
    judged = tuple(
        _judged(prediction, place, sample, experiment.tolerance, sigmas, fading)
        for place, prediction in enumerate(expected)
    )
    reading = Reading.of(experiment)
    empirical = reading.decide((each.place, each.trend) for each in judged)
    foreseen = reading.decide(
        (each.place, predicted_trend(each.prediction, experiment.tolerance)) for each in judged
    )
    targets = training_batch(experiment)[1]
    if diverged := _diverged(judged, scale=float(np.abs(targets).max())):
        # From where it first overshot.
        judged = tuple(replace(each, diverged=each.place.step >= diverged - 1) for each in judged)
    judgement = Judgement("confirmed", theory, empirical, foreseen, judged, diverged, reading)
    return replace(judgement, verdict=_verdict(judgement))


def _verdict(judgement: Judgement) -> CheckVerdict:
    theory, empirical = judgement.theory, judgement.empirical
    if judgement.foreseen != theory:
        return "inconclusive"
    if empirical is Kind.UNSTABLE and not judgement.growth_seen:
        return "inconclusive"
    if theory is empirical is Kind.UNSTABLE:  # what comes after a blow-up is not judged
        return "confirmed"
    if judgement.off:
        return "inconclusive" if judgement.narrow else "contradicted"
    if judgement.open or empirical != theory:
        return "inconclusive"
    return "confirmed"


def expected_of(experiment: Experiment, steps: int) -> tuple[Prediction, ...]:
    """What theory predicts for the networks of an experiment."""
    return predictions(
        experiment.parametrization,
        steps,
        experiment.activation,
        bounded_slope=experiment.loss != "mse",
    )


def slowest_correction(expected: Sequence[Prediction]) -> float:
    """δ such that relative corrections to sizes fade like n^-δ or faster.

    A size is a function of others, which have exponents of their own: what is n^-e beside a term
    of Θ(1) changes it by as much.  Fluctuations among n coordinates are n^(-1/2).
    """
    known = [each for each in expected if each.exponent not in (None, INFINITE)]
    exponents = {each.exponent for each in known if each.exponent}
    exponents |= {
        each.lingering - each.exponent
        for each in known
        if each.lingering is not None and each.exponent is not None
    }
    return max(_SLOWEST, float(min({each for each in exponents if each > 0} | {_HALF})))


def _diverged(judged: Iterable[Judged], scale: float) -> int | None:
    scale += max(each.least for each in judged if each.place == Place("f", each.place.layer, 0))
    steps = [
        each.place.step
        for each in judged
        if each.place.quantity == "delta_f"
        and each.least > _DIVERGED * scale
        and each.outcome != "off"
    ]
    return min(steps, default=None)


def counts(place: Place) -> bool:
    """Whether a place says anything of its own.

    f_t = f_0 + Δf_t adds nothing to what f_0 and Δf_t say by themselves, and as a difference of
    two random numbers it is the noisiest of all, or a mixture of two powers of n.
    """
    return place.quantity != "f" or place.step == 0


def hidden(judgement: Judgement) -> Judged | None:
    """The place of the smallest exponent that these widths cannot tell from zero, if any."""
    places = [
        each
        for each in judgement.judged
        if each.prediction.exponent and predicted_trend(each.prediction, each.tolerance) == "stays"
    ]
    return min(places, key=lambda each: abs(each.prediction.exponent or Fraction()), default=None)


def _judged(
    prediction: Prediction, place: int, sample: Sample, tolerance: float, sigmas: float,
    fading: float,
) -> Judged:  # fmt: skip
    rows = [each[place] for each in sample.sizes]
    judged = Judged(
        prediction,
        sample.fit(place),
        tolerance,
        sigmas,
        fading,
        correction=None,
        blew_up=_where(sample, [not np.isfinite(row).all() for row in rows]),
        lost=_where(sample, [bool(np.isfinite(row).mean() < 1 / 2) for row in rows]),
        vanished=_where(sample, [bool((row < LEAST).any()) for row in rows]),
        widths=sample.widths,
        least=min(float(np.median(row)) for row in rows),
    )
    exponent, lingering = prediction.exponent, prediction.lingering
    if exponent in (None, INFINITE) or judged.fit is None or judged.outcome == "agrees":
        return judged
    assert exponent is not None, "both are None where theory predicts nothing"
    assert lingering is not None, "both are None where theory predicts nothing"
    possible = {fading, float(lingering - exponent)} - {0.0}
    found = [sample.correction(place, float(exponent), each) for each in possible]
    return replace(
        judged, correction=min((each for each in found if each is not None), default=None)
    )


def _where(sample: Sample, flags: list[bool]) -> tuple[int, ...]:
    return tuple(width for width, flag in zip(sample.widths, flags, strict=True) if flag)
