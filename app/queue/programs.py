"""What a Tensor Program does, step by step.  Each step's outcome is kept, so none is done twice.

Loaded by the worker only; torch is loaded with the first program.
"""

from time import perf_counter
from typing import Any

from dbos import DBOS
from typing_extensions import TypedDict

from app.programs.bounds import UNBOUNDED
from app.programs.conclude import conclude
from app.programs.plan import Budget, Round, Unit, first_round, second_round
from app.programs.program import Program
from app.programs.reading import read_program
from app.programs.report import ProgramResult
from app.programs.statistics import Tally
from app.queue.job import MOST_RECOVERIES, in_hand, said_plainly, taken_at, tell
from app.queue.names import PROGRAM


class Planned(TypedDict):
    """A round of units of work, and when the job began (milliseconds)."""

    started_at: int
    round: dict[str, Any]


class Measured(TypedDict):
    """What the copies of one unit gave, the device they ran on, and how long that took."""

    tally: dict[str, Any]
    device: str
    seconds: float


@DBOS.workflow(name=PROGRAM, max_recovery_attempts=MOST_RECOVERIES)
def tensor_program(job: dict[str, Any]) -> ProgramResult:
    """A few copies at every width, as many more as the precision takes, then the limits."""
    with in_hand():
        measured: list[Measured] = []
        planned = _plan(job, [])
        for again in (True, False):
            now = Round.from_json(planned["round"])
            total = len(measured) + len(now.units)
            for unit in now.units:
                tell(
                    planned["started_at"], len(measured), total,
                    f"width {unit.width}: {len(measured)} of {total} units"
                    + (", to see how many it takes" if again else ""),
                )  # fmt: skip
                measured.append(_measure(job, planned["round"], list(unit)))
            if again:
                planned = _plan(job, [each["tally"] for each in measured])
        tell(planned["started_at"], len(measured), len(measured), f"all {len(measured)} units")
        return _conclude(job, planned["round"], measured)


def _read(job: dict[str, Any]) -> tuple[Program, Budget]:
    return read_program(job["request"], UNBOUNDED), Budget(**job["budget"])


@DBOS.step(name="plan_program")
def _plan(job: dict[str, Any], tallies: list[dict[str, Any]]) -> Planned:
    with said_plainly("planning"):
        program, budget = _read(job)
        known = [Tally.from_json(each) for each in tallies]
        planned = second_round(program, known, budget) if known else first_round(program, budget)
        return {"started_at": taken_at(), "round": planned.as_json()}


@DBOS.step(name="run_program")
def _measure(job: dict[str, Any], planned: dict[str, Any], unit: list[int]) -> Measured:
    started = perf_counter()
    with said_plainly(f"running the program at width {unit[0]}"):
        from app.programs.running import device_name, edges_for, measure

        program, _ = _read(job)
        one = Unit(*unit)
        tally = measure(program, one, edges_for(Round.from_json(planned), one))
        return {
            "tally": tally.as_json(),
            "device": device_name(),
            "seconds": perf_counter() - started,
        }


@DBOS.step(name="conclude_program")
def _conclude(
    job: dict[str, Any], planned: dict[str, Any], measured: list[Measured]
) -> ProgramResult:
    with said_plainly("concluding"):
        return conclude(
            _read(job)[0],
            Round.from_json(planned),
            [Tally.from_json(each["tally"]) for each in measured],
            # More than one where workers of different kinds took turns.
            ", ".join(sorted({each["device"] for each in measured})),
            sum(each["seconds"] for each in measured),
        )
