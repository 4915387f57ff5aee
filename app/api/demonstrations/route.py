"""POST /v1/demonstrations/{name}, and the figure of each."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from app.api.demonstrations.answer import DemonstrationOut, demonstration_out
from app.api.demonstrations.examples import examples_of, questions_of
from app.api.demonstrations.request import DemonstrationIn
from app.api.demonstrations.solve import DEMONSTRATIONS, Known, shown
from app.api.http.answering import answer
from app.api.http.documented import Responses, problems
from app.api.http.pictured_question import asked_in_the_query, body_of, wanted_format
from app.api.http.pictures import FileFormat, content, figure
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.demonstrations import Demonstration

router = APIRouter(prefix="/v1/demonstrations", tags=["demonstrations"], route_class=SolvingRoute)

_PICTURE: Responses = {
    200: content("png", "svg"),
    **problems("not-acceptable", "invalid-request", "over-time", "busy"),
}


def _add(name: str, known: Known) -> None:
    """The routes of one demonstration."""
    identifier, model = name.replace("-", "_"), known.model

    @router.post(
        f"/{name}",
        operation_id=f"demonstrate_{identifier}",
        summary=known.summary,
        description=known.about,
        response_model=DemonstrationOut,
        responses=SOLVING_PROBLEMS,
    )
    async def demonstrate(
        body: Annotated[model, Body(openapi_examples=examples_of(name))],  # type: ignore[valid-type]
        request: Request,
    ) -> Response:
        return await solved(
            request, lambda _, deadline: answer(demonstration_out(shown(known, body, deadline)))
        )

    @router.get(
        f"/{name}/plot",
        operation_id=f"plot_{identifier}",
        summary=f"{known.summary}, as a figure",
        description="`Accept` chooses `image/svg+xml` or `image/png`.",
        response_class=Response,
        responses=_PICTURE,
    )
    async def plot(
        request: Request,
        question: Annotated[
            str,
            Query(
                description="What would be the body of the POST: one JSON object.",
                openapi_examples=questions_of(name),
            ),
        ] = "{}",
        file_format: Annotated[
            FileFormat | None,
            Query(alias="format", description="Goes before the Accept header."),
        ] = None,
    ) -> Response:
        with asked_in_the_query():
            body: DemonstrationIn = body_of(known.model, question)
            file = file_format or wanted_format(request)
            found = await solved(request, lambda _, deadline: shown(known, body, deadline))
        return await figure(
            request, "demonstration", partial(_drawn, found), file, {"Vary": "Accept"}
        )


for _name, _known in DEMONSTRATIONS.items():
    _add(_name, _known)


def _drawn(found: Demonstration, file_format: FileFormat) -> bytes:
    from app.figures.demonstrations import draw  # takes a second the first time

    return draw(found, file_format)
