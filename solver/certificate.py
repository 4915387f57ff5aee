"""The certificate: every condition of a verdict with its value, readable at any depth.

Layers at which a condition takes the same value share one line ("for l = 2..9"), so a
network of ten thousand layers has a certificate of a dozen lines.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from solver.conditions import Condition
from solver.evaluate import Evaluated, Evaluation
from solver.spans import LayerSpan, describe_layers, merged, single_layer

# Beyond this many distinct values, a condition is reported by its extreme value only.
_MOST_VALUES: Final = 16
_FAMILIES: Final = {"init": 0, "features": 1, "logits": 2, "faithful": 3}


class ConditionReport(NamedTuple):
    """One line of the certificate: a condition at all layers ``spans`` where it has ``value``.

    ``spans`` is empty for a condition on the readout.  ``form`` is the left-hand side in
    symbols.  Where ``statement`` says that values differ, ``value`` is the one of least slack.
    """

    condition: Condition
    identifier: str
    form: str
    statement: str
    spans: tuple[LayerSpan, ...]
    value: Fraction
    slack: Fraction
    holds: bool


def certificate(evaluation: Evaluation) -> tuple[ConditionReport, ...]:
    """Every distinct condition once: the violated first, then by family and layer."""
    depth = evaluation.network.depth
    readout = "{L+1}" if depth is None else str(depth + 1)
    by_condition: dict[Condition, list[Evaluated]] = {}
    for each in evaluation.conditions:
        by_condition.setdefault(each.condition, []).append(each)
    reports = [
        _report(group, readout, extreme)
        for same in by_condition.values()
        for group, extreme in _grouped(same)
    ]
    reports.sort(key=_order)
    return tuple(reports)


def _grouped(same: list[Evaluated]) -> Iterable[tuple[list[Evaluated], bool]]:
    """Evaluations of one condition, by value; by outcome where there are too many values."""
    if len(same) == 1:
        return [(same, False)]
    by_value: dict[Fraction, list[Evaluated]] = {}
    for each in same:
        by_value.setdefault(each.value, []).append(each)
    if len(by_value) <= _MOST_VALUES:
        return [(group, False) for group in by_value.values()]
    outcomes = ([e for e in same if not e.holds], [e for e in same if e.holds])
    return [(sorted(group, key=_closeness), len(by_value) > 1) for group in outcomes if group]


def _closeness(each: Evaluated) -> Fraction:
    """Least for the worst violation, or else the narrowest margin."""
    return each.slack if each.condition.relation == ">=" else -abs(each.slack)


def _report(group: list[Evaluated], readout: str, values_differ: bool) -> ConditionReport:
    shown = group[0]
    condition = shown.condition
    if shown.block is None:
        spans: tuple[LayerSpan, ...] = ()
        identifier, form, statement = _worded(condition, "", "", readout)
    else:
        spans = shown.block.spans
        if len(group) > 1:
            spans = merged([span for each in group if each.block for span in each.block.spans])
        first = str(spans[0].first)
        layers = "" if single_layer(spans) else describe_layers(spans)
        identifier, form, statement = _worded(condition, first, "l" if layers else first, readout)
        if layers:
            statement += f" for l = {layers}"
        if values_differ:
            where = describe_layers(shown.block.spans)
            statement += f" (values differ; shown is that of least slack, at l = {where})"
    return ConditionReport(
        condition, identifier, form, statement, spans, shown.value, shown.slack, shown.holds
    )


@lru_cache(maxsize=8192)
def _worded(condition: Condition, first: str, layer: str, readout: str) -> tuple[str, str, str]:
    return (
        condition.identifier(first),
        condition.form(layer, readout),
        condition.statement(layer, readout),
    )


def _order(report: ConditionReport) -> tuple[bool, int, bool, int]:
    first = report.spans[0].first if report.spans else 0
    return (report.holds, _FAMILIES[report.condition.family], not report.spans, first)
