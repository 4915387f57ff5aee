"""Results of checks that no network was trained for: power laws, with noise."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from app.experiment.report import CheckResult, Outcome, QuantityReport
from solver import Parametrization, classify, format_exponent, gallery_entry
from solver.theory.predicted_exponents import Prediction, predictions

WIDTHS = tuple(2**k for k in range(8, 17))
TOLERANCE = 0.05


def synthetic(
    name: str,
    depth: int,
    steps: int = 4,
    theory: str | None = None,
    widths: Sequence[int] = WIDTHS,
    **changes: Any,
) -> CheckResult:
    """What a check of the parametrization of this name might measure.

    With ``theory`` the sizes are compared with the predictions for another parametrization.
    What follows no law grows doubly exponentially with the steps, until it blows up.
    """
    networks = gallery_entry(name).roles().at_depth(depth)
    expected = networks if theory is None else gallery_entry(theory).roles().at_depth(depth)
    generator = np.random.default_rng(0)
    pairs = zip(predictions(networks, steps), predictions(expected, steps), strict=True)
    quantities = [_report(law, guess, widths, generator) for law, guess in pairs]
    right = all(each["agrees"] is not False for each in quantities)
    result: CheckResult = {
        "verdict": "confirmed" if right else "contradicted",
        "theory": _kind(expected),
        "empirical": _kind(networks),
        "summary": f"In one sentence, what sizes < 1 & > 1 have to say about {name}.",
        "subject": "a = (-1/2, 0, 1/2), b = 1/2, c = 0 · sgd · tanh · mse · η = 0.5",
        "widths": list(widths),
        "seeds": [8 * max(widths) // width for width in widths],
        "tolerance": TOLERANCE,
        "quantities": quantities,
        "notes": [],
        "method": "matrix_free",
        "device": "cpu",
        "seconds": 1.0,
    }
    result.update(changes)  # type: ignore[typeddict-item]
    return result


def _kind(parametrization: Parametrization) -> Any:
    return classify(parametrization).kind.value


def _report(
    law: Prediction, guess: Prediction, widths: Sequence[int], generator: np.random.Generator
) -> QuantityReport:
    n = np.array(widths, float)
    noise = np.exp(0.02 * generator.standard_normal(n.shape))
    with np.errstate(over="ignore"):
        if law.exponent is None:
            sizes = n ** (3.0**law.step) * noise
        else:
            sizes = 0.1 * (law.step + law.layer) * n ** -float(law.exponent) * noise
    finite = np.isfinite(sizes)
    measured = None
    if finite.sum() > 1:
        measured = -float(np.polyfit(np.log(n[finite]), np.log(sizes[finite]), 1)[0])
    return {
        "quantity": law.quantity,
        "layer": law.layer,
        "step": law.step,
        "predicted_exponent": None if guess.exponent is None else format_exponent(guess.exponent),
        "measured_exponent": measured,
        "standard_error": None if measured is None else 0.004,
        "outcome": _outcome(guess.exponent, measured),
        "agrees": _agrees(guess.exponent, measured),
        "sizes": [
            [s, 0.8 * s, min(1.3 * s, 1e308)] if np.isfinite(s) else None for s in sizes.tolist()
        ],
        "fitted_widths": [int(width) for width in n[finite]],
        "explained": False,
        "note": None,
    }


def _spread(size: float) -> list[float] | None:
    return [size, 0.8 * size, min(1.3 * size, 1e308)] if np.isfinite(size) else None


def _outcome(predicted: Fraction | None, measured: float | None) -> Outcome | None:
    agrees = _agrees(predicted, measured)
    return None if agrees is None else "agrees" if agrees else "off"


def _agrees(predicted: Fraction | None, measured: float | None) -> bool | None:
    if predicted is None or measured is None:
        return None
    return abs(measured - float(predicted)) <= TOLERANCE
