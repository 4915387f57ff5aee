"""What callers post to have the exponents of a coordinate check predicted."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from app.api.parametrization.request import ParametrizationIn
from app.api.parametrization.schemas import one_of
from solver import Activation

#: Steps beyond the second bring nothing new.
DEFAULT_STEPS: Final = 2
MOST_STEPS: Final = 64
#: Deeper networks have as many rows, which nobody reads.
DEEPEST: Final = 256


class PredictionsIn(ParametrizationIn):
    """A parametrization with its depth, or tensors, and a number of training steps."""

    steps: Annotated[
        Any,
        one_of(
            f"How many training steps; {DEFAULT_STEPS} unless given.",
            {"type": "integer", "minimum": 1, "maximum": MOST_STEPS},
        ),
    ] = None
    activation: Activation = Field(
        "tanh",
        description="Matters where something blows up: a bounded one saturates. tanh unless given.",
    )
    loss: Literal["mse", "cross_entropy"] = Field(
        "mse",
        description="Matters where the logits alone blow up: with cross_entropy, whose slope is "
        "bounded, features move on as before. mse unless given.",
    )
