"""The outcome of a check in plain sentences."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from app.experiment.judge import Judged, Judgement, counts, decide, hidden
from app.experiment.plan import Experiment
from solver import Kind, predictions
from solver.theory import Quantity, power

_KIND: Final = {
    Kind.UNSTABLE: "unstable",
    Kind.TRIVIAL: "trivial",
    Kind.KERNEL: "kernel regime",
    Kind.OPERATOR: "operator regime",
    Kind.FEATURE_LEARNING: "feature learning",
}

# More layers than this are named by the first, the hidden ones together, and the last.
_MOST_LISTED: Final = 5

_SYMBOL: Final[dict[Quantity, str]] = {
    "h": "h^{l}",
    "x": "x^{l}",
    "f": "f",
    "delta_h": "Δh^{l}",
    "delta_x": "Δx^{l}",
    "delta_f": "Δf",
    "update": "ΔW^{l} x^{k}",
    "readout_update": "ΔW^{l} x^{k}",
    "readout_init": "W_0^{l} Δx^{k}",
}


def summary(experiment: Experiment, judgement: Judgement) -> str:
    """One sentence: the verdict, and what was seen."""
    theory, empirical = _KIND[judgement.theory], _KIND[judgement.empirical]
    if judgement.verdict == "inconclusive":
        return f"Inconclusive: {_open_because(experiment, judgement)}."
    widths = f"at widths {min(experiment.widths)} to {max(experiment.widths)}"
    seen = _seen(judgement)
    match judgement.verdict:
        case "confirmed" if judgement.theory is Kind.UNSTABLE:
            return f"Confirmed, unstable: {widths} {seen}."
        case "confirmed":
            return f"Confirmed, {theory}: {widths} {seen}; {_agreement(judgement)}."
        case _:
            if judgement.empirical != judgement.theory:
                return (
                    f"Contradicted: theory says {theory}, but {widths} {seen} ({empirical}); "
                    f"{_agreement(judgement)}."
                )
            return (
                f"Contradicted: {widths} {seen}, which is {theory} as theory says, but "
                f"{_agreement(judgement)}; the largest difference: {_worst(judgement)}."
            )


def subject(experiment: Experiment) -> str:
    """What was trained, in one line."""
    a, b, c, _ = zip(*experiment.exponents, strict=True)
    exponents = ", ".join(
        f"{symbol} = {_listed(values)}" for symbol, values in (("a", a), ("b", b), ("c", c))
    )
    momentum = f" with momentum {experiment.momentum:g}" if experiment.momentum else ""
    return (
        f"{exponents} · {experiment.update_rule}{momentum} · {experiment.activation} · "
        f"{experiment.loss} · η = {experiment.learning_rate:g}"
    )


def _listed(values: Sequence[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    if len(values) > _MOST_LISTED and len(set(values[1:-1])) == 1:
        return f"({values[0]}, {values[1]} .. {values[1]}, {values[-1]})"
    return f"({', '.join(values)})"


def notes(experiment: Experiment, judgement: Judgement) -> list[str]:
    """What a reader of the numbers should know."""
    result: list[str] = []
    if first := _first_blow_up(judgement.judged):
        result.append(first)
    bent = [each for each in judgement.judged if each.fit and len(each.fit.widths) < _sound(each)]
    if bent:
        result.append(
            f"{len(bent)} of {len(judgement.judged)} lines bend at small widths, which were left "
            "out of those fits (see fitted_widths)."
        )
    if judgement.theory is Kind.UNSTABLE:
        result.append(
            "For an unstable parametrization theory predicts sizes up to the first blow-up; the "
            "check asks that something grows (or that h vanishes at initialization)."
        )
    if experiment.seeds == 1:
        result.append("With a single seed, standard errors come from the residuals alone.")
    return result


def place_note(judged: Judged) -> str | None:
    """What is special about one line."""
    if judged.blew_up:
        return f"blew up at step {judged.place.step}, width {judged.blew_up[0]}"
    if judged.vanished:
        return f"below the smallest floating-point number at width {judged.vanished[0]}"
    fit = judged.fit
    if fit is None:
        return None
    remarks: list[str] = []
    if dropped := [width for width in judged.widths if width < fit.widths[0]]:
        remarks.append(f"bends at small widths; left out: {', '.join(map(str, dropped))}")
    if judged.agrees is False and judged.lingers:
        lingering = judged.prediction.lingering or Fraction()
        remarks.append(f"a term that fades like {power(-lingering)} still shows")
    elif judged.settles:
        remarks.append("the predicted slope at the largest widths")
    elif judged.agrees is False and judged.error <= judged.wide_margin:
        remarks.append("off by no more than chance explains among so many slopes")
    if fit.bend:
        towards = " towards the predicted slope" if judged.approaches else ""
        remarks.append(f"still bends{towards} at the largest widths")
    return "; ".join(remarks) or None


def _seen(judgement: Judgement) -> str:
    """What decided the empirical verdict."""
    judged = judgement.judged
    depth = max(each.place.layer for each in judged) - 1
    changes = [each for each in judged if each.place.quantity == "delta_f"]
    features = [
        each for each in judged if each.place.quantity == "delta_x" and each.place.layer == depth
    ]
    match judgement.empirical:
        case Kind.UNSTABLE:
            # What grows first is the cause; later sizes follow no simple law.
            growing = [each for each in judged if each.trend == "grows" and counts(each.place)]
            first = min((each.place.step for each in growing), default=0)
            growing = [each for each in growing if each.place.step == first]
            foreseen = [each for each in growing if each.predicted_trend == "grows"]
            growing = foreseen or growing
            if not growing:
                vanishing = [e for e in judged if e.place.quantity == "h" and e.trend == "shrinks"]
                return f"{_slope(vanishing[0])} at initialization"
            return _slope(max(growing, key=lambda each: each.fit.slope if each.fit else 0.0))
        case Kind.TRIVIAL:
            return f"{_slope(changes[-1])}, so that the network stands still"
        case Kind.FEATURE_LEARNING:
            moving = [each for each in features if each.trend == "stays"]
            return f"the features move: {_slope(moving[-1])}"
        case _:
            return f"the features stand still, {_slope(features[-1])}, and {_slope(changes[-1])}"


def _slope(judged: Judged) -> str:
    where = f"{_symbol(judged)} (step {judged.place.step})"
    if judged.blew_up:
        return f"{where} blows up at width {judged.blew_up[0]}"
    if judged.fit is None:
        return f"{where} is below all floating-point numbers"
    if judged.trend == "stays":
        return f"{where} stays of size Θ(1), measured slope {judged.asymptotic_slope:+z.3f}"
    return f"{where} {judged.trend} like n^({judged.asymptotic_slope:.3f})"


def _symbol(judged: Judged) -> str:
    layer = judged.place.layer
    return _SYMBOL[judged.place.quantity].replace("{l}", str(layer)).replace("{k}", str(layer - 1))


def _open_because(experiment: Experiment, judgement: Judgement) -> str:
    theory = _KIND[judgement.theory]
    if judgement.empirical is Kind.UNSTABLE and not judgement.growth_seen:
        return (
            "sizes leave the range of floating-point numbers at every width alike, so that there "
            "is no slope to see; lower learning_rate, steps or widths"
        )
    if judgement.foreseen == judgement.theory:
        if not judgement.disagreeing:
            read = f"the slopes by themselves read {_KIND[judgement.empirical]}, not {theory}"
            if any(each.agrees is False and each.lingers for each in judgement.judged):
                return (
                    f"{read}, since terms that fade slowly with width still show; choose larger "
                    "widths"
                )
            return (
                f"{read}, although each is as predicted: one lies close to the tolerance; lower "
                "tolerance and raise seeds"
            )
        if judgement.diverged:
            return (
                f"from step {judgement.diverged} on f is far off the targets at every width alike, "
                "and such training follows no simple law; lower learning_rate"
            )
        if judgement.narrow:
            return (
                f"{_agreement(judgement)}, but fewer than four widths, or widths below 64, are no "
                "case against a theorem about large ones; choose more and larger widths"
            )
        return (
            f"{_agreement(judgement)}, and the others still bend towards the prediction, or keep "
            "to it at the largest widths; choose larger widths, or a smaller learning_rate"
        )
    if steps := _steps_needed(experiment, judgement):
        return (
            f"{theory} shows from step {steps} on, and the experiment has {experiment.steps}; "
            f"raise steps to {steps} or more"
        )
    smallest = hidden(judgement)
    assert smallest is not None, "with enough steps only small exponents can hide a verdict"
    assert smallest.prediction.exponent, "it is not zero"
    exponent = abs(smallest.prediction.exponent)
    noisy = smallest.wide_margin > experiment.tolerance
    remedy = "raise seeds" if noisy else f"lower tolerance below {float(exponent):.2g}"
    return (
        f"theory says {theory}, which rests on an exponent as small as {exponent}, and slopes are "
        f"told apart here to {smallest.wide_margin:.2g}; across these widths it changes a size by "
        f"{_percent(experiment, exponent)}, and a factor of 2 takes widths that span a factor of "
        f"2^{1 / exponent}; {remedy}"
    )


def _percent(experiment: Experiment, exponent: Fraction) -> str:
    ratio = max(experiment.widths) / min(experiment.widths)
    return f"{100 * (ratio ** float(exponent) - 1):.0f}%"


def _steps_needed(experiment: Experiment, judgement: Judgement) -> int | None:
    """A second step, where theory's verdict shows only then (through the updated readout)."""
    if experiment.steps > 1:
        return None
    margin = experiment.tolerance
    expected = predictions(experiment.parametrization, 2, experiment.activation)
    trends = (
        Judged(each, None, margin, margin, (), (), experiment.widths, least=0.0)
        for each in expected
    )
    regime = experiment.parametrization.regime
    foreseen = decide(((each.place, each.predicted_trend) for each in trends), regime)
    return 2 if foreseen == judgement.theory else None


