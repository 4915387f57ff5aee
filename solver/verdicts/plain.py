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
from solver.theory.roles import Role
from solver.verdicts.certificate import ConditionReport
from solver.verdicts.instability import Instability

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
    decay: Any
    tensors: Any


def plain_layer(
    span: LayerSpan, role: Role, r: Fraction, updated: bool | None, learns: bool | None
) -> dict[str, Any]:
    """A body layer, or consecutive ones that behave alike."""
    return {
        "layer": span.first,
        "layers": str(span),
        "role": str(role),
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
    layer: Callable[[LayerSpan, Role, Fraction, bool | None, bool | None], Any] = plain_layer,
    condition: Callable[[ConditionReport], Any] = plain_condition,
) -> PlainJudgement:
    """What is said of a gauge class; ``layer`` and ``condition`` write its lines."""
    network = judgement.evaluation.network
    named = bool(network.readout_name)
    layers = [] if named else judgement.layers
    return PlainJudgement(
        [layer(*each) for report in layers for each in _listed(report, network.depth)],
        [condition(report) for report in judgement.conditions],
        list(judgement.reasons),
        list(judgement.consequences),
        None if judgement.canonical is None else plain_parametrization(judgement.canonical),
        list(judgement.equivalent_to),
        [_of_layers(each.spans, each.exponent) for each in judgement.untrained],
        [_of_layers(each.spans, each.exponent) for each in judgement.decays],
        plain_tensors(judgement) if named else [],
    )


def plain_tensors(judgement: "Judgement") -> list[dict[str, Any]]:
    """What becomes of each of the tensors by which a network is given, the readout last."""
    evaluation = judgement.evaluation
    laws = {
        span.tensor: block.law.name for block, _, _ in evaluation.blocks for span in block.spans
    }
    body = [
        {
            "name": span.tensor,
            "kind": str(role),
            "law": laws[span.tensor],
            "r": format_exponent(r),
            "updated_maximally": updated,
            "learns_features": learns,
        }
        for span, role, r, updated, learns in judgement.layers
    ]
    network, maximally = evaluation.network, evaluation.readout_updated_maximally
    readout = {
        "name": network.readout_name,
        "kind": str(Role.READOUT),
        "law": network.readout_law.name,
        "r": format_exponent(evaluation.readout.r),
        "updated_maximally": maximally if evaluation.stable else None,
        "learns_features": None,
    }
    return [*body, readout]


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
        "decay": written.decay,
        "assumptions": _assumptions(verdict),
        "consequences": written.consequences,
        "equivalent_to": written.equivalent_to,
        "depth": verdict.depth,
        "optimizer": plain_optimizer(verdict.parametrization),
        "laws": plain_laws(verdict.parametrization),
        "status": verdict.status,
        "sources": list(verdict.sources),
        "parametrization": plain_parametrization(verdict.parametrization),
        "canonical": written.canonical
        if verdict.judgement.canonical is not None
        else plain_parametrization(verdict.canonical),
        "layers": written.layers,
        "tensors": written.tensors,
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


def _listed(report: "LayerReport", depth: int | None) -> list["LayerReport"]:
    """Each layer by itself, unless they are too many."""
    span = report.span
    if depth is None or depth > LISTED_DEPTH or span.last is None:
        return [report]
    each = range(span.first, span.last + 1)
    return [report._replace(span=LayerSpan(layer, layer, span.tensor)) for layer in each]


def _instability(found: Instability | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "initialization": found.initialization,
        "features": plain_exponent(found.features),
        "logits": plain_exponent(found.logits),
        "controlled": found.controlled,
    }


def _of_layers(spans: tuple[LayerSpan, ...], exponent: Fraction) -> dict[str, Any]:
    """An exponent of some tensors of the body, or of the readout."""
    return {
        "role": "body" if spans else "readout",
        "layers": describe_layers(spans) if spans else None,
        "exponent": format_exponent(exponent),
    }


def _assumptions(verdict: "Verdict") -> dict[str, Any]:
    alignment, theorem = verdict.judgement.evaluation.network.alignment, verdict.theorem
    return {
        "alignment": {
            "updates": format_exponent(alignment.updates),
            "readout": format_exponent(alignment.readout),
        },
        "loss": verdict.loss,
        "theorem": None if theorem is None else theorem.value,
    }
