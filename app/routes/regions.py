"""POST /v1/regions and POST /v1/regions/plot."""

from typing import Annotated, Final, Literal

import mimeparse
from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Request, Response

from app.json_body import JsonRoute
from app.problems import ProblemError
from app.routes.documented import problems
from app.routes.solving import SOLVING_PROBLEMS, solved
from app.routes.state import settings_of
from app.schemas import solving_examples as examples
from app.schemas.solving_answers import AnyDepthRegionsOut, RegionsOut
from app.schemas.solving_writing import regions_out
from app.schemas.unknowns import RegionsIn
from app.schemas.writing import answer
from app.settings import Settings
from solver import (
    Families,
    Goal,
    ParametrizationError,
    Survey,
    read_families,
    same_verdicts,
    survey,
    understood,
)
from solver.exponents import shown

router = APIRouter(prefix="/v1/regions", tags=["solve"], route_class=JsonRoute)

_MEDIA_TYPES: Final = {"svg": "image/svg+xml", "png": "image/png"}
_MOST_DRAWN: Final = 2


@router.post(
    "",
    operation_id="find_regions",
    summary="Which exponents have which verdict?",
    response_model=RegionsOut | AnyDepthRegionsOut,
    responses=SOLVING_PROBLEMS,
)
async def find_regions(
    body: Annotated[RegionsIn, Body(openapi_examples=examples.REGIONS)], request: Request
) -> Response:
    """Divide the values of one to three unknowns into cells of one verdict, exactly.

    Entries may be affine expressions such as `"1/2 - s"`. Every point lies in exactly one cell.
    With `minimize` or `maximize`, also how far an unknown can go while `subject_to` holds.

    Without `depth` (by role or by name) the answer covers L = 1 and every L >= 2.
    """
    settings = settings_of(request)
    return await solved(request, lambda: _answer(body, settings))


@router.post(
    "/plot",
    operation_id="plot_regions",
    summary="The cells as a figure, SVG or PNG",
    response_class=Response,
    responses={
        200: {
            "content": {
                _MEDIA_TYPES["svg"]: {"schema": {"type": "string"}},
                _MEDIA_TYPES["png"]: {"schema": {"type": "string", "format": "binary"}},
            }
        }
    }
    | SOLVING_PROBLEMS
    | problems("not-acceptable"),
)
async def plot_regions(
    body: Annotated[RegionsIn, Body(openapi_examples=examples.REGIONS)], request: Request
) -> Response:
    """A number line for one unknown, a phase diagram for two, with the gallery's members marked.

    The `Accept` header chooses: `image/svg+xml` (unless another is preferred) or `image/png`.
    """
    file_format = _wanted(request.headers.get("accept", "*/*"))
    settings = settings_of(request)
    _, surveys = await solved(request, lambda: _surveyed(body, settings, drawn=True))
    picture = await run_sync(_drawn, *surveys, file_format, limiter=request.app.state.plotting)
    return Response(picture, media_type=_MEDIA_TYPES[file_format], headers={"Vary": "Accept"})


def _surveyed(
    body: RegionsIn, settings: Settings, *, drawn: bool = False
) -> tuple[Families, tuple[Survey, Survey | None]]:
    families = read_families(body.description(), body.bounds, settings.limits)
    if drawn and len(families.unknowns) > _MOST_DRAWN:
        raise ParametrizationError.at(
            (),
            f"there are {len(families.unknowns)} unknowns ({', '.join(families.unknowns)}), and a "
            f"figure shows {_MOST_DRAWN}: put a number in place of one",
        )
    goal = _goal(body, families)
    return families, survey(families, goal, settings.solve_max_seconds)


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
    try:
        target = understood(body.subject_to or "stable", families.first.optimizer)
    except ParametrizationError as error:
        raise error.under("subject_to") from None
    return Goal(sense, name, target)


def _answer(body: RegionsIn, settings: Settings) -> Response:
    families, (first, deeper) = _surveyed(body, settings)
    if families.depth is not None:
        return answer(regions_out(first))
    return answer(
        {
            "depth": None,
            "any_depth": deeper is not None
            and same_verdicts(first, deeper, settings.solve_max_seconds),
            "verdicts": {
                "1": regions_out(first),
                ">=2": None if deeper is None else regions_out(deeper),
            },
        }
    )


def _wanted(accept: str) -> Literal["svg", "png"]:
    """The format that the header prefers.  Raises ``ProblemError`` (406) if it is neither."""
    try:
        # Of what is equally welcome, the last one wins.
        best = mimeparse.best_match([_MEDIA_TYPES["png"], _MEDIA_TYPES["svg"]], accept)
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise ProblemError(
            "not-acceptable",
            f"the figure is not to be had as {shown(accept)}; accept image/svg+xml or image/png",
            "/header/Accept",
        )
    return "png" if best == _MEDIA_TYPES["png"] else "svg"


def _drawn(first: Survey, deeper: Survey | None, file_format: Literal["svg", "png"]) -> bytes:
    from app.region_plots import draw  # takes a second the first time, and much memory

    return draw(first, deeper, file_format)
