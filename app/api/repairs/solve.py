"""The question of ``POST /v1/repairs``, solved."""

from dataclasses import replace
from typing import cast

from app.api.http.flaws import under
from app.api.parametrization.depths import AnyDepth, by_depth
from app.api.repairs.answer import RepairOut
from app.api.repairs.request import RepairsIn
from app.api.repairs.writing import repair_out
from solver import (
    Deadline,
    Described,
    Limits,
    OptionsReader,
    Repair,
    RoleParametrization,
    Wanted,
    described_by,
    meets,
    repair,
    understood,
    untied_text,
)


def answered(
    body: RepairsIn, limits: Limits, deadline: Deadline
) -> RepairOut | AnyDepth[RepairOut]:
    """The answer.  Raises ``ParametrizationError`` and ``TimeLimitError``."""
    given = body.resolve(limits)
    with under("target"):
        target = cast(Wanted, understood(body.target, given.regime))
    reader = OptionsReader(body.description(), given, limits, body.tie_c is not False)
    margin = reader.margin(body.margin)
    options = reader.read(body.locked, body.weights, body.tie_hidden is not False, body.ties)

    def repaired(one: Described) -> tuple[Repair, RepairOut]:
        found = repair(one, target, options, margin, deadline)
        out = repair_out(one, target, found, body.activation)
        if found.best is None and options.one_c:
            untied = repair(one, target, replace(options, one_c=False), margin, deadline)
            if untied.best is not None:
                out["summary"] += f" {untied_text(untied)}"
        return found, out

    if not isinstance(given, RoleParametrization):
        return repaired(given)[1]
    deeper = None if given.hidden is None else repaired(given)
    return by_depth(
        deeper is not None and _does_at_depth_one(deeper[0], target),
        repaired(given.at_depth(1))[1],
        None if deeper is None else deeper[1],
    )


def _does_at_depth_one(found: Repair, target: Wanted) -> bool:
    if found.best is None:
        return False
    repaired = described_by(found.best.network)
    assert isinstance(repaired, RoleParametrization), "it stands for every L >= 2"
    return meets(repaired.at_depth(1), target)
