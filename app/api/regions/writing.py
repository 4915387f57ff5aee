"""Regions and repairs, written out in the documented shapes."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from app.api.classify.answer import Classification
from app.api.classify.writing import classification, optional_exponent, parametrization
from app.api.regions.answer import (
    CellOut,
    ChangeOut,
    OptimumOut,
    RegionsOut,
    RepairOut,
    StatementOut,
)
from solver import (
    Activation,
    Cell,
    Change,
    Optimum,
    Parametrization,
    Proposal,
    Repair,
    Requirement,
    RoleParametrization,
    Survey,
    Wanted,
    cell_latex,
    change_text,
    classify,
    classify_any_depth,
    described_by,
    format_exponent,
    here_text,
    optimum_text,
    repair_text,
    where_text,
    written,
)


def regions_out(survey: Survey) -> RegionsOut:
    """A survey as ``POST /v1/regions`` answers it."""
    names = survey.unknowns
    return {
        "depth": survey.depth,
        "optimizer": survey.family.optimizer,
        "unknowns": list(names),
        "cells": [_cell(each, names) for each in survey.cells],
        "summary": [f"{where_text(where, names)} {kind}" for kind, where in survey.summary],
        "summary_latex": [cell_latex(kind, where, names) for kind, where in survey.summary],
        "gallery": [
            {
                "name": each.name,
                "where": where_text(each.where, names),
                "at": None if each.at is None else _point(each.at),
            }
            for each in survey.landmarks
        ],
        "optimum": None if survey.optimum is None else _optimum(survey.optimum),
        "warnings": list(survey.warnings),
    }


def repair_out(
    given: Parametrization | RoleParametrization,
    target: Wanted,
    found: Repair,
    activation: Activation = "tanh",
) -> RepairOut:
    """A repair as ``POST /v1/repairs`` answers it."""
    best = None if found.best is None else described_by(found.best.network)
    return {
        "depth": given.depth if isinstance(given, Parametrization) else None,
        "optimizer": given.optimizer,
        "target": target,
        "possible": found.best is not None,
        "summary": repair_text(found, target),
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
        "conflict": _statements(found.conflict),
    }


def _cell(cell: Cell, unknowns: Sequence[str]) -> CellOut:
    return {
        "verdict": cell.kind.value,
        "r": cell.r.text(),
        "where": where_text(cell.where, unknowns),
        "dimension": cell.dimension,
        "constraints": [
            {
                "expression": expression.text(),
                "relation": relation,
                "value": format_exponent(value),
            }
            for expression, relation, value in map(written, cell.where.constraints)
        ],
        "witness": _point(cell.witness),
    }


def _point(point: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: format_exponent(value) for name, value in point.items()}


def _optimum(found: Optimum) -> OptimumOut:
    return {
        "sense": found.goal.sense,
        "unknown": found.goal.unknown,
        "subject_to": found.goal.target,
        "status": _status(found),
        "value": optional_exponent(found.value),
        "attained": found.attained,
        "at": None if found.at is None else _point(found.at),
        "unique": found.unique,
        "binding": [
            {
                **statement,
                "here": None if pieces is None else here_text(pieces, found.unknowns),
            }
            for statement, pieces in zip(_statements(found.binding), found.here, strict=True)
        ],
        "summary": optimum_text(found),
    }


def _status(found: Optimum) -> Literal["attained", "approached", "unbounded", "impossible"]:
    if not found.possible:
        return "impossible"
    if found.value is None:
        return "unbounded"
    return "attained" if found.attained else "approached"


def _statements(requirements: Sequence[Requirement]) -> list[StatementOut]:
    return [{"id": each.identifier, "statement": each.statement} for each in requirements]


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


def _classified(
    given: Parametrization | RoleParametrization, activation: Activation
) -> Classification:
    if isinstance(given, Parametrization):
        return classification(classify(given, activation))
    deeper = classify_any_depth(given, activation).deeper
    assert deeper is not None, "a repair by role has hidden layers"
    return classification(deeper)
