"""The service with its thinking removed: the least that HTTP, JSON and validation cost.

``/floor/classify`` validates exactly as ``/v1/classify`` does and answers a fixed body of the
size of a usual answer.  ``/floor/batch`` parses the same body as ``/v1/classify/batch`` and
serialises the same answer, with nothing in between.
"""

from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Request, Response

from app.api.classify.request import BatchIn, ClassifyIn
from app.api.classify.writing import classification, columns
from app.api.http.answering import answer
from app.api.http.json_body import JsonRoute, RowsRoute
from app.api.http.state import settings_of
from app.main import create_app as create_service
from solver import GALLERY, classify, classify_vectors

router = APIRouter(route_class=JsonRoute)
batches = APIRouter(route_class=RowsRoute)
_FIXED = answer(classification(classify(GALLERY["ntk"].roles().at_depth(3)))).body
_batch_answer: dict[str, Any] = {}


@router.post("/floor/classify", response_model=None)
async def floor_classify(body: ClassifyIn, request: Request) -> Response:
    """The request read as always; an answer that is known beforehand."""
    body.resolve(settings_of(request).limits)
    return Response(_FIXED, media_type="application/json")


@batches.post("/floor/batch", response_model=None)
async def floor_batch(body: BatchIn) -> Response:
    """The answer of the first call, serialised anew for every later one."""
    if not _batch_answer:
        result = classify_vectors(body.depth, body.abc)
        _batch_answer.update(columns(body.depth, result))
    return await run_sync(answer, _batch_answer)


def create_app() -> FastAPI:
    """The service with the floor beside it."""
    app = create_service()
    app.include_router(batches)
    app.include_router(router)
    # Routes are tried in order: the floor's come first, as /v1/classify does in the service.
    app.router.routes.insert(0, app.router.routes.pop())
    return app
