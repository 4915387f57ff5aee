"""The question of ``POST /v1/regions``, solved."""

from typing import Literal

from app.api.http.flaws import under
from app.api.parametrization.depths import AnyDepth, by_depth
from app.api.regions.answer import RegionsOut
from app.api.regions.request import RegionsIn
from app.api.regions.writing import regions_out
from solver import (
    Deadline,
    Families,
    Goal,
    Limits,
    ParametrizationError,
    Survey,
    read_families,
    same_verdicts,
    survey,
    understood,
)
from solver.exact import shown


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
    goal = _goal(body, families)
    return families, survey(families, goal, deadline, body.activation)


def _goal(body: RegionsIn, families: Families) -> Goal | None:
    senses: list[Literal["minimize", "maximize"]] = ["minimize", "maximize"]
    asked = [(sense, name) for sense in senses if (name := getattr(body, sense)) is not None]
    if not asked:
        if body.subject_to is not None:
            raise ParametrizationError.at(
                ("subject_to",),
                'subject_to goes with "minimize" or "maximize"; name an unknown there',
            )
        return None
    if len(asked) > 1:
        raise ParametrizationError.at(
            ("maximize",), "minimize and maximize are both given; ask one at a time"
        )
    ((sense, name),) = asked
    if name not in families.unknowns:
        raise ParametrizationError.at(
            (sense,),
            f"{shown(name)} is not among the unknowns, which are {', '.join(families.unknowns)}",
        )
    with under("subject_to"):
        target = understood(body.subject_to or "stable", families.first.regime)
    return Goal(sense, name, target)


def answered(
    body: RegionsIn, limits: Limits, deadline: Deadline
) -> RegionsOut | AnyDepth[RegionsOut]:
    """The answer.  Raises ``ParametrizationError`` and ``TimeLimitError``."""
    families, (first, deeper) = surveyed(body, limits, deadline)
    if families.depth is not None or first.family.readout_name:
        return regions_out(first)
    return by_depth(
        deeper is not None and same_verdicts(first, deeper, deadline),
        regions_out(first),
        None if deeper is None else regions_out(deeper),
    )
