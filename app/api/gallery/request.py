"""What callers ask about an entry of the gallery."""

from pydantic import BaseModel, ConfigDict, Field


class EntryQuery(BaseModel):
    """How to look at an entry."""

    model_config = ConfigDict(extra="forbid")

    depth: int | None = Field(None, ge=1, description="L; without it, every depth.")
    s: str | None = Field(None, description="The parameter of uniform.")
    c: str | None = Field(None, description="The parameter of standard_adam.")
