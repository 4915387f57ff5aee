"""Regions, written out in the documented shapes."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from app.api.parametrization.requirements import statements
from app.api.parametrization.writing import optimizer_out, optional_exponent
from app.api.regions.answer import CellOut, OptimumOut, RegionsOut
from solver import (
    Cell,
    Optimum,
    Survey,
    cell_latex,
    format_exponent,
    here_text,
    optimum_text,
    summary_lines,
    where_text,
    written,
)


def regions_out(survey: Survey) -> RegionsOut:
    """A survey as ``POST /v1/regions`` answers it."""
    names = survey.unknowns
    return {
        "summary": summary_lines(survey.summary, names),
        "optimum": None if survey.optimum is None else _optimum(survey.optimum),
        "warnings": list(survey.warnings),
        "depth": survey.depth,
        "optimizer": optimizer_out(survey.family.described()),
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
        "summary_latex": [cell_latex(kind, where, names) for kind, where in survey.summary],
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
            for statement, pieces in zip(statements(found.binding), found.here, strict=True)
        ],
        "summary": optimum_text(found),
    }


def _status(found: Optimum) -> Literal["attained", "approached", "unbounded", "impossible"]:
    if not found.possible:
        return "impossible"
    if found.value is None:
        return "unbounded"
    return "attained" if found.attained else "approached"
