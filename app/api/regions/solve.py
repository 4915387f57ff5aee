"""The question of ``POST /v1/regions``, solved."""

from typing import cast

from app.api.regions.answer import AnyDepthRegionsOut, RegionsOut
from app.api.regions.request import RegionsIn
from solver import (
    AnyDepthSurvey,
    Deadline,
    Families,
    Limits,
    ParametrizationError,
    Survey,
    read_families,
)
from solver.families import read_goal, survey


def surveyed(
    body: RegionsIn, limits: Limits, deadline: Deadline, most_unknowns: int | None = None
) -> tuple[Families, tuple[Survey, Survey | None]]:
    """What was asked, and the answer.

    Raises ``ParametrizationError`` and ``TimeLimitError``.
    """
    families = read_families(body.description(), body.bounds, limits)
    count = len(families.unknowns)
    if most_unknowns is not None and count > most_unknowns:
        raise ParametrizationError.at(
            (),
            f"there are {count} unknowns ({', '.join(families.unknowns)}), and a figure shows "
            f"{most_unknowns}: put a number in place of one",
        )
    goal = read_goal(families, body.minimize, body.maximize, body.subject_to)
    return families, survey(families, goal, deadline, body.activation)


def answered(
    body: RegionsIn, limits: Limits, deadline: Deadline
) -> RegionsOut | AnyDepthRegionsOut:
    """The answer.  Raises ``ParametrizationError`` and ``TimeLimitError``."""
    families, (first, deeper) = surveyed(body, limits, deadline)
    if families.depth is not None or first.family.readout_name:
        return cast(RegionsOut, first.to_dict())
    return cast(AnyDepthRegionsOut, AnyDepthSurvey.of(first, deeper, deadline).to_dict())
