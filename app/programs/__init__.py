"""Tensor Programs, executed: limits of whatever is made of wide Gaussian matrices.

``run`` is the face for Python.  Reading and planning need numpy only; running needs torch, which
is loaded when something is run, in the worker or by whoever calls ``run``.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from app.programs.bounds import ProgramBounds as ProgramBounds
from app.programs.errors import ProgramBudgetError as ProgramBudgetError
from app.programs.errors import ProgramError as ProgramError
from app.programs.plan import Budget as Budget

if TYPE_CHECKING:
    from app.programs.report import ProgramResult


def run(
    program: Mapping[str, Any],
    *,
    bounds: ProgramBounds | None = None,
    budget: Budget | None = None,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> "ProgramResult":
    """What the program comes to as its width n goes to infinity.

    ``program`` has the fields of ``POST /v1/programs``.  ``told`` hears how many units of work are
    done, of how many.  Raises ``ProgramError`` with everything that is wrong with the program,
    and ``ProgramBudgetError`` where it would take more than ``budget``.
    """
    from app.programs.running import run_program

    return run_program(program, bounds, budget or Budget(), told)
