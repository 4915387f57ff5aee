"""What predictions answer: the documented shapes."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.api.parametrization.answer import Exponent
from solver.theory import Quantity


class PredictedOut(TypedDict):
    """One quantity at one layer (or tensor) and step."""

    quantity: Annotated[
        Quantity,
        Field(
            description="h, x: coordinates before and after the activation; f: the output; "
            "delta_…: their change since step 0; update: ΔW^l x^(l-1); readout_update: ΔW^(L+1) "
            "x^L; readout_init: W_0^(L+1) Δx^L."
        ),
    ]
    layer: Annotated[int | None, Field(description="1..L+1; null where tensors are given.")]
    tensor: Annotated[str | None, Field(description="Its name, where tensors are given.")]
    step: int
    exponent: Annotated[
        Exponent | None,
        Field(
            description='Sizes are n^(-exponent): the slope in a log-log plot is -exponent. "inf" '
            "for what is exactly zero; null where theory says nothing, after a blow-up."
        ),
    ]
    lingering: Annotated[
        Exponent | None,
        Field(
            description="The largest exponent, up to 1/2 above, of terms that may still show at "
            "widths that can be simulated."
        ),
    ]


class PredictionsOut(TypedDict):
    """What a coordinate check should show, without training."""

    summary: Annotated[str, Field(description="The verdict in one sentence.")]
    depth: int | None
    steps: int
    quantities: list[PredictedOut]
