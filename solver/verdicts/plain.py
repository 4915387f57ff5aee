"""Verdicts as plain values that JSON can hold, under the names that the API gives them.

The API keeps pieces of its answers encoded: it brings functions of its own for the lines that
come back in answer after answer, and these here are what it encodes.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

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
    from solver.verdicts.judgement import Judgement, LayerReport
    from solver.verdicts.verdict import AnyDepthVerdict, Loss, Verdict


def plain_layers(report: "LayerReport", depth: int | None) -> Iterator[dict[str, Any]]:
    """Consecutive body layers that behave alike: each by itself, unless they are too many."""
    (first, last, tensor), role, r, updated, learns = report
    ends = [(first, last)]
    if depth is not None and depth <= LISTED_DEPTH and last is not None:
        ends = [(layer, layer) for layer in range(first, last + 1)]
    shared = {
        "role": role.value,
        "r": format_exponent(r),
        "updated_maximally": updated,
        "learns_features": learns,
    }
    for start, end in ends:
        yield {"layer": start, "layers": str(LayerSpan(start, end, tensor)), **shared}


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
    loss: "Loss",
    condition: Callable[[ConditionReport], Any] = plain_condition,
) -> dict[str, Any]:
    """What is said of a gauge class, the answer first; ``condition`` writes a line of conditions.

    Left open, as None, is what its members are told each of itself.
    """
    evaluation, canonical = judgement.evaluation, judgement.canonical
    network, learns = evaluation.network, judgement.feature_learning
    named = bool(network.readout_name)
    layers = [] if named else judgement.layers
    return {
        "verdict": evaluation.kind.value,
        "summary": judgement.summary,
        "reasons": list(judgement.reasons),
        "warnings": None,
        "r": format_exponent(evaluation.r),
        "stable": evaluation.stable,
        "nontrivial": judgement.nontrivial,
        "feature_learning": learns,
        "kernel_regime": None if learns is None else not learns,
        "maximal": judgement.maximal,
        "faithful": None,
        "instability": _instability(judgement.instability),
        "untrained": [_of_layers(each.spans, each.exponent) for each in judgement.untrained],
        "decay": [_of_layers(each.spans, each.exponent) for each in judgement.decays],
        "assumptions": _assumptions(judgement, loss),
        "consequences": list(judgement.consequences),
        "equivalent_to": list(judgement.equivalent_to),
        "depth": network.depth,
        "optimizer": None,
        "laws": None,
        "status": judgement.status,
        "sources": list(judgement.sources),
        "parametrization": None,
        "canonical": None if canonical is None else plain_parametrization(canonical),
        "layers": [each for report in layers for each in plain_layers(report, network.depth)],
        "tensors": plain_tensors(judgement) if named else [],
        "readout": {
            "updated_maximally": judgement.readout_updated_maximally,
            "initialized_maximally": judgement.readout_initialized_maximally,
        },
        "conditions": [condition(report) for report in judgement.conditions],
    }


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
    verdict: "Verdict",
    write: Callable[["Judgement", "Loss"], dict[str, Any]] = plain_judgement,
) -> dict[str, Any]:
    """A verdict, the answer first; ``write`` brings what is said of its gauge class."""
    given, judgement = verdict.parametrization, verdict.judgement
    answer = {
        **write(judgement, verdict.loss),
        "warnings": list(verdict.warnings),
        "faithful": verdict.faithful,
        "optimizer": plain_optimizer(given),
        "laws": plain_laws(given),
        "parametrization": plain_parametrization(given),
    }
    if judgement.canonical is None:
        answer["canonical"] = plain_parametrization(verdict.canonical)
    return answer


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


def _assumptions(judgement: "Judgement", loss: "Loss") -> dict[str, Any]:
    alignment, theorem = judgement.evaluation.network.alignment, judgement.theorem
    return {
        "alignment": {
            "updates": format_exponent(alignment.updates),
            "readout": format_exponent(alignment.readout),
        },
        "loss": loss,
        "theorem": None if theorem is None else theorem.value,
    }
