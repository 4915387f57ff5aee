"""The certificate: every condition of a verdict with its value, readable at any depth.

Layers at which a condition takes the same value share one line ("for l = 2..9"), so a
network of ten thousand layers has a certificate of a dozen lines.

Exponents in use are few and simple, so the same lines come back in request after request.
They are made once and kept (within bounds): writing them costs more than deciding.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, wraps
from operator import attrgetter
from typing import Final, NamedTuple, TypeVar

from solver.theory.conditions import Condition
from solver.theory.layers import LayerSpan, describe_layers, merged
from solver.theory.slacks import Evaluated
from solver.theory.wording import stated
from solver.verdicts.evaluation import Evaluation

# Beyond this many distinct values, a condition is reported by its extreme value only.
_MOST_VALUES: Final = 16
_FAMILIES: Final = ("init", "features", "logits")

# Lines about long lists of layers are not kept: they are large, and rarely come back.
_MOST_SPANS_KEPT: Final = 8
_MOST_LINES_KEPT: Final = 1 << 13

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)  # kept lines are found again by identity
class ConditionReport:
    """One line of the certificate: a condition at all layers ``spans`` where it has ``value``.

    ``spans`` is empty for a condition on the readout.  ``form`` is the left-hand side in
    symbols; ``last`` and ``readout`` are the indices L and L+1 as they are shown.  Where
    ``statement`` says that values differ, ``value`` is the one of least slack.  Lines are
    listed by ``order``: the violated first, then by family and layer.
    """

    condition: Condition
    identifier: str
    form: str
    statement: str
    spans: tuple[LayerSpan, ...]
    last: str
    readout: str
    value: Fraction
    slack: Fraction
    holds: bool
    order: tuple[bool, int, bool, int]


def certificate(evaluation: Evaluation) -> tuple[ConditionReport, ...]:
    """Every distinct condition once, in order."""
    depth = evaluation.network.depth
    by_condition: dict[Condition, list[_Placed]] = {}
    for each in evaluation.readout.conditions:
        by_condition[each.condition] = [_Placed(each, ())]
    for block, layer, _ in evaluation.blocks:
        for each in layer.conditions:
            by_condition.setdefault(each.condition, []).append(_Placed(each, block.spans))
    reports = [
        _grouped_line(group, depth, values_differ)
        for same in by_condition.values()
        for group, values_differ in _grouped(same)
    ]
    reports.sort(key=attrgetter("order"))
    return tuple(reports)


def kept_for_lines(function: Callable[[ConditionReport], _T]) -> Callable[[ConditionReport], _T]:
    """Remember what ``function`` makes of a line for as long as the line itself is kept."""
    remembered = lru_cache(maxsize=_MOST_LINES_KEPT)(function)

    @wraps(function)
    def call(report: ConditionReport) -> _T:
        few = len(report.spans) <= _MOST_SPANS_KEPT
        return remembered(report) if few else function(report)

    return call


class _Placed(NamedTuple):
    """A condition at a point, and the layers it is about."""

    found: Evaluated
    spans: tuple[LayerSpan, ...]


def _grouped(same: list[_Placed]) -> Iterable[tuple[list[_Placed], bool]]:
    """Evaluations of one condition, by value; by outcome where there are too many values."""
    by_value: dict[tuple[int, int], list[_Placed]] = {}
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


def _closest_first(group: list[_Placed]) -> list[_Placed]:
    closest = min(group, key=_closeness)
    return [closest, *(each for each in group if each is not closest)]


def _closeness(each: _Placed) -> Fraction:
    """Least for the worst violation, or else the narrowest margin."""
    slack = each.found.slack
    return slack if each.found.condition.relation == ">=" else -abs(slack)


def _grouped_line(group: list[_Placed], depth: int | None, values_differ: bool) -> ConditionReport:
    shown = group[0]
    spans = shown.spans
    if len(group) > 1:
        spans = merged(span for each in group for span in each.spans)
    if values_differ:
        return _line(shown.found, spans, depth, shown.spans)
    make = _kept_line if len(spans) <= _MOST_SPANS_KEPT else _line
    return make(shown.found, spans, depth)


def _line(
    found: Evaluated,
    spans: tuple[LayerSpan, ...],
    depth: int | None,
    shown_at: tuple[LayerSpan, ...] | None = None,
) -> ConditionReport:
    condition = found.condition
    last, readout = ("L", "{L+1}") if depth is None else (str(depth), str(depth + 1))
    identifier, form, statement = stated(condition, spans, readout)
    if shown_at is not None:
        where = describe_layers(shown_at)
        statement += f" (values differ; shown is that of least slack, at l = {where})"
    return ConditionReport(
        condition,
        identifier,
        form,
        statement,
        spans,
        last,
        readout,
        found.value,
        found.slack,
        found.holds,
        order=(
            found.holds,
            _FAMILIES.index(condition.family),
            not spans,
            spans[0].first if spans else 0,
        ),
    )


_kept_line = lru_cache(maxsize=_MOST_LINES_KEPT)(_line)
