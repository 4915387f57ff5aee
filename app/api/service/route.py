"""The service about itself: health, metrics, and what its problems mean."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.http.answering import answer
from app.api.http.documented import problems
from app.api.http.queue_access import ask
from app.api.http.state import metrics_of
from app.api.service.answer import Health, ProblemType, Readiness
from app.problems import PROBLEMS, ProblemError
from app.queue.client import QueueUnavailableError

router = APIRouter(tags=["service"])

# Whoever asks whether the service is ready, waits no longer than this.
_PING_SECONDS: Final = 2.0


@router.get("/", include_in_schema=False)
async def home() -> Response:
    """Lead people to the documentation."""
    return RedirectResponse("docs")


@router.get("/livez", operation_id="livez", summary="Is the process alive?", response_model=Health)
async def livez() -> Response:
    """Answers as long as the process runs."""
    return answer({"status": "ok"})


@router.get("/readyz", operation_id="readyz", summary="Can it serve?", response_model=Readiness)
async def readyz(request: Request) -> Response:
    """Answers when requests can be served.

    Without its database the service still classifies, so it stays ready: `queue` says
    `unavailable`, and requests about checks are answered 503 until the database is back.
    """
    try:
        await ask(request, lambda queue: queue.ping(), patience=_PING_SECONDS)
    except QueueUnavailableError:
        return answer({"status": "ok", "queue": "unavailable"})
    return answer({"status": "ok", "queue": "ok"})


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Metrics in Prometheus format",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Request durations by route and status, and verdicts by kind."""
    return Response(generate_latest(metrics_of(request).registry), media_type=CONTENT_TYPE_LATEST)


@router.get(
    "/problems/{code}",
    operation_id="get_problem",
    summary="What a problem type means",
    response_model=ProblemType,
    responses=problems("not-found"),
)
async def get_problem(code: str) -> Response:
    """The `type` of every error leads here."""
    if code not in PROBLEMS:
        raise ProblemError("not-found", f"no such problem type; they are {', '.join(PROBLEMS)}")
    status, title, remedy = PROBLEMS[code]
    return answer({"type": f"/problems/{code}", "status": status, "title": title, "remedy": remedy})
