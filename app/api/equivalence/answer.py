"""What comparing answers: the documented shapes."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.api.parametrization.answer import Exponent


class EquivalenceOut(TypedDict):
    """Whether a gauge transformation takes the first to the second."""

    equivalent: bool
    summary: Annotated[str, Field(description="The answer in one sentence.")]
    depth: int | None
    theta: Annotated[
        list[Exponent] | None,
        Field(description="θ per layer, first to second; null if not equivalent."),
    ]
    differences: Annotated[list[str], Field(description="How the canonical forms differ.")]


AnyDepthEquivalences = TypedDict(
    "AnyDepthEquivalences", {"1": EquivalenceOut, ">=2": EquivalenceOut | None}
)


class AnyDepthEquivalenceOut(TypedDict):
    """Answers for L = 1 and for every L >= 2, where neither parametrization has a depth."""

    summary: Annotated[str, Field(description="The answers, each in one sentence.")]
    depth: None
    any_depth: Annotated[bool, Field(description="Equivalent at every L >= 1.")]
    verdicts: AnyDepthEquivalences
