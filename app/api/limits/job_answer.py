"""A limit for which networks are trained, as it is answered."""

from datetime import datetime
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field
from typing_extensions import TypedDict

from app.api.jobs.events import ProgressOut, progress_out
from app.api.limits.answer import LimitOut, StepOut, simulated_out
from app.experiment.limits.job import LimitJob
from app.experiment.limits.plan import estimate
from app.experiment.limits.report import LimitReport
from app.figures.curves import Curves
from app.queue.client import Job
from app.queue.names import Status


class LimitEstimateOut(TypedDict):
    """What the job takes: seconds on two ordinary cores, and bytes of memory."""

    seconds: float
    bytes: int


class LimitLinksOut(TypedDict):
    """Where the rest is."""

    self: str
    events: str
    plot_svg: str
    plot_png: str


class LimitJobOut(TypedDict):
    """A limit for which networks are trained; its result is null until it has succeeded."""

    id: str
    status: Annotated[
        Status, Field(description="The last three are final; so is what they come with.")
    ]
    progress: ProgressOut
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    request: Annotated[dict[str, Any], Field(description="The body as it was posted.")]
    estimate: LimitEstimateOut
    error: Annotated[str | None, Field(description="Why it failed; null unless it did.")]
    links: LimitLinksOut
    result: LimitOut | None


def job_out(job: Job[LimitReport]) -> LimitJobOut:
    """A job of the queue as it is answered."""
    limit = LimitJob.from_json(job.job["limit"])
    cost, path = estimate(limit), f"/v1/limits/{job.id}"
    return {
        "id": job.id,
        "status": job.status,
        "progress": progress_out(job.progress),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "request": job.job["request"],
        "estimate": {"seconds": round(cost.seconds, 1), "bytes": cost.bytes},
        "error": job.error,
        "links": {
            "self": path,
            "events": f"{path}/events",
            "plot_svg": f"{path}/plot.svg",
            "plot_png": f"{path}/plot.png",
        },
        "result": None if job.result is None else result_out(job, job.result),
    }


def result_out(job: Job[LimitReport], report: LimitReport) -> LimitOut:
    """What came of it, in the shape of every limit."""
    limit, closed = LimitJob.from_json(job.job["limit"]), job.job["closed"]
    found: LimitOut = simulated_out(limit, report) if closed is None else closed
    return {**found, "comparison": report["comparison"]}


def curves_of(job: Job[LimitReport], report: LimitReport) -> Curves:
    """What the figure of a job that has succeeded shows."""
    limit, found = LimitJob.from_json(job.job["limit"]), result_out(job, report)
    known = np.array(limit.known if report["simulated"] is None else report["simulated"]["f"])
    comparison, shape = report["comparison"], (limit.steps + 1, limit.points, limit.outputs)
    deviation = np.array([_deviations(step, limit.outputs) for step in found["trajectory"]])
    return Curves(
        title=f"Infinite width: {_KINDS[found['method']]}",
        subject=found["summary"],
        f=known.reshape(shape),
        deviation=deviation.reshape(shape),
        inputs=len(limit.inputs),
        targets=None if limit.loss == "cross_entropy" else np.array(limit.targets),
        distances=()
        if comparison is None
        else tuple(
            (each["width"], each["distance"], each["standard_error"])
            for each in comparison["widths"]
        ),
        finite=()
        if comparison is None
        else tuple(
            (each["width"], np.array(each["f"]).reshape(shape)) for each in comparison["widths"]
        ),
        rate=None if comparison is None else comparison["rate"],
    )


def _deviations(step: StepOut, outputs: int) -> npt.NDArray[np.float64]:
    """Of every point, inputs first: (points, outputs)."""
    probe = [] if step["probe"] is None else step["probe"]["standard_deviation"]
    parts = (np.array(each, float) for each in (step["standard_deviation"], probe))
    return np.concatenate([each.reshape(-1, outputs) for each in parts])


_KINDS: Final = {
    "kernel": "kernel gradient descent",
    "linear": "features are learned",
    "simulation": "features are learned",
}
