"""The header under which a job is submitted once, however often the request is sent."""

from typing import Annotated

from fastapi import Header

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Anything of the caller's making, such as a UUID. The same body posted "
        "again under the same key starts nothing new: the answer is about what the first started.",
        pattern="^[!-~]{1,255}$",
    ),
]
