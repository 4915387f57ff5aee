"""The outcome of a check in plain sentences."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor, log10
from typing import Final

from app.experiment.judge import Judgement, counts, expected_of, hidden
from app.experiment.judged import Judged, predicted_trend
from app.experiment.plan import FINEST_TOLERANCE, MOST_SEEDS, Experiment
from app.experiment.ranges import beyond_floats
from solver import Kind
from solver.exact import INFINITE
from solver.theory import Place, Quantity, power

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
    measured = judgement.judged[0].widths
    widths = f"at widths {measured[0]} to {measured[-1]}"
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
    optimizers = experiment.parametrization.optimizers
    rules = [
        optimizer if rule.in_conventions else rule.name
        for optimizer, rule in zip(optimizers, experiment.rules, strict=True)
    ]
    return (
        f"{exponents}{_beside(experiment)} · {_listed(rules)}{momentum} · "
        f"{experiment.activation} · {experiment.loss} · η = {experiment.learning_rate:g}"
    )


def _beside(experiment: Experiment) -> str:
    """What there is beside weight matrices, each with a separator before it."""
    parts: list[str] = []
    if experiment.biases:
        a, b, c, _ = zip(*experiment.biases, strict=True)
        parts.append(f"biases a = {_listed(a)}, b = {_listed(b)}, c = {_listed(c)}")
    if experiment.weight_decay:
        parts.append(f"decay w = {_listed([each or 'none' for each in experiment.weight_decay])}")
    if experiment.epsilon:
        parts.append(f"ε e = {_listed([d or 'none' for *_, d in experiment.exponents])}")
    for name, layers in (("residual", experiment.residual), ("normalized", experiment.normalized)):
        if any(layers):
            numbers = [str(layer) for layer, each in enumerate(layers, start=1) if each]
            parts.append(f"{name} {', '.join(numbers)}")
    return "".join(f" · {each}" for each in parts)


def _listed(values: Sequence[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    if len(values) > _MOST_LISTED and len(set(values[1:-1])) == 1:
        return f"({values[0]}, {values[1]} .. {values[1]}, {values[-1]})"
    return f"({', '.join(values)})"


def notes(experiment: Experiment, judgement: Judgement) -> list[str]:
    """What a reader of the numbers should know."""
    result: list[str] = []
    measured = judgement.judged[0].widths
    if wider := [width for width in measured if width > max(experiment.widths)]:
        result.append(
            f"The widths asked for left it open; {', '.join(map(str, wider))} "
            f"{'were' if len(wider) > 1 else 'was'} measured, too."
        )
    result += beyond_floats(experiment)
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
    if judged.fit is None and judged.prediction.exponent == INFINITE:
        return "zero, as theory says"
    if judged.vanished:
        return f"below the smallest floating-point number at width {judged.vanished[0]}"
    fit = judged.fit
    if fit is None:
        return None
    if fit.jumps:
        return f"jumps at width {', '.join(map(str, fit.jumps))}"
    remarks: list[str] = []
    if dropped := [width for width in judged.widths if width < fit.widths[0]]:
        remarks.append(f"bends at small widths; left out: {', '.join(map(str, dropped))}")
    match judged.outcome:
        case "explained" if judged.by_chance:
            remarks.append("off by no more than chance explains among so many slopes")
        case "explained" if judged.lingers:
            lingering = judged.prediction.lingering or Fraction()
            remarks.append(f"a term that fades like {power(-lingering)} still shows")
        case "explained" if judged.settles:
            remarks.append("the predicted slope at the largest widths")
        case "explained":
            remarks.append("the difference fades as width grows")
        case "undetermined" if judged.looks_flat:
            remarks.append("too noisy to tell the predicted slope from none")
        case "undetermined" if judged.noisy:
            remarks.append("too noisy to tell")
        case "undetermined" if judged.diverged:
            remarks.append("training has left the targets far behind at every width")
        case "undetermined":
            remarks.append(_between(judged))
    if fit.bend:
        towards = " towards the predicted slope" if judged.approaches else ""
        remarks.append(f"still bends{towards} at the largest widths")
    return "; ".join(remarks) or None


def _between(judged: Judged) -> str:
    assert judged.fit is not None, "there are slopes"
    return (
        f"slope {judged.fit.lower.value:+z.3f} at the smaller widths, "
        f"{judged.fit.upper.value:+z.3f} at the larger: neither the predicted one nor clearly not"
    )


def _seen(judgement: Judgement) -> str:
    """What decided the empirical verdict."""
    judged = judgement.judged
    depth = max(each.place.layer for each in judged) - 1
    changes = [each for each in judged if each.place.quantity == "delta_f"]
    features = [each for each in judged if judgement.reading.of_features(each.place, depth)]
    match judgement.empirical:
        case Kind.UNSTABLE:
            # What grows first is the cause; later sizes follow no simple law.
            growing = [each for each in judged if each.trend == "grows" and counts(each.place)]
            first = min((each.place.step for each in growing), default=0)
            growing = [each for each in growing if each.place.step == first]
            foreseen = [each for each in growing if (each.prediction.exponent or 0) < 0]
            growing = foreseen or growing
            if not growing:
                vanishing = [
                    each
                    for each in judged
                    if each.place.quantity == "h" and each.trend == "shrinks"
                ]
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
    where = _where(judged)
    if judged.blew_up:
        return f"{where} blows up at width {judged.blew_up[0]}"
    if judged.fit is None and judged.prediction.exponent == INFINITE:
        return f"{where} is zero"
    if judged.fit is None:
        return f"{where} is below all floating-point numbers"
    if judged.trend == "stays":
        return f"{where} stays of size Θ(1), measured slope {judged.asymptotic.value:+z.3f}"
    return f"{where} {judged.trend} like n^({judged.asymptotic.value:.3f})"


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
        return _open_evidence(experiment, judgement)
    if steps := _steps_needed(experiment, judgement):
        return (
            f"{theory} shows from step {steps} on, and the experiment has {experiment.steps}; "
            f"raise steps to {steps} or more"
        )
    smallest = hidden(judgement)
    if smallest is None:  # what decides is not among the quantities that are recorded
        foreseen = f"theory says {theory}, and the sizes that it predicts read like "
        foreseen += _KIND[judgement.foreseen]
        if judgement.reading.decays:
            return f"{foreseen}, since weights decay at every width alike; raise weight_decay"
        return f"{foreseen}; no choice of networks can tell"
    assert smallest.prediction.exponent, "it is not zero"
    exponent = abs(smallest.prediction.exponent)
    finer = float(exponent) / 2
    remedy = (
        f"set tolerance to {_rounded_down(finer)}"
        if finer >= FINEST_TOLERANCE
        else "no widths that can be simulated show it"
    )
    return (
        f"theory says {theory}, which rests on an exponent as small as {exponent}, and slopes are "
        f"told apart here to {experiment.tolerance:.2g}; across these widths it changes a size by "
        f"{_percent(experiment, exponent)}, and a factor of 2 takes widths that span a factor of "
        f"2^{1 / exponent}; {remedy}"
    )


def _open_evidence(experiment: Experiment, judgement: Judgement) -> str:
    """Why measured slopes that could tell the verdict do not."""
    if judgement.off:  # and yet no contradiction
        return (
            f"{_agreement(judgement)}, but fewer than four widths, or widths mostly below 256, are "
            "no case against a theorem about large ones; choose more and larger widths"
        )
    undetermined = judgement.open
    if not undetermined:
        return (
            f"the slopes by themselves read {_KIND[judgement.empirical]}, not "
            f"{_KIND[judgement.theory]}, although each is as predicted up to chance and to terms "
            f"that fade slowly; choose {_larger(judgement)}"
        )
    if judgement.diverged and any(each.diverged for each in undetermined):
        return (
            f"from step {judgement.diverged} on f is far off the targets at every width alike, "
            "and such training follows no simple law; lower learning_rate"
        )
    broken = [each for each in undetermined if each.broken]
    if broken:
        return (
            f"{_where(broken[0])}: {place_note(broken[0])}, so that there is no slope to see; "
            f"{_remedy_for_ranges(experiment)}"
        )
    noisiest = max(undetermined, key=lambda each: each.noise)
    if all(each.noisy for each in undetermined):
        return (
            f"{_count(undetermined)}; the slope of {_where(noisiest)} is told to "
            f"±{noisiest.margin:.2g} only; {_quieter(experiment, judgement, noisiest)}"
        )
    worst = max((each for each in undetermined if not each.noisy), key=lambda each: each.error)
    return (
        f"{_count(undetermined)}; {_where(worst)}: {place_note(worst)}; choose "
        f"{_larger(judgement)}, or a smaller learning_rate"
    )


def _remedy_for_ranges(experiment: Experiment) -> str:
    if experiment.activation == "relu" and any(
        residual and each.zero
        for residual, each in zip(
            experiment.residual, experiment.parametrization.layers, strict=False
        )
    ):
        return "a branch that starts at zero never trains under relu; choose another activation"
    if found := beyond_floats(experiment):
        return found[0].removesuffix(".")
    return "lower learning_rate, steps or widths"


def _quieter(experiment: Experiment, judgement: Judgement, noisiest: Judged) -> str:
    seeds = ceil(1.5 * experiment.seeds * noisiest.noise**2)
    if seeds <= MOST_SEEDS:
        return f"raise seeds to {seeds}"
    return f"choose {_larger(judgement)}, or a larger batch_size"


def _larger(judgement: Judgement) -> str:
    return f"widths up to {4 * judgement.judged[0].widths[-1]}"


def _where(judged: Judged) -> str:
    return f"{_symbol(judged)} (step {judged.place.step})"


def _count(undetermined: Sequence[Judged]) -> str:
    return (
        "one slope is undetermined"
        if len(undetermined) == 1
        else f"{len(undetermined)} slopes are undetermined"
    )


def _rounded_down(number: float) -> str:
    """To one digit."""
    exponent = floor(log10(number))
    return f"{floor(number / 10**exponent) * 10**exponent:.{max(0, -exponent)}f}"


def _percent(experiment: Experiment, exponent: Fraction) -> str:
    ratio = max(experiment.widths) / min(experiment.widths)
    return f"{100 * (ratio ** float(exponent) - 1):.0f}%"


def _steps_needed(experiment: Experiment, judgement: Judgement) -> int | None:
    """A second step, where theory's verdict shows only then (through the updated readout)."""
    if experiment.steps > 1:
        return None
    expected = expected_of(experiment, 2)
    trends = ((Place(*each[:3]), predicted_trend(each, experiment.tolerance)) for each in expected)
    foreseen = judgement.reading.decide(trends)
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
    compared = [each for each in judgement.judged if each.outcome is not None]
    agreeing = sum(each.outcome == "agrees" for each in compared)
    if agreeing == len(compared):
        return f"all {agreeing} slopes are as predicted"
    words = f"{agreeing} of {len(compared)} slopes are as predicted"
    if judgement.off:
        return words
    hidden = sum(each.outcome == "undetermined" for each in compared)
    if hidden == len(compared) - agreeing:
        return f"{words}, {hidden} undetermined"
    others = f"{hidden} undetermined, the others" if hidden else "the others"
    return f"{words} ({others} differ by chance, or by terms that fade slowly)"


def _worst(judgement: Judgement) -> str:
    measured = [each for each in judgement.off if each.fit]
    if not measured:
        return _slope(judgement.off[0])

    def difference(each: Judged) -> float:
        assert each.fit is not None
        assert each.prediction.exponent is not None
        return abs(each.fit.slope + float(each.prediction.exponent))

    worst = max(measured, key=difference)
    assert worst.prediction.exponent is not None
    return f"{_slope(worst)} where theory says {power(-worst.prediction.exponent)}"
