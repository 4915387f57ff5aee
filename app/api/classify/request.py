"""What callers post to have parametrizations classified."""

from typing import Annotated, Any

from pydantic import WithJsonSchema

from app.api.http.json_object import JsonObject
from app.api.parametrization.request import NetworkIn
from app.api.parametrization.schemas import (
    ALIGNMENT,
    ALIGNMENT_EXPONENTS,
    DEPTH,
    HIDDEN_LAYERS,
    OPTIMIZER,
    OPTIMIZERS_BY_LAYER,
    OPTIMIZERS_BY_ROLE,
    VECTOR,
    one_of,
)


class ClassifyIn(NetworkIn):
    """A parametrization to classify."""


class BatchIn(JsonObject):
    """Many flat vectors of one depth."""

    depth: Annotated[Any, WithJsonSchema({**DEPTH, "description": HIDDEN_LAYERS})]
    abc: Annotated[
        Any,
        WithJsonSchema(
            {
                "type": "array",
                "items": VECTOR,
                "maxItems": 100_000,
                "description": "One flat vector per row, each of length 2L+3 or 3L+3; b and c "
                'may be "inf".',
            }
        ),
    ]
    optimizer: Annotated[
        Any,
        one_of(
            "One for all layers, by role, or one for each weight matrix (hidden ones alike).",
            OPTIMIZER,
            OPTIMIZERS_BY_ROLE,
            OPTIMIZERS_BY_LAYER,
        ),
    ] = None
    alignment: Annotated[
        Any,
        one_of(
            "What is assumed of sums of n terms, in all rows: the theorem's, unless given.",
            ALIGNMENT,
            ALIGNMENT_EXPONENTS,
        ),
    ] = None
