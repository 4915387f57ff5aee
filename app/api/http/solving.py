"""Questions with unknowns: solved in threads, few at a time, and never without end."""

from asyncio import Task
from collections.abc import Callable
from typing import Final, TypeVar

from anyio import Semaphore, fail_after
from anyio.to_thread import run_sync
from fastapi import Request

from app.api.http.documented import BODY_CODES, Responses, problems
from app.api.http.json_body import JsonRoute
from app.api.http.leaving import leaving
from app.api.http.state import settings_of
from app.problems import ProblemError
from solver import Deadline, Limits

#: How many are solved at once: each keeps a core busy.
AT_ONCE: Final = 2

#: Why such a question may be refused.
SOLVING_PROBLEMS: Final[Responses] = problems(*BODY_CODES, "over-time", "busy")

_T = TypeVar("_T")


class SolvingRoute(JsonRoute):
    """A route whose large bodies are in no other route's way, however long they take to solve."""

    permits = "large_questions"


async def solved(request: Request, question: Callable[[Limits, Deadline], _T]) -> _T:
    """What the question gives, worked out in a thread; its time runs from its turn.

    When the client leaves, its question is given up: it keeps nobody else waiting.

    Raises ``ProblemError`` (503) where others keep the solver busy for as long as one may.
    """
    turns: Semaphore = request.app.state.solving
    settings = settings_of(request)
    limits = settings.limits
    with leaving(request) as gone:
        return await _solved(
            turns, settings.solve_max_seconds, gone, lambda deadline: question(limits, deadline)
        )


async def _solved(
    turns: Semaphore, patience: float, gone: Task[None], question: Callable[[Deadline], _T]
) -> _T:
    try:
        with fail_after(patience):
            await turns.acquire()
    except TimeoutError:
        raise ProblemError(
            "busy",
            f"other questions kept the solver busy for {patience:g} seconds; try again later",
            headers={"Retry-After": "5"},
        ) from None
    deadline = Deadline(patience)
    gone.add_done_callback(lambda _: deadline.give_up())
    try:
        return await run_sync(lambda: question(deadline))
    finally:
        turns.release()
