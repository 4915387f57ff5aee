"""Verdicts, written out in the documented shapes."""

from fractions import Fraction
from functools import lru_cache
from typing import TypeVar, cast

import msgspec

from app.api.classify.answer import (
    BatchOut,
    Classification,
    ConditionOut,
    LayerOut,
)
from app.api.parametrization.answer import VerdictName
from app.api.parametrization.depths import AnyDepth, by_depth
from app.api.parametrization.writing import LISTED_DEPTH, parametrization
from solver import (
    Activation,
    BatchVerdict,
    ConditionReport,
    Kind,
    LayerReport,
    LayerSpan,
    Parametrization,
    RoleParametrization,
    Verdict,
    classify,
    classify_any_depth,
    describe_layers,
    format_exponent,
    kept_for_lines,
)


def classification(verdict: Verdict) -> Classification:
    """A verdict as ``POST /v1/classify`` answers it."""
    given = parametrization(verdict.parametrization)
    canonical = verdict.canonical
    shallow = verdict.depth is None or verdict.depth <= LISTED_DEPTH
    return {
        "depth": verdict.depth,
        "optimizer": verdict.optimizer,
        "verdict": verdict.kind.value,
        "stable": verdict.stable,
        "nontrivial": verdict.nontrivial,
        "feature_learning": verdict.feature_learning,
        "kernel_regime": verdict.kernel_regime,
        "maximal": verdict.maximal,
        "faithful": verdict.faithful,
        "r": format_exponent(verdict.r),
        "parametrization": given,
        "layers": _layer_list(verdict.layers, verdict.depth),
        "readout": {
            "updated_maximally": verdict.readout_updated_maximally,
            "initialized_maximally": verdict.readout_initialized_maximally,
        },
        "conditions": (_kept_certificate if shallow else _certificate)(verdict.conditions),
        "reasons": _texts(verdict.reasons),
        "consequences": _texts(verdict.consequences),
        "warnings": list(verdict.warnings),
        "canonical": given if canonical == verdict.parametrization else parametrization(canonical),
        "equivalent_to": list(verdict.equivalent_to),
    }


def classified(
    given: Parametrization | RoleParametrization, activation: Activation = "tanh"
) -> tuple[Kind, Classification | AnyDepth[Classification]]:
    """The verdict (without depth, that on L >= 2 if there is one), and the whole answer."""
    if isinstance(given, Parametrization):
        verdict = classify(given, activation)
        return verdict.kind, classification(verdict)
    verdicts = classify_any_depth(given, activation)
    one, deeper = verdicts.depth_one, verdicts.deeper
    return (deeper or one).kind, by_depth(
        verdicts.any_depth,
        classification(one),
        None if deeper is None else classification(deeper),
    )


def columns(depth: int, result: BatchVerdict) -> BatchOut:
    """Verdicts as ``POST /v1/classify/batch`` answers them."""
    return {
        "depth": depth,
        "count": len(result.stable),
        "verdict": cast(list[VerdictName], result.verdicts()),
        "r": result.r(),
        "stable": result.stable.tolist(),
        "nontrivial": result.nontrivial(),
    }


def _certificate(conditions: tuple[ConditionReport, ...]) -> list[ConditionOut]:
    return _encoded([_condition(report) for report in conditions])


# A certificate comes back whole, in every gauge of the same parametrization.
_kept_certificate = lru_cache(maxsize=1 << 11)(_certificate)


@lru_cache(maxsize=1 << 11)
def _texts(sentences: tuple[str, ...]) -> list[str]:
    return _encoded(list(sentences))


def _layer_list(reports: tuple[LayerReport, ...], depth: int | None) -> list[LayerOut]:
    return [each for report in reports for each in _layers(report, depth)]


def _layers(report: LayerReport, depth: int | None) -> list[LayerOut]:
    span, _, r, updated, learns = report
    if depth is None or depth > LISTED_DEPTH or span.last is None:
        return [_layer(span, r, updated, learns)]
    each = range(span.first, span.last + 1)
    return [_layer(LayerSpan(layer, layer), r, updated, learns) for layer in each]


@lru_cache(maxsize=1 << 12)
def _layer(span: LayerSpan, r: Fraction, updated: bool | None, learns: bool | None) -> LayerOut:
    return _encoded(
        LayerOut(
            layer=span.first,
            layers=str(span),
            role="input" if span.first == 1 else "hidden",
            r=format_exponent(r),
            updated_maximally=updated,
            learns_features=learns,
        )
    )


@kept_for_lines
def _condition(report: ConditionReport) -> ConditionOut:
    condition = report.condition
    return _encoded(
        ConditionOut(
            id=report.identifier,
            statement=report.statement,
            layers=describe_layers(report.spans) if report.spans else None,
            value=format_exponent(report.value),
            relation=condition.relation,
            bound=format_exponent(condition.bound),
            slack=format_exponent(report.slack),
            holds=report.holds,
            source=condition.source,
            meaning=condition.meaning,
        )
    )


_T = TypeVar("_T")


def _encoded(line: _T) -> _T:
    """The line as JSON that goes into an answer as it is.

    Lines come back in answer after answer, and encoding a hundred small strings costs more
    than everything else in an answer.
    """
    return cast(_T, msgspec.Raw(msgspec.json.encode(line)))
