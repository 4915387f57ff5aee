"""Why a verdict is what it is, in plain sentences, most important first.

Every number in a sentence is a slack: the quantity that a condition
bounds is of size n^{-slack} (TP4 Proposition 5.3; TP4b Definition 2.8.5), so a violated
condition says by which power of n that quantity grows.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import TypeVar

from solver.exact.infinite import INFINITE
from solver.theory.conditions import READOUT_UPDATE, Family
from solver.theory.dichotomy import Kind
from solver.theory.law import THROUGH_UPDATED_READOUT
from solver.theory.layers import LayerSpan, describe_layers, is_named, merged, single_layer
from solver.theory.roles import Role
from solver.theory.slacks import least
from solver.theory.wording import (
    extent,
    joined,
    layers,
    power,
    readout_move,
    several,
    stated,
    tensors,
    vector,
)
from solver.verdicts.certificate import ConditionReport
from solver.verdicts.decay import Decay
from solver.verdicts.evaluation import Evaluation, first_to_learn
from solver.verdicts.instability import CONTROLLED, Instability
from solver.verdicts.untrained import Untrained

# A reader sees the pattern by then; the certificate has the rest.
_MOST_ALIKE = 3


def reasons(
    evaluation: Evaluation,
    conditions: Sequence[ConditionReport],
    failure: Instability | None,
    still: Sequence[Untrained],
    decays: Sequence[Decay],
) -> tuple[str, ...]:
    """The reasons for ``evaluation.kind``.

    ``conditions`` is the certificate; ``failure`` says how the network fails, ``still`` what does
    not train and ``decays`` by how much weights decay.
    """
    match evaluation.kind:
        case Kind.UNSTABLE:
            controlled = [CONTROLLED] if failure is not None and failure.controlled else []
            violated = [each for each in conditions if not each.holds]
            return (*_instabilities(violated), *controlled)
        case Kind.TRIVIAL:
            return tuple(_triviality(evaluation))
        case Kind.KERNEL | Kind.OPERATOR:
            moves = (_features_stand_still(evaluation), _logits_move(evaluation))
            return (*moves, *_fading_decay(decays))
        case Kind.FEATURE_LEARNING:
            moved = (*_features_move(evaluation), _logits_move(evaluation))
            return (*moved, *[each.words for each in still], *_fading_decay(decays))


def _instabilities(violated: Sequence[ConditionReport]) -> Iterator[str]:
    """In order of time: initialization, then features in training, then logits."""
    failing: dict[Family, list[ConditionReport]] = {}
    for each in violated:
        failing.setdefault(each.found.condition.family, []).append(each)
    initial = failing.get("init", [])
    features = _by_layers(failing.get("features", []))
    logits = _worst_logits(failing.get("logits", []))
    yield from _few(initial, _bad_initialization)
    yield from _few(features, _feature_blow_up)
    yield from (_logit_blow_up(each) for each in logits)
    yield from _few(_by_attention(failing.get("attention", [])), _attention_blow_up)
    yield from _few(failing.get("decay", []), _decay_blow_up)
    if initial and (features or logits):
        yield "The sizes in training assume that initialization is first mended by changing b."


def _by_layers(failing: Sequence[ConditionReport]) -> list[list[ConditionReport]]:
    """The violated branches of r_l at each set of layers, worst first in both respects."""
    branches: dict[tuple[LayerSpan, ...], list[ConditionReport]] = {}
    for each in _worst_first(failing):
        branches.setdefault(each.spans, []).append(each)
    return list(branches.values())


def _worst_logits(failing: Sequence[ConditionReport]) -> list[list[ConditionReport]]:
    """For each way to blow up the logits, the lines on which it is worst; worst way first.

    What comes through the updated readout is left out: it never fails alone (see ``law``), and its
    slack overstates the size, since no law of large numbers acts on that path.
    """
    worst: dict[str, list[ConditionReport]] = {}
    for each in _worst_first(failing):
        if each.condition.path is not THROUGH_UPDATED_READOUT:
            ties = worst.setdefault(each.condition.name, [each])
            if each.slack == ties[0].slack and each is not ties[0]:
                ties.append(each)
    return list(worst.values())


def _worst_first(failing: Sequence[ConditionReport]) -> list[ConditionReport]:
    """By slack; compared over a common denominator, which is faster than as fractions."""
    common = lcm(*[each.found.denominator for each in failing])
    return sorted(
        failing,
        key=lambda each: each.found.twice_slack * (common // each.found.denominator),
    )


_T = TypeVar("_T")


def _few(alike: Sequence[_T], sentence: Callable[[_T], str]) -> Iterator[str]:
    yield from map(sentence, alike[:_MOST_ALIKE])
    rest = len(alike) - _MOST_ALIKE
    if rest > 0:
        yield f"{rest} more of the kind are in the list of conditions."


def _bad_initialization(report: ConditionReport) -> str:
    size, condition = extent(report.slack), report.condition
    verb = "blows up" if report.found.twice_slack < 0 else "vanishes"
    because = f"because {report.form} = {report.value} and stability needs"
    bound = condition.bound
    match condition.role:
        case Role.INPUT:
            return (
                f"At initialization {vector('h', report.spans)} {verb}: its coordinates are of "
                f"size {size}, {because} {bound}."
            )
        case Role.HIDDEN:
            return (
                f"At initialization {vector('h', report.spans)} {verb}: its coordinates are "
                f"{size} times those of the layer below, {because} {bound}."
            )
        case Role.READOUT:
            return (
                f"At initialization the logits blow up: f_0 is {size} times the size of "
                f"x^{report.last}, {because} at least {bound}."
            )
        case Role.VECTOR:
            blow, their = ("blow", "their") if several(report.spans) else ("blows", "its")
            return (
                f"At initialization {tensors(report.spans)} {blow} up: {their} numbers are of size "
                f"{size}, {because} at least {bound}."
            )


def _feature_blow_up(branches: list[ConditionReport]) -> str:
    worst, h = branches[0], vector("h", branches[0].spans)
    size = extent(worst.slack)
    if worst.condition.path is not THROUGH_UPDATED_READOUT:
        how = f"blow up: updates move {h} by {size}"
    elif len(branches) == 1:
        how = f"blow up from the second step on: updates move {h} by {size}"
    else:
        first = extent(branches[1].slack)
        how = f"blow up: updates move {h} by {first} in the first step and by {size} from then on"
    return (
        f"In training the features of {layers(worst.spans)} {how} (r_l = {worst.slack}, and "
        "stability needs r_l >= 0)."
    )


def _logit_blow_up(ties: list[ConditionReport]) -> str:
    worst = ties[0]
    size, last, readout = extent(worst.slack), worst.last, worst.readout
    because = joined([f"{each.form} = {each.value}{_where(each)}" for each in ties])
    needed = joined(list(dict.fromkeys(str(each.condition.bound) for each in ties)))
    if worst.condition.name == READOUT_UPDATE:
        return (
            f"In training the logits blow up: the readout's own update contributes "
            f"ΔW^{readout} x^{last} of size {size}, because {because} and stability needs at "
            f"least {needed}."
        )
    moved = layers(merged(span for each in ties for span in each.spans))
    return (
        f"In training the logits blow up: the initial readout, acting on features moved by the "
        f"updates of {moved}, contributes W_0^{readout} Δx^{last} of size {size}, because "
        f"{because} and stability needs at least {needed}."
    )


def _by_attention(failing: Sequence[ConditionReport]) -> list[list[ConditionReport]]:
    """Lines about the same attention and of the same size, worst first."""
    alike: dict[tuple[str, bool, Fraction], list[ConditionReport]] = {}
    for each in _worst_first(failing):
        condition = each.condition
        key = condition.attention, condition.name == "init", each.slack
        alike.setdefault(key, []).append(each)
    return list(alike.values())


def _attention_blow_up(alike: list[ConditionReport]) -> str:
    report = alike[0]
    size, condition = extent(report.slack), report.condition
    spans = merged(span for each in alike for span in each.spans)
    when = "At initialization" if condition.name == "init" else "In training"
    aligned = "" if condition.name == "init" else f" through updates of {tensors(spans)}"
    return (
        f"{when} the logits of {condition.attention} blow up{aligned}: they are of size {size}, "
        f"because {report.form} = {report.value} and stability needs at least {condition.bound}. "
        "Divide q·k by the head size, n, instead of its root; there is no such condition where the "
        "number of heads grows instead."
    )


def _decay_blow_up(report: ConditionReport) -> str:
    where = tensors(report.spans) if report.spans else "the readout"
    return (
        f"The weight decay of {where} blows up: a step takes a share {extent(report.slack)} of "
        f"the weights, because {report.form} = {report.value} and stability needs at least 0."
    )


def _where(report: ConditionReport) -> str:
    several = len(report.spans) > 0 and single_layer(report.spans) is None
    return f" for l = {describe_layers(report.spans)}" if several else ""


def _triviality(evaluation: Evaluation) -> Iterator[str]:
    parts = (*evaluation.layers, evaluation.readout)
    logits = [e for part in parts for e in part.conditions if e.condition.family == "logits"]
    update, index = _readout_update(evaluation), _readout(evaluation)
    end = evaluation.network.readout
    most = extent(least(logits).slack)
    yield (
        f"The logits stand still: in any fixed number of steps f moves by {most} at most, because "
        f"{update} > 1 and {readout_move(index)} = {end.a + end.b + evaluation.r} > 1."
    )
    if evaluation.r == 0:
        yield "Features do move (r = 0), but the logits do not see them."


def _features_stand_still(evaluation: Evaluation) -> str:
    r = evaluation.r
    if r == INFINITE:
        return "Features stand still: nothing that could move them is trained (r = inf)."
    return (
        f"Features stand still: r = {r} > 0, so the coordinates of h^l and x^l move by "
        f"{extent(r)} at most in any fixed number of steps."
    )


def _features_move(evaluation: Evaluation) -> Iterator[str]:
    start = first_to_learn(evaluation)
    first = start.first
    where = "in every layer" if first == 1 else f"from {layers((start,))} on"
    yield (
        f"Features are learned: r = 0, so the coordinates of x^{_last(evaluation)} move by Θ(1), "
        f"and features move {where}."
    )
    if first > 1 and not is_named((start,)):
        below = (LayerSpan(1, first - 1),)
        least = min(r for block, _, r in evaluation.blocks if block.spans[0].first < first)
        yield (
            f"Below that, {layers(below)} learn{'s' if first == 2 else ''} no features: updates "
            f"move {vector('h', below)} by {extent(least)} at most."
        )
    if evaluation.maximal and evaluation.network.readout.zero:
        yield (
            "Every layer is updated maximally, and the readout starts at zero: up to gauge this is "
            "the maximal update parametrization µP. Before the second step the body stands still."
        )
    elif evaluation.maximal:
        yield (
            "Every layer is updated maximally and the readout is initialized maximally: up to "
            "gauge this is the maximal update parametrization µP, and the only one that does so."
        )


def _logits_move(evaluation: Evaluation) -> str:
    causes = []
    if evaluation.readout_updated_maximally:
        causes.append(f"updated maximally ({_readout_update(evaluation)})")
    if evaluation.readout_initialized_maximally:
        readout = _readout(evaluation)
        causes.append(f"initialized maximally ({readout_move(readout)} = 1)")
    return f"The logits move by Θ(1): the readout is {joined(causes)}."


def _fading_decay(decays: Sequence[Decay]) -> Iterator[str]:
    """Weight decay that does less and less as width grows."""
    for each in decays:
        if 0 < each.exponent < INFINITE:
            where = tensors(each.spans) if each.spans else "the readout"
            yield (
                f"The weight decay of {where} fades like {extent(each.exponent)}; multiply λ by "
                f"{power(each.exponent)} to keep it alike at every width."
            )


def _readout_update(evaluation: Evaluation) -> str:
    """Such as ``2a_4 + c_4 = 1``."""
    conditions = evaluation.readout.conditions
    update = next(each for each in conditions if each.condition.name == READOUT_UPDATE)
    return f"{stated(update.condition, (), _readout(evaluation)).form} = {update.value}"


def _last(evaluation: Evaluation) -> str:
    return evaluation.network.last


def _readout(evaluation: Evaluation) -> str:
    return evaluation.network.readout_index
