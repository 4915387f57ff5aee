"""What callers ask about an entry of the gallery."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EntryQuery(BaseModel):
    """How to look at an entry."""

    model_config = ConfigDict(extra="forbid")

    depth: int | None = Field(None, ge=1, description="L; without it, every depth.")
    s: str | None = Field(None, description="The parameter of uniform.")
    c: str | None = Field(None, description="The parameter of standard_adam.")
    alignment: Literal["theorem", "full", "none"] | None = Field(
        None, description="What is assumed of sums of n terms: the theorem's, unless given."
    )
