"""Repairs as plain values that JSON can hold, under the names that the API gives them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from solver.exact.exponents import format_exponent
from solver.families.plain import plain_requirements
from solver.repairs.least_change import Change, Proposal, Repair
from solver.repairs.words import change_text, repair_text
from solver.theory.activations import Activation
from solver.theory.by_depth import plain_by_depth
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.plain import plain_exponent, plain_optimizer, plain_parametrization
from solver.theory.tensors import Described, with_exponents
from solver.verdicts.plain import plain_verdict
from solver.verdicts.verdict import Verdict, classify, classify_any_depth

if TYPE_CHECKING:
    from solver.repairs.any_depth import AnyDepthRepair

_WriteVerdict = Callable[[Verdict], Any]


def plain_repair(found: Repair, write: _WriteVerdict = plain_verdict) -> dict[str, Any]:
    """A repair, the answer first; ``write`` writes the verdict on what it leads to."""
    given = found.given
    best = None if found.best is None else with_exponents(given, found.best.network)
    return {
        "possible": found.best is not None,
        "summary": repair_text(found),
        "depth": given.depth if isinstance(given, Parametrization) else None,
        "optimizer": plain_optimizer(given),
        "target": found.target,
        "distance": plain_exponent(found.distance),
        "infimum": plain_exponent(found.infimum),
        "attained": found.attained,
        "margin": plain_exponent(found.margin),
        "unique": None if found.best is None else found.unique,
        "changes": [] if found.best is None else _changes(found.best),
        "parametrization": None if best is None else plain_parametrization(best),
        "classification": None if best is None else write(_verdict(best, found.activation)),
        "alternatives": [
            {
                "changes": _changes(each),
                "parametrization": plain_parametrization(with_exponents(given, each.network)),
            }
            for each in found.alternatives
        ],
        "conflict": plain_requirements(found.conflict),
    }


def plain_any_depth_repair(
    found: "AnyDepthRepair", write: _WriteVerdict = plain_verdict
) -> dict[str, Any]:
    """The repairs at L = 1 and at every L >= 2."""
    one, deeper = found.depth_one, found.deeper
    return plain_by_depth(
        found.summary,
        found.any_depth,
        plain_repair(one, write),
        None if deeper is None else plain_repair(deeper, write),
    )


def _changes(proposal: Proposal) -> list[dict[str, str]]:
    return [_change(each) for each in proposal.changes]


def _change(change: Change) -> dict[str, str]:
    decision, value = change
    return {
        "exponent": decision.written,
        "symbol": decision.symbol,
        "layers": decision.layers or "all",
        "from": format_exponent(decision.current),
        "to": format_exponent(value),
        "words": change_text(change),
    }


def _verdict(given: Described, activation: Activation) -> Verdict:
    if not isinstance(given, RoleParametrization):
        return classify(given, activation)
    deeper = classify_any_depth(given, activation).deeper
    assert deeper is not None, "a repair by role has hidden layers"
    return deeper
