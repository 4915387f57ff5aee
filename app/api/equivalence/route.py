"""POST /v1/equivalence."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.api.equivalence import examples
from app.api.equivalence.answer import AnyDepthEquivalenceOut, EquivalenceOut
from app.api.equivalence.request import EquivalenceIn
from app.api.http.answering import answer, worked_out
from app.api.http.documented import BODY_PROBLEMS
from app.api.http.json_body import JsonRoute
from app.api.http.state import settings_of
from app.api.parametrization.depths import by_depth
from solver import (
    Limits,
    Parametrization,
    ParametrizationError,
    RoleParametrization,
    compare,
    format_exponent,
)

router = APIRouter(prefix="/v1/equivalence", tags=["classify"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="compare_parametrizations",
    summary="Are two parametrizations the same up to gauge?",
    response_model=EquivalenceOut | AnyDepthEquivalenceOut,
    responses=BODY_PROBLEMS,
)
async def compare_parametrizations(
    body: Annotated[EquivalenceIn, Body(openapi_examples=examples.EQUIVALENCE)],
    request: Request,
) -> Response:
    """Decide whether they train the same network, otherwise written, and with which θ per layer.

    The gauge is (a, b, c) → (a + θ, b - θ, c - 2θ) for SGD and (a, b, c, d) → (a + θ, b - θ,
    c - θ, d + θ) for adaptive optimizers.

    Where one has a depth, the other takes it over; where neither has, the answer covers L = 1 and
    every L >= 2.
    """
    limits = settings_of(request).limits
    return await worked_out(body.first.deep or body.second.deep, _compare, body, limits)


def _compare(body: EquivalenceIn, limits: Limits) -> Response:
    first = body.first.resolve(limits, "first")
    second = body.second.resolve(limits, "second")
    if isinstance(first, RoleParametrization) and isinstance(second, RoleParametrization):
        deeper = first.hidden is not None and second.hidden is not None
        one = _comparison(first.at_depth(1), second.at_depth(1))
        # Depth enters only through hidden layers, which are all alike: L = 2 stands for all.
        more = _comparison(first.at_depth(2), second.at_depth(2)) if deeper else None
        if more is not None:
            more["depth"] = None
        everywhere = bool(one["equivalent"] and more and more["equivalent"])
        return answer(by_depth(everywhere, one, more))
    return answer(_comparison(_at(first, second, "first"), _at(second, first, "second")))


def _at(
    which: Parametrization | RoleParametrization,
    other: Parametrization | RoleParametrization,
    name: str,
) -> Parametrization:
    """It, at the other's depth where it has none of its own."""
    if isinstance(which, Parametrization):
        return which
    assert isinstance(other, Parametrization), "the case of no depth at all is handled before"
    if other.depth > 1 and which.hidden is None:
        raise ParametrizationError.at(
            (name,),
            f"the {name} parametrization is defined for one hidden layer only and the other has "
            f"depth {other.depth}; compare at depth 1",
        )
    return which.at_depth(other.depth)


def _comparison(first: Parametrization, second: Parametrization) -> EquivalenceOut:
    result = compare(first, second)
    theta = result.theta
    return {
        "depth": first.depth if first.depth == second.depth else None,
        "equivalent": result.equivalent,
        "theta": None if theta is None else [format_exponent(each) for each in theta],
        "differences": list(result.differences),
    }
