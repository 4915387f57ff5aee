"""The question of ``POST /v1/repairs``, solved."""

from typing import cast

from app.api.classify.writing import classification
from app.api.http.flaws import under
from app.api.repairs.answer import AnyDepthRepairOut, RepairOut
from app.api.repairs.request import RepairsIn
from solver import Deadline, Limits, OptionsReader, RoleParametrization, understood
from solver.repairs import plain_any_depth_repair, plain_repair, repair, repair_any_depth


def answered(body: RepairsIn, limits: Limits, deadline: Deadline) -> RepairOut | AnyDepthRepairOut:
    """The answer.  Raises ``ParametrizationError`` and ``TimeLimitError``."""
    given = body.resolve(limits)
    with under("target"):
        target = understood(body.target, given.regime)
    reader = OptionsReader(body.description(), given, limits, body.tie_c is not False)
    margin = reader.margin(body.margin)
    options = reader.read(body.locked, body.weights, body.tie_hidden is not False, body.ties)
    if isinstance(given, RoleParametrization):
        both = repair_any_depth(given, target, options, margin, deadline, body.activation)
        return cast(AnyDepthRepairOut, plain_any_depth_repair(both, classification))
    found = repair(given, target, options, margin, deadline, body.activation)
    return cast(RepairOut, plain_repair(found, classification))
