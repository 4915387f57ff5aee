"""The service about itself: health, metrics, and what its problems mean."""

from time import monotonic
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.http.answering import answer
from app.api.http.documented import problems
from app.api.http.queue_access import ask
from app.api.http.state import metrics_of
from app.api.service.answer import Health, ProblemType, QueueState, Readiness
from app.problems import PROBLEMS, ProblemError
from app.queue.client import CheckQueue, QueueUnavailableError, QueueUnwritableError

if TYPE_CHECKING:
    from app.queue.roster import Workers

router = APIRouter(tags=["service"])

# Whoever asks whether the service is ready, waits no longer than this.
_PING_SECONDS: Final = 2.0
# Without any worker for so long, something is wrong.
_SILENT_SECONDS: Final = 60.0


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
        workers = await ask(request, _workers, patience=_PING_SECONDS)
    except QueueUnwritableError:
        return _readiness("unwritable")
    except QueueUnavailableError:
        return _readiness("unavailable")
    # Workers that have not been seen yet may be on their way, and so may those of a new database.
    silent_for = min(monotonic() - request.app.state.started, workers.silent_for)
    state: QueueState = "no_worker" if silent_for > _SILENT_SECONDS else "ok"
    return _readiness(state, workers.alive)


def _workers(queue: CheckQueue) -> "Workers":
    queue.ping()
    return queue.workers()


def _readiness(queue: QueueState, workers: dict[str, int] | None = None) -> Response:
    return answer({"status": "ok", "queue": queue, "workers": workers})


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Metrics in Prometheus format",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Request durations by route and status, verdicts by kind, the queue and its workers."""
    collector = metrics_of(request).queue
    try:
        collector.numbers = await ask(
            request, lambda queue: queue.numbers(), patience=_PING_SECONDS
        )
    except QueueUnavailableError:
        collector.numbers = None
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
