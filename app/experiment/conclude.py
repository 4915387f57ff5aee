"""From measurements to the result of a check: fit, judge, and say it in words."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.experiment.fit import Array, Sample
from app.experiment.judge import judge
from app.experiment.judged import Judged
from app.experiment.plan import Experiment, Measurement
from app.experiment.report import CheckResult, Outcome, QuantityReport
from app.experiment.words import notes, place_note, subject, summary
from solver import classify, format_exponent

Sizes = list[list[float | None]]

_DIGITS: Final = 6
_AGREES: Final[dict[Outcome | None, bool]] = {"agrees": True, "explained": False, "off": False}


def conclude(
    experiment: Experiment, measured: Sequence[tuple[Measurement, Sizes]], device: str,
    seconds: float,
) -> CheckResult:  # fmt: skip
    """The result of an experiment whose measurements are all done.

    ``measured`` holds what ``run.measure`` returned for each of ``plan.measurements``.
    """
    sample = sample_of(experiment, measured)
    theory = classify(experiment.parametrization, experiment.activation).kind
    judgement = judge(experiment, theory, sample)
    return {
        "verdict": judgement.verdict,
        "theory": theory.value,
        "empirical": judgement.empirical.value,
        "summary": summary(experiment, judgement),
        "subject": subject(experiment),
        "widths": list(sample.widths),
        "seeds": [each.shape[1] for each in sample.sizes],
        "tolerance": experiment.tolerance,
        "quantities": [
            _report(judged, [each[row] for each in sample.sizes])
            for row, judged in enumerate(judgement.judged)
        ],
        "notes": notes(experiment, judgement),
        "method": experiment.method,
        "device": device,
        "seconds": round(seconds, 3),
    }


def sample_of(experiment: Experiment, measured: Sequence[tuple[Measurement, Sizes]]) -> Sample:
    """All networks of one width side by side; what blew up as NaN."""
    by_width: dict[int, list[Array]] = {}
    for measurement, sizes in sorted(measured, key=lambda each: each[0]):
        by_width.setdefault(measurement.width, []).append(np.array(sizes, float))
    return Sample(
        list(by_width),
        [np.concatenate(parts, axis=1) for parts in by_width.values()],
        experiment.seed,
    )


def _report(judged: Judged, sizes: Sequence[Array]) -> QuantityReport:
    prediction, fit = judged.prediction, judged.fit
    return {
        "quantity": prediction.quantity,
        "layer": prediction.layer,
        "step": prediction.step,
        "predicted_exponent": (
            None if prediction.exponent is None else format_exponent(prediction.exponent)
        ),
        "measured_exponent": None if fit is None else round(-fit.slope, _DIGITS),
        "standard_error": None if fit is None else round(fit.standard_error, _DIGITS),
        "outcome": judged.outcome,
        "agrees": _AGREES.get(judged.outcome),
        "explained": judged.outcome == "explained",
        "sizes": [_spread(each) for each in sizes],
        "fitted_widths": [] if fit is None else list(fit.widths),
        "note": place_note(judged),
    }


def _spread(sizes: Array) -> list[float] | None:
    """[median, lower quartile, upper quartile]; None where a network blew up."""
    if not np.isfinite(sizes).all():
        return None
    low, median, high = np.quantile(sizes, (0.25, 0.5, 0.75))
    return [float(f"{each:.{_DIGITS}g}") for each in (median, low, high)]
