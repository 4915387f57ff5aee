"""Verdicts, written out in the documented shapes."""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeVar, cast

import msgspec

from app.api.classify.answer import (
    AnyDepthClassification,
    BatchOut,
    Classification,
    ConditionOut,
    InstabilityOut,
    LayerOut,
    UntrainedOut,
)
from app.api.parametrization.answer import ParametrizationOut, VerdictName
from app.api.parametrization.writing import (
    LISTED_DEPTH,
    laws_out,
    optimizer_out,
    optional_exponent,
    parametrization,
)
from solver import (
    Activation,
    BatchVerdict,
    ConditionReport,
    Instability,
    Judgement,
    Kind,
    LayerReport,
    LayerSpan,
    Parametrization,
    RoleParametrization,
    Untrained,
    Verdict,
    classify,
    classify_any_depth,
    describe_layers,
    format_exponent,
    kept_for_lines,
)


def classification(verdict: Verdict) -> Classification:
    """A verdict as ``POST /v1/classify`` answers it."""
    judgement = verdict.judgement
    written = (_written_once if judgement.few_layers else _written)(judgement)
    layers, conditions, reasons, consequences, canonical, equivalent_to, untrained = written
    return {
        "verdict": verdict.kind.value,
        "summary": verdict.summary,
        "reasons": reasons,
        "warnings": list(verdict.warnings),
        "r": format_exponent(verdict.r),
        "stable": verdict.stable,
        "nontrivial": verdict.nontrivial,
        "feature_learning": verdict.feature_learning,
        "kernel_regime": verdict.kernel_regime,
        "maximal": verdict.maximal,
        "faithful": verdict.faithful,
        "instability": _instability(verdict.instability),
        "untrained": untrained,
        "consequences": consequences,
        "equivalent_to": equivalent_to,
        "depth": verdict.depth,
        "optimizer": optimizer_out(verdict.parametrization),
        "laws": laws_out(verdict.parametrization),
        "status": verdict.status,
        "sources": list(verdict.sources),
        "parametrization": parametrization(verdict.parametrization),
        "canonical": canonical,
        "layers": layers,
        "readout": {
            "updated_maximally": verdict.readout_updated_maximally,
            "initialized_maximally": verdict.readout_initialized_maximally,
        },
        "conditions": conditions,
    }


def _instability(found: Instability | None) -> InstabilityOut | None:
    if found is None:
        return None
    return {
        "initialization": found.initialization,
        "features": optional_exponent(found.features),
        "logits": optional_exponent(found.logits),
        "controlled": found.controlled,
    }


class _Written(NamedTuple):
    """What all members of a gauge class are answered, encoded."""

    layers: list[LayerOut]
    conditions: list[ConditionOut]
    reasons: list[str]
    consequences: list[str]
    canonical: ParametrizationOut
    equivalent_to: list[str]
    untrained: list[UntrainedOut]


def _written(judgement: Judgement) -> _Written:
    depth = judgement.evaluation.network.depth
    return _Written(
        _encoded([each for report in judgement.layers for each in _layers(report, depth)]),
        _encoded([_condition(report) for report in judgement.conditions]),
        _encoded(list(judgement.reasons)),
        _encoded(list(judgement.consequences)),
        _encoded(parametrization(judgement.canonical)),
        _encoded(list(judgement.equivalent_to)),
        _encoded([_untrained(each) for each in judgement.untrained]),
    )


# The same judgements come back in answer after answer, in many gauges.
_written_once = lru_cache(maxsize=1 << 11)(_written)


def classified(
    given: Parametrization | RoleParametrization, activation: Activation = "tanh"
) -> tuple[Kind, Classification | AnyDepthClassification]:
    """The verdict (without depth, that on L >= 2 if there is one), and the whole answer."""
    if isinstance(given, Parametrization):
        verdict = classify(given, activation)
        return verdict.kind, classification(verdict)
    verdicts = classify_any_depth(given, activation)
    one, deeper = verdicts.depth_one, verdicts.deeper
    return (deeper or one).kind, {
        "summary": verdicts.summary,
        "depth": None,
        "any_depth": verdicts.any_depth,
        "verdicts": {
            "1": classification(one),
            ">=2": None if deeper is None else classification(deeper),
        },
    }


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


def _untrained(each: Untrained) -> UntrainedOut:
    return {
        "role": "body" if each.spans else "readout",
        "layers": describe_layers(each.spans) if each.spans else None,
        "exponent": format_exponent(each.exponent),
    }


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
