"""What the service answers about itself: the documented shapes."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict


class Health(TypedDict):
    """Whether the service is up."""

    status: str


class ProblemType(TypedDict):
    """What a problem type means and what to do about it."""

    type: str
    status: int
    title: str
    remedy: str


QueueState = Literal["ok", "unavailable", "unwritable", "no_worker"]


class Readiness(Health):
    """Whether requests can be served, and whether checks can be started."""

    queue: Annotated[
        QueueState,
        Field(
            description="unavailable: its database does not answer. unwritable: its database can "
            "be read, and takes no checks. no_worker: it takes checks, and for a minute there has "
            "been nobody to run them."
        ),
    ]
    workers: Annotated[
        dict[str, int] | None,
        Field(description="Workers alive, by device; null where the database does not answer."),
    ]
