"""What the service answers about itself: the documented shapes."""

from typing import Literal

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


class Readiness(Health):
    """Whether requests can be served, and whether checks can be started."""

    queue: Literal["ok", "unavailable"]
