"""What the service answers about checks, and a check of the queue written out in that shape."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from app.api.jobs.events import ProgressOut, progress_out
from app.api.parametrization.answer import OptimizerName, ParametrizationOut, VerdictName
from app.api.parametrization.writing import parametrization
from app.experiment.plan import Device, Experiment, Loss, Method, estimate
from app.experiment.report import CheckResult, CheckVerdict
from app.experiment.update_rules import UpdateRule
from app.queue.client import Check
from solver import Activation, classify

_T = TypeVar("_T")

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class ExperimentOut(TypedDict):
    """Every choice of a check, defaults made explicit."""

    widths: list[int]
    steps: int
    seeds: Annotated[int, Field(description="Networks at the largest width; more at others.")]
    seed: int
    batch_size: int
    input_dim: int
    activation: Activation
    loss: Loss
    learning_rate: float
    update_rule: Annotated[
        UpdateRule | list[UpdateRule],
        Field(description="One for all weight matrices, or one for each."),
    ]
    momentum: float
    method: Method
    device: Device
    tolerance: float


class EstimateOut(TypedDict):
    """What the check takes: seconds on two ordinary cores, and bytes of memory.

    Where the first measurements leave slopes undetermined, it measures on, for at most
    ``most_seconds`` in all.
    """

    seconds: float
    most_seconds: float
    bytes: int


class LinksOut(TypedDict):
    """Where the rest is."""

    self: str
    events: str
    plot_svg: str
    plot_png: str


class CheckSummaryOut(TypedDict):
    """A check as it is listed."""

    id: str
    status: Annotated[Status, Field(description="The last three are final.")]
    verdict: Annotated[
        CheckVerdict | None,
        Field(description="Whether the networks agree with the theorem; null until it succeeded."),
    ]
    summary: Annotated[
        str | None, Field(description="The result in one sentence; null until it succeeded.")
    ]
    progress: ProgressOut
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    request: Annotated[dict[str, Any], Field(description="The body as it was posted.")]
    depth: int
    optimizer: OptimizerName
    parametrization: ParametrizationOut
    theory: Annotated[VerdictName, Field(description="The verdict of /v1/classify.")]
    warnings: Annotated[list[str], Field(description="The warnings of /v1/classify.")]
    experiment: ExperimentOut
    error: Annotated[str | None, Field(description="Why it failed; null unless it did.")]
    links: LinksOut


class CheckOut(CheckSummaryOut):
    """A check; its result is null until it has succeeded."""

    estimate: EstimateOut
    result: CheckResult | None


class ChecksOut(TypedDict):
    """One page of checks, the newest first."""

    checks: list[CheckSummaryOut]
    next: Annotated[
        str | None, Field(description="The cursor of the next page; null on the last one.")
    ]


def check_summary(check: Check) -> CheckSummaryOut:
    """A check of the queue as it is listed."""
    experiment = Experiment.from_json(check.job["experiment"])
    verdict = classify(
        experiment.parametrization,
        experiment.activation,
        "mse" if experiment.loss == "mse" else "cross_entropy",
    )
    outcome, path = check.outcome, f"/v1/checks/{check.id}"
    return {
        "id": check.id,
        "status": check.status,
        "verdict": None if outcome is None else outcome.verdict,
        "summary": None if outcome is None else outcome.summary,
        "progress": progress_out(check.progress),
        "created_at": check.created_at,
        "started_at": check.started_at,
        "finished_at": check.finished_at,
        "request": check.job["request"],
        "depth": experiment.depth,
        "optimizer": _one_or_several(experiment.optimizer),
        "parametrization": parametrization(experiment.parametrization),
        "theory": verdict.kind.value,
        "warnings": list(verdict.warnings),
        "experiment": {
            "widths": list(experiment.widths),
            "steps": experiment.steps,
            "seeds": experiment.seeds,
            "seed": experiment.seed,
            "batch_size": experiment.batch_size,
            "input_dim": experiment.input_dim,
            "activation": experiment.activation,
            "loss": experiment.loss,
            "learning_rate": experiment.learning_rate,
            "update_rule": _one_or_several(experiment.update_rule),
            "momentum": experiment.momentum,
            "method": experiment.method,
            "device": experiment.device,
            "tolerance": experiment.tolerance,
        },
        "error": check.error,
        "links": {
            "self": path,
            "events": f"{path}/events",
            "plot_svg": f"{path}/plot.svg",
            "plot_png": f"{path}/plot.png",
        },
    }


def _one_or_several(value: _T | tuple[_T, ...]) -> _T | list[_T]:
    return list(value) if isinstance(value, tuple) else value


def check_answer(check: Check) -> CheckOut:
    """A check of the queue as it is answered."""
    experiment = Experiment.from_json(check.job["experiment"])
    cost = estimate(experiment)
    return {
        **check_summary(check),
        "estimate": {
            "seconds": round(cost.seconds, 1),
            "most_seconds": round(max(cost.seconds, experiment.most_seconds), 1),
            "bytes": cost.bytes,
        },
        "result": check.result,
    }
