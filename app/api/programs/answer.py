"""What the service answers about programs, and a job of the queue written out in that shape."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from app.api.jobs.events import ProgressOut, progress_out
from app.programs.gallery import GalleryProgram
from app.programs.report import ProgramResult
from app.queue.client import Job
from app.queue.names import Status


class ProgramLinksOut(TypedDict):
    """Where the rest is."""

    self: str
    events: str
    plot_svg: str
    plot_png: str


class ProgramSummaryOut(TypedDict):
    """A program as it is listed."""

    id: str
    status: Annotated[
        Status, Field(description="The last three are final; so is what they come with.")
    ]
    progress: ProgressOut
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    request: Annotated[dict[str, Any], Field(description="The body as it was posted.")]
    error: Annotated[str | None, Field(description="Why it failed; null unless it did.")]
    links: ProgramLinksOut


class ProgramOut(ProgramSummaryOut):
    """A program; its result is null until it has succeeded."""

    result: ProgramResult | None


class ProgramsOut(TypedDict):
    """One page of programs, the newest first."""

    programs: list[ProgramSummaryOut]
    next: Annotated[
        str | None, Field(description="The cursor of the next page; null on the last one.")
    ]


class GalleryProgramOut(TypedDict):
    """A named program: post ``program`` to have it run."""

    name: str
    title: str
    says: Annotated[str, Field(description="What its limits are by theory.")]
    source: str
    program: dict[str, Any]


class ProgramGalleryOut(TypedDict):
    """The named programs."""

    programs: list[GalleryProgramOut]


def program_summary(job: Job[ProgramResult]) -> ProgramSummaryOut:
    """A job of the queue as it is listed."""
    path = f"/v1/programs/{job.id}"
    return {
        "id": job.id,
        "status": job.status,
        "progress": progress_out(job.progress),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "request": job.job["request"],
        "error": job.error,
        "links": {
            "self": path,
            "events": f"{path}/events",
            "plot_svg": f"{path}/plot.svg",
            "plot_png": f"{path}/plot.png",
        },
    }


def program_answer(job: Job[ProgramResult]) -> ProgramOut:
    """A job of the queue as it is answered."""
    return {**program_summary(job), "result": job.result}


def gallery_program(entry: GalleryProgram) -> GalleryProgramOut:
    """A named program as it is answered."""
    return {
        "name": entry.name,
        "title": entry.title,
        "says": entry.says,
        "source": entry.source,
        "program": dict(entry.program),
    }
