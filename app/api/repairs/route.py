"""POST /v1/repairs."""

from typing import Annotated, cast

from fastapi import APIRouter, Body, Request, Response

from app.api.classify.writing import answer
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.http.state import settings_of
from app.api.regions import examples
from app.api.regions.answer import AnyDepthRepairOut, RepairOut
from app.api.regions.request import RepairsIn
from app.api.regions.writing import repair_out
from solver import (
    Deadline,
    Limits,
    OptionsReader,
    Parametrization,
    ParametrizationError,
    Repair,
    RoleParametrization,
    Wanted,
    described_by,
    meets,
    repair,
    understood,
)

router = APIRouter(prefix="/v1/repairs", tags=["solve"], route_class=SolvingRoute)


@router.post(
    "",
    operation_id="find_repair",
    summary="What is the least I must change?",
    response_model=RepairOut | AnyDepthRepairOut,
    responses=SOLVING_PROBLEMS,
)
async def find_repair(
    body: Annotated[RepairsIn, Body(openapi_examples=examples.REPAIRS)], request: Request
) -> Response:
    """Find the parametrization nearest in weighted L1 distance that meets a target, exactly.

    Among equally near ones, that with the fewest changes, and of those (the first twenty, where
    there are more, and one on the coarsest grid) the simplest. Exponents can be locked;
    where that makes the target impossible, the answer is a minimal set of conditions and locks
    that exclude each other.

    Without `depth` (by role or by name) the answer covers L = 1 and every L >= 2.
    """
    limits = settings_of(request).limits
    return await solved(request, lambda deadline: answer(answered(body, limits, deadline)))


def answered(body: RepairsIn, limits: Limits, deadline: Deadline) -> RepairOut | AnyDepthRepairOut:
    """The answer.  Raises ``ParametrizationError`` and ``TimeLimitError``."""
    given = body.resolve(limits)
    try:
        target = cast(Wanted, understood(body.target, given.optimizer))
    except ParametrizationError as error:
        raise error.under("target") from None
    reader = OptionsReader(body.description(), given, limits, body.tie_c is not False)
    margin = reader.margin(body.margin)
    options = reader.read(body.locked, body.weights, body.tie_hidden is not False)

    def repaired(one: Parametrization | RoleParametrization) -> tuple[Repair, RepairOut]:
        found = repair(one, target, options, margin, deadline)
        return found, repair_out(one, target, found, body.activation)

    if isinstance(given, Parametrization):
        return repaired(given)[1]
    deeper = None if given.hidden is None else repaired(given)
    return {
        "depth": None,
        "any_depth": deeper is not None and _does_at_depth_one(deeper[0], target),
        "verdicts": {
            "1": repaired(given.at_depth(1))[1],
            ">=2": None if deeper is None else deeper[1],
        },
    }


def _does_at_depth_one(found: Repair, target: Wanted) -> bool:
    if found.best is None:
        return False
    repaired = described_by(found.best.network)
    assert isinstance(repaired, RoleParametrization), "it stands for every L >= 2"
    return meets(repaired.at_depth(1), target)
