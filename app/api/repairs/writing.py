"""Repairs, written out in the documented shapes."""

from app.api.classify.answer import Classification
from app.api.classify.writing import classification
from app.api.parametrization.requirements import statements
from app.api.parametrization.writing import optimizer_out, optional_exponent, parametrization
from app.api.repairs.answer import ChangeOut, RepairOut
from solver import (
    Activation,
    Change,
    Described,
    Parametrization,
    Proposal,
    Repair,
    RoleParametrization,
    Wanted,
    change_text,
    classify,
    classify_any_depth,
    described_by,
    format_exponent,
)


def repair_out(
    given: Described,
    target: Wanted,
    found: Repair,
    activation: Activation = "tanh",
) -> RepairOut:
    """A repair as ``POST /v1/repairs`` answers it."""
    best = None if found.best is None else described_by(found.best.network)
    return {
        "possible": found.best is not None,
        "summary": found.summary,
        "depth": given.depth if isinstance(given, Parametrization) else None,
        "optimizer": optimizer_out(given),
        "target": target,
        "distance": optional_exponent(found.distance),
        "infimum": optional_exponent(found.infimum),
        "attained": found.attained,
        "margin": optional_exponent(found.margin),
        "unique": None if found.best is None else found.unique,
        "changes": [] if found.best is None else _changes(found.best),
        "parametrization": None if best is None else parametrization(best),
        "classification": None if best is None else _classified(best, activation),
        "alternatives": [
            {
                "changes": _changes(each),
                "parametrization": parametrization(described_by(each.network)),
            }
            for each in found.alternatives
        ],
        "conflict": statements(found.conflict),
    }


def _changes(proposal: Proposal) -> list[ChangeOut]:
    return [_change(each) for each in proposal.changes]


def _change(change: Change) -> ChangeOut:
    decision, value = change
    return {
        "exponent": decision.written,
        "symbol": decision.symbol,
        "layers": decision.layers or "all",
        "from": format_exponent(decision.current),
        "to": format_exponent(value),
        "words": change_text(change),
    }


def _classified(given: Described, activation: Activation) -> Classification:
    if not isinstance(given, RoleParametrization):
        return classification(classify(given, activation))
    deeper = classify_any_depth(given, activation).deeper
    assert deeper is not None, "a repair by role has hidden layers"
    return classification(deeper)
