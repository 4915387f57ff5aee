"""What callers post to have parametrizations classified."""

from typing import Annotated, Any

from pydantic import WithJsonSchema

from app.api.http.json_object import JsonObject
from app.api.parametrization.request import NetworkIn
from app.api.parametrization.schemas import (
    DEPTH,
    HIDDEN_LAYERS,
    OPTIMIZER,
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
                "description": "One flat vector per row, each of length 2L+3 or 3L+3.",
            }
        ),
    ]
    optimizer: Annotated[
        Any, one_of("One for all layers, or by role.", OPTIMIZER, OPTIMIZERS_BY_ROLE)
    ] = None
