"""POST /v1/classify and POST /v1/classify/batch."""

from typing import Annotated, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Request, Response

from app.api.classify import examples
from app.api.classify.answer import AnyDepthClassification, BatchOut, Classification
from app.api.classify.request import BatchIn, ClassifyIn
from app.api.classify.writing import answered, columns
from app.api.http.answering import answer, worked_out
from app.api.http.documented import BODY_PROBLEMS
from app.api.http.flaws import under
from app.api.http.json_body import JsonRoute, RowsRoute
from app.api.http.state import metrics_of, settings_of
from app.observe import Metrics
from app.settings import Settings
from solver import ParametrizationError, classify_vectors, read_depth, read_role_optimizers
from solver.reading import alignment_of
from solver.theory import THEOREM

router = APIRouter(prefix="/v1/classify", tags=["classify"], route_class=JsonRoute)
batches = APIRouter(prefix="/v1/classify", tags=["classify"], route_class=RowsRoute)


@router.post(
    "",
    operation_id="classify",
    summary="Classify an abc-parametrization",
    response_model=Classification | AnyDepthClassification,
    responses=BODY_PROBLEMS,
)
async def classify_one(
    body: Annotated[ClassifyIn, Body(openapi_examples=examples.CLASSIFY)],
    request: Request,
) -> Response:
    """Decide whether such networks are stable, nontrivial, and learn features as width grows.

    The answer holds the certificate (every condition with its value) and the reasons in words.
    Without `depth` (by role or by name) it covers L = 1 and every L >= 2.
    """
    settings, metrics = settings_of(request), metrics_of(request)
    return await worked_out(body.deep, lambda: _one(body, settings, metrics))


def _one(body: ClassifyIn, settings: Settings, metrics: Metrics) -> Response:
    kind, text = answered(body.resolve(settings.limits), body.activation, body.loss)
    metrics.verdicts[kind].inc()
    return Response(text, media_type="application/json")


@batches.post(
    "/batch",
    operation_id="classify_batch",
    summary="Classify many flat vectors of one depth",
    response_model=BatchOut,
    responses=BODY_PROBLEMS,
)
async def classify_batch(
    body: Annotated[BatchIn, Body(openapi_examples=examples.BATCH)],
    request: Request,
) -> Response:
    """Verdicts as columns, exactly those of single requests; up to 100,000 rows."""
    return await run_sync(_batch, body, settings_of(request), metrics_of(request))


def _batch(body: BatchIn, settings: Settings, metrics: Metrics) -> Response:
    depth = read_depth(body.depth, settings.limits)
    rows = body.abc
    if not isinstance(rows, list):
        raise ParametrizationError.at(("abc",), "abc must be a list of rows, each a flat vector")
    if len(rows) > settings.max_batch_rows:
        raise ParametrizationError.at(
            ("abc",),
            f"abc has {len(rows)} rows; one batch holds up to {settings.max_batch_rows}: send the "
            "rest in another",
        )
    optimizers = read_role_optimizers(body.optimizer, depth)
    alignment = alignment_of(body.alignment, settings.limits)
    theorem = None
    with under("abc"):
        result = classify_vectors(depth, rows, optimizers, settings.limits, alignment)
        if alignment != THEOREM:
            theorem = classify_vectors(depth, rows, optimizers, settings.limits)
    _free(rows)
    for kind, count in result.counts().items():
        metrics.verdicts[kind].inc(count)
    return answer(columns(depth, result, theorem))


def _free(rows: list[object]) -> None:
    """Give up the rows, some at a time: all at once would hold up the event loop."""
    while rows:
        del rows[-_FREED_AT_ONCE:]


_FREED_AT_ONCE: Final = 1 << 12
