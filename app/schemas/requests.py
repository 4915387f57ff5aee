"""What callers post.

Only the outer shape is declared to the framework.  Exponents, lengths and the choice of a
form are read by ``solver.read``, which reports everything wrong at once; the JSON schemas
below tell clients the same rules.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from solver import Activation, Description, Limits, Optimizer, ParametrizationError, read
from solver.parametrization import Parametrization, RoleParametrization

_EXPONENT: Final[dict[str, Any]] = {
    "title": "Exponent",
    "description": 'An exact rational: an integer, a decimal (0.1 is one tenth) or "p/q".',
    "anyOf": [
        {"type": "number", "minimum": -1_000_000, "maximum": 1_000_000},
        {"type": "string", "pattern": r"^[+-]?[0-9]{1,7}(/[0-9]{1,7}|\.[0-9]{1,6})?$"},
    ],
}
_LIST: Final[dict[str, Any]] = {
    "type": "array",
    "items": _EXPONENT,
    "minItems": 2,
    "description": "One exponent for each of the L+1 weight matrices, input first.",
}
_ROLES: Final[dict[str, Any]] = {
    "type": "object",
    "description": "By role: layer 1, layers 2..L, layer L+1. Without hidden: L = 1 only.",
    "properties": {"input": _EXPONENT, "hidden": _EXPONENT, "readout": _EXPONENT},
    "required": ["input", "readout"],
    "additionalProperties": False,
}
_EACH: Final = {"anyOf": [_LIST, _ROLES]}
_EACH_OR_ONE: Final = {"anyOf": [*_EXPONENT["anyOf"], _LIST, _ROLES]}
_VECTOR: Final[dict[str, Any]] = {"type": "array", "items": _EXPONENT, "minItems": 5}

DEPTH: Final[dict[str, Any]] = {
    "type": "integer",
    "minimum": 1,
    "maximum": 10_000,
    "description": "L, the number of hidden layers; there are L+1 weight matrices.",
}

# More than any body has, so that slips still get an error each.
_MOST_FIELDS: Final = 50

# Exactly one form; depth may be missing where the form does not need it.
_FORMS: Final[dict[str, Any]] = {
    "oneOf": [
        {"required": ["preset"], "not": {"required": ["abc"]}, "title": "By name"},
        {"required": ["depth", "abc"], "title": "Flat vector"},
        {"required": ["a", "b", "c"], "title": "Lists with depth, or by role"},
    ]
}


class _Body(BaseModel):
    """An object with known fields only."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: object) -> object:
        """Refuse an object with absurdly many fields at once, not with an error for each."""
        if isinstance(value, dict) and len(value) > _MOST_FIELDS:
            raise PydanticCustomError(
                "too_many_fields",
                "an object of {count} fields; at most {most} are known here",
                {"count": len(value), "most": len(cls.model_fields)},
            )
        return value


class ParametrizationIn(_Body):
    """An abc-parametrization: by name, as a flat vector, as lists, or by role."""

    model_config = ConfigDict(json_schema_extra=_FORMS)

    preset: Annotated[
        str | None,
        WithJsonSchema({"type": "string"}),
        Field(description="A name from GET /v1/parametrizations."),
    ] = None
    depth: Annotated[Any, WithJsonSchema(DEPTH)] = None
    abc: Annotated[
        Any,
        WithJsonSchema(
            _VECTOR
            | {
                "description": "[a_1..a_{L+1}, b_1..b_{L+1}, c], length 2L+3; or with c_1..c_{L+1} "
                "at the end, length 3L+3."
            }
        ),
    ] = None
    a: Annotated[Any, WithJsonSchema(_EACH | {"description": "Multiplier: W = n^(-a) w."})] = None
    b: Annotated[
        Any, WithJsonSchema(_EACH | {"description": "Initialization: w ~ N(0, n^(-2b))."})
    ] = None
    c: Annotated[
        Any,
        WithJsonSchema(
            _EACH_OR_ONE | {"description": "Learning rate ∝ n^(-c); one for all layers, or each."}
        ),
    ] = None
    d: Annotated[
        Any,
        WithJsonSchema(
            _EACH_OR_ONE
            | {"description": "Adaptive optimizers only: gradients are multiplied by n^d."}
        ),
    ] = None
    s: Annotated[
        Any, WithJsonSchema(_EXPONENT | {"description": 'The parameter of the preset "uniform".'})
    ] = None
    optimizer: Annotated[
        Optimizer | None,
        WithJsonSchema({"type": "string", "enum": ["sgd", "adam"], "default": "sgd"}),
        Field(
            description='"sgd" (with or without momentum) or "adam" (any entrywise adaptive '
            "optimizer: Adam, SignSGD, RMSProp)."
        ),
    ] = None

    def resolve(self, limits: Limits, *prefix: str) -> Parametrization | RoleParametrization:
        """The parametrization posted.

        Raises ``ParametrizationError`` with paths below ``prefix``.
        """
        try:
            return read(
                Description(
                    depth=self.depth,
                    abc=self.abc,
                    a=self.a,
                    b=self.b,
                    c=self.c,
                    d=self.d,
                    preset=self.preset,
                    s=self.s,
                    optimizer=self.optimizer,
                ),
                limits,
            )
        except ParametrizationError as error:
            raise error.under(*prefix) from None


class ClassifyIn(ParametrizationIn):
    """A parametrization to classify."""

    activation: Activation = Field(
        "tanh", description="Changes the warnings only: the verdict holds for all but linear."
    )


class EquivalenceIn(_Body):
    """Two parametrizations to compare."""

    first: ParametrizationIn
    second: ParametrizationIn


class BatchIn(_Body):
    """Many flat vectors of one depth."""

    depth: Annotated[Any, WithJsonSchema(DEPTH)]
    abc: Annotated[
        Any,
        WithJsonSchema(
            {
                "type": "array",
                "items": _VECTOR,
                "maxItems": 100_000,
                "description": "One flat vector per row, each of length 2L+3 or 3L+3.",
            }
        ),
    ]
    optimizer: Optimizer = "sgd"
