"""Running programs: a unit of work, as a worker does it, and a whole program.  Needs torch."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
import torch

from app.experiment.cores import in_parts
from app.programs.bounds import ProgramBounds
from app.programs.conclude import conclude
from app.programs.interpreter import Array, execute
from app.programs.plan import Budget, Round, Unit, first_round, second_round
from app.programs.program import Program
from app.programs.reading import read_program
from app.programs.report import ProgramResult
from app.programs.statistics import Tally


def measure(program: Program, unit: Unit, edges: Array | None) -> Tally:
    """What the copies of a unit give."""
    device = _device()

    def some(copies: range) -> tuple[Array, Array | None]:
        return execute(program, unit.width, copies, device, edges)

    copies = range(unit.first_copy, unit.first_copy + unit.copies)
    parts = in_parts(some, copies, unit.width) if device.type == "cpu" else [some(copies)]
    values = np.concatenate([values for values, _ in parts], axis=1)
    counted = [bins for _, bins in parts if bins is not None]
    bins = np.sum(counted, axis=0) if counted else None
    return Tally.of(unit.width, unit.first_copy, values, bins)


def device_name() -> str:
    """The device on which programs run here, such as ``cpu`` or ``cuda``."""
    return _device().type


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def edges_for(planned: Round, unit: Unit) -> Array | None:
    """The bins in which to count: coordinates are counted at the largest width alone."""
    return planned.edges if unit.width == max(each.width for each in planned.units) else None


def run_program(
    written: Mapping[str, Any],
    bounds: ProgramBounds | None,
    budget: Budget,
    told: Callable[[int, int], None],
) -> ProgramResult:
    """Read and run a program; ``told`` is called with the units done, and those there are."""
    started = perf_counter()
    program = read_program(written, bounds)
    tallies: list[Tally] = []
    done = 0
    planned = first_round(program, budget)
    for again in (True, False):
        total = done + len(planned.units)
        for unit in planned.units:
            told(done, total)
            tallies.append(measure(program, unit, edges_for(planned, unit)))
            done += 1
        if again:
            planned = second_round(program, tallies, budget)
    told(done, done)
    return conclude(program, planned, tallies, device_name(), perf_counter() - started)
