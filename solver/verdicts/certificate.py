"""The certificate: every condition of a verdict with its value, readable at any depth.

Layers at which a condition takes the same value share one line ("for l = 2..9"), so a
network of ten thousand layers has a certificate of a dozen lines.

Exponents in use are few and simple, so the same layers come back in request after request.
Their lines are made once and kept (within bounds).
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, get_args

from solver.theory.conditions import Condition, Family
from solver.theory.layers import LayerSpan, describe_layers, merged
from solver.theory.slacks import Evaluated
from solver.theory.wording import Statement, stated
from solver.verdicts.evaluation import Evaluation, LayerEvaluation

# Beyond this many distinct values, a condition is reported by its extreme value only.
_MOST_VALUES: Final = 16
_ORDER: Final[dict[Family, int]] = {family: place for place, family in enumerate(get_args(Family))}

# Lines about long lists of layers are not kept: they are large, and rarely come back.
_MOST_SPANS_KEPT: Final = 8

_Spans = tuple[LayerSpan, ...]


class ConditionReport(NamedTuple):
    """One line of the certificate: a condition at all layers ``spans`` where it has a value.

    ``spans`` is empty for a condition on the readout, whose index is ``readout``.  Where
    values differ, ``found`` is that of least slack, at the layers ``shown_at``.
    """

    found: Evaluated
    spans: _Spans
    readout: str
    shown_at: _Spans | None = None

    @property
    def condition(self) -> Condition:
        """What is asked."""
        return self.found.condition

    @property
    def value(self) -> Fraction:
        """The left-hand side at these layers."""
        return self.found.value

    @property
    def slack(self) -> Fraction:
        """Value minus bound."""
        return self.found.slack

    @property
    def holds(self) -> bool:
        """Whether the condition is met."""
        return self.found.holds

    @property
    def last(self) -> str:
        """The index L as it is shown."""
        return str(int(self.readout) - 1) if self.readout.isdecimal() else "L"

    @property
    def identifier(self) -> str:
        """The condition's stable name at the first of the layers."""
        return self._stated.identifier

    @property
    def form(self) -> str:
        """The left-hand side in symbols."""
        return self._stated.form

    @property
    def statement(self) -> str:
        """The condition in symbols, and at which layers; it says so where values differ."""
        text = self._stated.text
        if self.shown_at is None:
            return text
        where = describe_layers(self.shown_at)
        return f"{text} (values differ; shown is that of least slack, at l = {where})"

    @property
    def _stated(self) -> Statement:
        return stated(self.found.condition, self.spans, self.readout)


def certificate(evaluation: Evaluation) -> tuple[ConditionReport, ...]:
    """Every distinct condition once: the violated first, then by family and layer."""
    index, body = evaluation.network.readout_index, evaluation.network.body
    reports = list(_lines(evaluation.readout, (), index))
    first, *rest = zip(evaluation.layers, [block.spans for block in body], strict=True)
    reports += _lines(*first, index)
    if len(rest) == 1:
        reports += _lines(*rest[0], index)
    elif rest:
        reports += _together(rest, index)
    reports.sort(key=_order)
    return tuple(reports)


def _lines(layer: LayerEvaluation, spans: _Spans, readout: str) -> tuple[ConditionReport, ...]:
    """The lines about one block of layers."""
    return (_kept_lines if len(spans) <= _MOST_SPANS_KEPT else _new_lines)(layer, spans, readout)


def _new_lines(layer: LayerEvaluation, spans: _Spans, readout: str) -> tuple[ConditionReport, ...]:
    return tuple([ConditionReport(each, spans, readout) for each in layer.conditions])


_kept_lines = lru_cache(maxsize=1 << 11)(_new_lines)


def _together(
    hidden: Sequence[tuple[LayerEvaluation, _Spans]], readout: str
) -> Iterator[ConditionReport]:
    """The lines about several blocks of hidden layers, those of equal value as one."""
    by_condition: dict[Condition, list[ConditionReport]] = {}
    for layer, spans in hidden:
        for line in _lines(layer, spans, readout):
            by_condition.setdefault(line.found.condition, []).append(line)
    for same in by_condition.values():
        for group, values_differ in _grouped(same):
            alone = len(group) == 1
            yield group[0] if alone else _joint_line(group, readout, values_differ)


def _grouped(same: list[ConditionReport]) -> Iterable[tuple[list[ConditionReport], bool]]:
    """Evaluations of one condition, by value; by outcome where there are too many values."""
    by_value: dict[tuple[int, int], list[ConditionReport]] = {}
    for each in same:
        by_value.setdefault(each.found[1:3], []).append(each)  # numerator and denominator
    if len(by_value) <= _MOST_VALUES:
        return [(group, False) for group in by_value.values()]
    outcomes = ([e for e in same if not e.found.holds], [e for e in same if e.found.holds])
    return [
        (_closest_first(group), len({each.found[1:3] for each in group}) > 1)
        for group in outcomes
        if group
    ]


def _closest_first(group: list[ConditionReport]) -> list[ConditionReport]:
    closest = min(group, key=_closeness)
    return [closest, *(each for each in group if each is not closest)]


def _closeness(each: ConditionReport) -> Fraction:
    """Least for the worst violation, or else the narrowest margin."""
    slack = each.found.slack
    return slack if each.found.condition.relation == ">=" else -abs(slack)


def _joint_line(group: list[ConditionReport], readout: str, values_differ: bool) -> ConditionReport:
    found, shown_at = group[0].found, group[0].spans
    spans = merged(span for each in group for span in each.spans)
    return ConditionReport(found, spans, readout, shown_at if values_differ else None)


def _order(report: ConditionReport) -> tuple[bool, int, bool, int]:
    """The violated first, then by family and layer."""
    found, spans = report.found, report.spans
    first = spans[0].first if spans else 0
    return found.holds, _ORDER[found.condition.family], not spans, first
