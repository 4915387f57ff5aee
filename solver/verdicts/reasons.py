"""Why a verdict is what it is, in plain sentences, most important first.

Every number in a sentence is a slack: the quantity that a condition
bounds is of size n^{-slack} (TP4 Proposition 5.3; TP4b Definition 2.8.5), so a violated
condition says by which power of n that quantity grows.
"""

from collections.abc import Callable, Iterator, Sequence
from math import lcm
from typing import TypeVar

from solver.theory.conditions import READOUT_UPDATE, Family
from solver.theory.dichotomy import Kind
from solver.theory.law import THROUGH_UPDATED_READOUT
from solver.theory.layers import LayerSpan, describe_layers, merged, single_layer
from solver.theory.roles import Role
from solver.theory.slacks import least
from solver.theory.wording import extent, joined, layers, readout_move, stated, vector
from solver.verdicts.certificate import ConditionReport, violations
from solver.verdicts.evaluation import Evaluation
from solver.verdicts.instability import CONTROLLED, instability
from solver.verdicts.untrained import untrained

# A reader sees the pattern by then; the certificate has the rest.
_MOST_ALIKE = 3


def reasons(evaluation: Evaluation) -> tuple[str, ...]:
    """The reasons for ``evaluation.kind``."""
    match evaluation.kind:
        case Kind.UNSTABLE:
            found = instability(evaluation)
            controlled = [CONTROLLED] if found is not None and found.controlled else []
            return (*_instabilities(violations(evaluation)), *controlled)
        case Kind.TRIVIAL:
            return tuple(_triviality(evaluation))
        case Kind.KERNEL | Kind.OPERATOR:
            return (_features_stand_still(evaluation), _logits_move(evaluation))
        case Kind.FEATURE_LEARNING:
            still = [each.words for each in untrained(evaluation)]
            return (*_features_move(evaluation), _logits_move(evaluation), *still)


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


def _where(report: ConditionReport) -> str:
    several = len(report.spans) > 0 and single_layer(report.spans) is None
    return f" for l = {describe_layers(report.spans)}" if several else ""


def _triviality(evaluation: Evaluation) -> Iterator[str]:
    parts = (*evaluation.layers, evaluation.readout)
    logits = [e for part in parts for e in part.conditions if e.condition.family == "logits"]
    update, index = _readout_update(evaluation), _readout(evaluation)
    end = evaluation.network.readout
    yield (
        f"The logits stand still: in any fixed number of steps f moves by "
        f"{extent(least(logits).slack)} at most, because {update} > 1 and {readout_move(index)} = "
        f"{end.a + end.b + evaluation.r} > 1."
    )
    if evaluation.r == 0:
        yield "Features do move (r = 0), but the logits do not see them."


def _features_stand_still(evaluation: Evaluation) -> str:
    r = evaluation.r
    return (
        f"Features stand still: r = {r} > 0, so the coordinates of h^l and x^l move by "
        f"{extent(r)} at most in any fixed number of steps."
    )


def _features_move(evaluation: Evaluation) -> Iterator[str]:
    first = min(block.spans[0].first for block, _, r in evaluation.blocks if r == 0)
    where = "in every layer" if first == 1 else f"from layer {first} on"
    yield (
        f"Features are learned: r = 0, so the coordinates of x^{_last(evaluation)} move by Θ(1), "
        f"and features move {where}."
    )
    if first > 1:
        below = (LayerSpan(1, first - 1),)
        least = min(r for block, _, r in evaluation.blocks if block.spans[0].first < first)
        yield (
            f"Below that, {layers(below)} learn{'s' if first == 2 else ''} no features: updates "
            f"move {vector('h', below)} by {extent(least)} at most."
        )
    if evaluation.maximal:
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


def _readout_update(evaluation: Evaluation) -> str:
    """Such as ``2a_4 + c_4 = 1``."""
    conditions = evaluation.readout.conditions
    update = next(each for each in conditions if each.condition.name == READOUT_UPDATE)
    return f"{stated(update.condition, (), _readout(evaluation)).form} = {update.value}"


def _last(evaluation: Evaluation) -> str:
    return "L" if evaluation.network.depth is None else str(evaluation.network.depth)


def _readout(evaluation: Evaluation) -> str:
    return "{L+1}" if evaluation.network.depth is None else str(evaluation.network.depth + 1)
