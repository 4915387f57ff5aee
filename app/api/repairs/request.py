"""What callers post to have a parametrization repaired.

Only the outer shape is declared to the framework; the solver reads the values and reports
everything wrong at once.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final, get_args

from pydantic import ConfigDict, StrictBool, WithJsonSchema

from app.api.parametrization.request import NetworkIn
from app.api.parametrization.schemas import EXPONENT, Schema, one_of
from solver import DEFAULT_MARGIN, Wanted

_SELECTOR: Final[Schema] = {
    "type": "string",
    "pattern": r"^[abcdw](\..{1,64})?$",
}
_WEIGHTS: Final[Schema] = {
    "type": "object",
    "propertyNames": _SELECTOR,
    "additionalProperties": EXPONENT,
}


class RepairsIn(NetworkIn):
    """A parametrization, and what it should become."""

    model_config = ConfigDict(json_schema_extra={"required": ["target"]})

    target: Annotated[
        Wanted,
        WithJsonSchema(
            {
                "type": "string",
                "enum": list(get_args(Wanted)),
                "description": "What to reach. For adaptive optimizers kernel means the operator "
                "regime.",
            }
        ),
    ]
    locked: Annotated[
        Any,
        one_of(
            'Exponents that must stay: "c", "a.1", "b.readout", "c.lm_head", …',
            {"type": "array", "items": _SELECTOR, "maxItems": 1000},
        ),
    ] = None
    weights: Annotated[
        Any,
        one_of(
            "The cost of changing exponents by 1; 1 unless given. The weight of a layer overrides "
            "that of its role, and that overrides the weight of the symbol.",
            _WEIGHTS,
        ),
    ] = None
    tie_hidden: Annotated[
        StrictBool | None,
        one_of(
            "Change hidden layers with equal exponents together, which counts once; true unless "
            "given. A lock or a weight of its own unties a layer.",
            {"type": "boolean"},
        ),
    ] = None
    tie_c: Annotated[
        StrictBool | None,
        one_of(
            "Keep one learning-rate exponent for all layers where one was given (or the preset "
            "has one); true unless given.",
            {"type": "boolean"},
        ),
    ] = None
    ties: Annotated[
        Any,
        one_of(
            'Exponents that change together, at the cost of one: [["b.input", "b.readout"]].',
            {
                "type": "array",
                "items": {"type": "array", "items": _SELECTOR, "minItems": 2},
                "maxItems": 1000,
            },
        ),
    ] = None
    margin: Annotated[
        Any,
        one_of(
            "The kernel regime is r > 0, which has no nearest point from outside: the answer then "
            f"keeps r at least this large. {DEFAULT_MARGIN} unless given. Other targets ignore it.",
            EXPONENT,
        ),
    ] = None
