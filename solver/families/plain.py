"""Surveys as plain values that JSON can hold, under the names that the API gives them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from solver.exact.exponents import format_exponent
from solver.families.cells import Cell
from solver.families.optimum import Optimum
from solver.families.targets import Requirement
from solver.families.words import (
    cell_latex,
    here_text,
    optimum_text,
    summary_lines,
    where_text,
    written,
)
from solver.theory.by_depth import plain_by_depth
from solver.theory.plain import plain_exponent, plain_names

if TYPE_CHECKING:
    from solver.families.surveys import AnyDepthSurvey, Survey


def plain_survey(survey: "Survey") -> dict[str, Any]:
    """The cells at one depth, or at every L >= 2; the answer first."""
    names = survey.unknowns
    return {
        "summary": summary_lines(survey.pieces, names),
        "optimum": None if survey.optimum is None else _optimum(survey.optimum),
        "warnings": list(survey.warnings),
        "depth": survey.depth,
        "optimizer": plain_names(
            survey.family.optimizers_in_order, bool(survey.family.readout_name)
        ),
        "unknowns": list(names),
        "gallery": [
            {
                "name": each.name,
                "where": where_text(each.where, names),
                "at": None if each.at is None else _point(each.at),
            }
            for each in survey.landmarks
        ],
        "cells": [_cell(each, names) for each in survey.cells],
        "summary_latex": [cell_latex(kind, where, names) for kind, where in survey.pieces],
    }


def plain_any_depth_survey(surveys: "AnyDepthSurvey") -> dict[str, Any]:
    """The cells at L = 1 and at every L >= 2."""
    one = plain_survey(surveys.depth_one)
    deeper = None if surveys.deeper is None else plain_survey(surveys.deeper)
    lines = one["summary"]
    if deeper is not None and deeper["summary"] != lines:
        lines = [f"L = 1: {each}" for each in lines]
        lines += [f"L >= 2: {each}" for each in deeper["summary"]]
    return plain_by_depth(lines, surveys.any_depth, one, deeper)


def plain_requirements(requirements: Sequence[Requirement]) -> list[dict[str, str]]:
    """Conditions, bounds and locks that an answer names."""
    return [{"id": each.identifier, "statement": each.statement} for each in requirements]


def _cell(cell: Cell, unknowns: Sequence[str]) -> dict[str, Any]:
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


def _optimum(found: Optimum) -> dict[str, Any]:
    return {
        "sense": found.goal.sense,
        "unknown": found.goal.unknown,
        "subject_to": found.goal.target,
        "status": _status(found),
        "value": plain_exponent(found.value),
        "attained": found.attained,
        "at": None if found.at is None else _point(found.at),
        "unique": found.unique,
        "binding": [
            {
                **statement,
                "here": None if pieces is None else here_text(pieces, found.unknowns),
            }
            for statement, pieces in zip(plain_requirements(found.binding), found.here, strict=True)
        ],
        "summary": optimum_text(found),
    }


def _status(found: Optimum) -> Literal["attained", "approached", "unbounded", "impossible"]:
    if not found.possible:
        return "impossible"
    if found.value is None:
        return "unbounded"
    return "attained" if found.attained else "approached"
