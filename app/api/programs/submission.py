"""From the body of a program to what is queued."""

from typing import Any

from app.api.programs.request import ProgramIn
from app.programs.bounds import ProgramBounds
from app.programs.plan import Budget, first_round
from app.programs.reading import read_program
from app.settings import Settings


def job_of(body: ProgramIn, settings: Settings) -> dict[str, Any]:
    """What is queued: the program as it was sent, its budget, and the units of work to begin with.

    Raises ``ProgramError`` for what is no program, ``ProgramBudgetError`` for what takes too long.
    """
    request = body.as_sent()
    budget = Budget(settings.program_max_seconds, settings.program_max_bytes)
    planned = first_round(read_program(request, bounds_of(settings)), budget)
    return {
        "request": request,
        "total": len(planned.units),
        "budget": {"seconds": budget.seconds, "bytes": budget.bytes},
    }


def bounds_of(settings: Settings) -> ProgramBounds:
    """The configured ones."""
    return ProgramBounds(
        instructions=settings.program_max_instructions,
        names=settings.program_max_names,
        characters=settings.program_max_characters,
        nesting=settings.program_max_nesting,
        degree=settings.program_max_degree,
        joint=settings.program_max_joint,
        precision=settings.program_min_precision,
    )