def _first_blow_up(judged: Iterable[Judged]) -> str | None:
    places = [(each.place.step, each.blew_up[0], each) for each in judged if each.blew_up]
    if not places:
        return None
    step, width, first = min(places, key=lambda each: each[:2])
    return f"{_symbol(first)} blew up at step {step}, width {width}: some sizes are not finite."


def _sound(judged: Judged) -> int:
    """How many widths have sizes to fit."""
    return len(set(judged.widths) - set(judged.blew_up) - set(judged.vanished))


def _agreement(judgement: Judgement) -> str:
    compared = [each for each in judgement.judged if each.agrees is not None]
    agreeing = sum(each.agrees is True for each in compared)
    if agreeing == len(compared):
        return f"all {agreeing} slopes are as predicted"
    chance = (
        ""
        if judgement.disagreeing
        else " (the others differ by chance, or by terms that fade slowly)"
    )
    return f"{agreeing} of {len(compared)} slopes are as predicted{chance}"


def _worst(judgement: Judgement) -> str:
    measured = [each for each in judgement.disagreeing if each.fit]
    if not measured:
        return _slope(judgement.disagreeing[0])

    def difference(each: Judged) -> float:
        assert each.fit is not None
        assert each.prediction.exponent is not None
        return abs(each.fit.slope + float(each.prediction.exponent))

    worst = max(measured, key=difference)
    assert worst.prediction.exponent is not None
    return f"{_slope(worst)} where theory says {power(-worst.prediction.exponent)}"
