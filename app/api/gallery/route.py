"""GET /v1/parametrizations: the gallery."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.classify.writing import classified
from app.api.gallery import examples
from app.api.gallery.answer import ClassifiedEntryOut, GalleryOut, gallery_entry_out
from app.api.gallery.request import EntryQuery
from app.api.http.answering import answer
from app.api.http.documented import problems
from app.api.http.flaws import under
from app.api.http.state import settings_of
from solver import GALLERY, NETWORKS, Description, GalleryEntry, read
from solver.theory import named

router = APIRouter(prefix="/v1/parametrizations", tags=["gallery"])


@router.get(
    "",
    operation_id="list_parametrizations",
    summary="List the named parametrizations",
    response_model=GalleryOut,
)
async def list_parametrizations() -> Response:
    """The parametrizations of the literature and of code in use, each with its source."""
    listed = [
        *map(gallery_entry_out, GALLERY.values()),
        *map(gallery_entry_out, NETWORKS.values()),
    ]
    return answer({"parametrizations": listed})


@router.get(
    "/{name}",
    operation_id="get_parametrization",
    summary="One named parametrization, classified",
    response_model=ClassifiedEntryOut,
    responses=problems("not-found", "invalid-request"),
)
async def get_parametrization(
    name: Annotated[str, Path(openapi_examples=examples.NAMES)],
    request: Request,
    query: Annotated[EntryQuery, Query()],
) -> Response:
    """The entry with its verdict; that is null for a family asked for without its parameter."""
    entry = named(name)
    entry_out = gallery_entry_out(entry)
    depth, s, c = query.depth, query.s, query.c
    family = isinstance(entry, GalleryEntry) and entry.parameter is not None
    if family and depth is None and s is None and c is None:
        return answer(entry_out | {"classification": None})
    asked = Description(preset=name, depth=depth, s=s, c=c, alignment=query.alignment)
    with under("query"):
        given = read(asked, settings_of(request).limits)
    _, classification = classified(given)
    return answer(entry_out | {"classification": classification})
