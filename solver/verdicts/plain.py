"""Verdicts as plain values that JSON can hold, under the names that the API gives them.

The API keeps pieces of its answers encoded: it brings functions of its own for the lines that
come back in answer after answer, and these here are what it encodes.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from solver.exact.exponents import format_exponent
from solver.theory.by_depth import plain_by_depth
from solver.theory.layers import LayerSpan, describe_layers
from solver.theory.plain import (
    LISTED_DEPTH,
    plain_exponent,
    plain_laws,
    plain_optimizer,
    plain_parametrization,
)
from solver.verdicts.certificate import ConditionReport
from solver.verdicts.instability import Instability
from solver.verdicts.untrained import Untrained

if TYPE_CHECKING:
    from solver.verdicts.equivalence import Equivalence
    from solver.verdicts.verdict import AnyDepthVerdict, Judgement, LayerReport, Verdict


class PlainJudgement(NamedTuple):
    """What is said of all members of a gauge class."""

    layers: Any
    conditions: Any
    reasons: Any
    consequences: Any
    canonical: Any
    equivalent_to: Any
    untrained: Any


def plain_layer(
    span: LayerSpan, r: Fraction, updated: bool | None, learns: bool | None
) -> dict[str, Any]:
    """A body layer, or consecutive ones that behave alike."""
    return {
        "layer": span.first,
        "layers": str(span),
        "role": "input" if span.first == 1 else "hidden",
        "r": format_exponent(r),
        "updated_maximally": updated,
        "learns_features": learns,
    }


def plain_condition(report: ConditionReport) -> dict[str, Any]:
    """One line of the certificate."""
    condition = report.condition
    return {
        "id": report.identifier,
        "statement": report.statement,
        "layers": describe_layers(report.spans) if report.spans else None,
        "value": format_exponent(report.value),
        "relation": condition.relation,
        "bound": format_exponent(condition.bound),
        "slack": format_exponent(report.slack),
        "holds": report.holds,
        "source": condition.source,
        "meaning": condition.meaning,
    }


def plain_judgement(
    judgement: "Judgement",
    layer: Callable[[LayerSpan, Fraction, bool | None, bool | None], Any] = plain_layer,
    condition: Callable[[ConditionReport], Any] = plain_condition,
) -> PlainJudgement:
    """What is said of a gauge class; ``layer`` and ``condition`` write its lines."""
    depth = judgement.evaluation.network.depth
    return PlainJudgement(
        [layer(*each) for report in judgement.layers for each in _listed(report, depth)],
        [condition(report) for report in judgement.conditions],
        list(judgement.reasons),
        list(judgement.consequences),
        plain_parametrization(judgement.canonical),
        list(judgement.equivalent_to),
        [_untrained(each) for each in judgement.untrained],
    )


def plain_verdict(
    verdict: "Verdict", write: Callable[["Judgement"], PlainJudgement] = plain_judgement
) -> dict[str, Any]:
    """A verdict, the answer first; ``write`` brings what is said of its gauge class."""
    written = write(verdict.judgement)
    return {
        "verdict": verdict.kind.value,
        "summary": verdict.summary,
        "reasons": written.reasons,
        "warnings": list(verdict.warnings),
        "r": format_exponent(verdict.r),
        "stable": verdict.stable,
        "nontrivial": verdict.nontrivial,
        "feature_learning": verdict.feature_learning,
        "kernel_regime": verdict.kernel_regime,
        "maximal": verdict.maximal,
        "faithful": verdict.faithful,
        "instability": _instability(verdict.instability),
        "untrained": written.untrained,
        "consequences": written.consequences,
        "equivalent_to": written.equivalent_to,
        "depth": verdict.depth,
        "optimizer": plain_optimizer(verdict.parametrization),
        "laws": plain_laws(verdict.parametrization),
        "status": verdict.status,
        "sources": list(verdict.sources),
        "parametrization": plain_parametrization(verdict.parametrization),
        "canonical": written.canonical,
        "layers": written.layers,
        "readout": {
            "updated_maximally": verdict.readout_updated_maximally,
            "initialized_maximally": verdict.readout_initialized_maximally,
        },
        "conditions": written.conditions,
    }


def plain_any_depth(
    verdicts: "AnyDepthVerdict", write: Callable[["Verdict"], Any] = plain_verdict
) -> dict[str, Any]:
    """The verdicts on L = 1 and on every L >= 2."""
    deeper = verdicts.deeper
    return plain_by_depth(
        verdicts.summary,
        verdicts.any_depth,
        write(verdicts.depth_one),
        None if deeper is None else write(deeper),
    )


def plain_equivalence(found: "Equivalence") -> dict[str, Any]:
    """Whether two parametrizations are equivalent."""
    theta = found.theta
    return {
        "equivalent": found.equivalent,
        "summary": found.summary,
        "depth": found.depth,
        "theta": None if theta is None else [format_exponent(each) for each in theta],
        "differences": list(found.differences),
    }


def _listed(
    report: "LayerReport", depth: int | None
) -> list[tuple[LayerSpan, Fraction, bool | None, bool | None]]:
    """Each layer by itself, unless they are too many."""
    span, _, r, updated, learns = report
    if depth is None or depth > LISTED_DEPTH or span.last is None:
        return [(span, r, updated, learns)]
    each = range(span.first, span.last + 1)
    return [(LayerSpan(layer, layer), r, updated, learns) for layer in each]


def _instability(found: Instability | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "initialization": found.initialization,
        "features": plain_exponent(found.features),
        "logits": plain_exponent(found.logits),
        "controlled": found.controlled,
    }


def _untrained(each: Untrained) -> dict[str, Any]:
    return {
        "role": "body" if each.spans else "readout",
        "layers": describe_layers(each.spans) if each.spans else None,
        "exponent": format_exponent(each.exponent),
    }
