"""What callers post.

Only the outer shape is declared to the framework.  Exponents, lengths and the choice of a
form are read by ``solver.read``, which reports everything wrong at once; the JSON schemas
below tell clients the same rules.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from solver import Activation, Description, Limits, Optimizer, ParametrizationError, read
from solver.theory import Parametrization, RoleParametrization

Schema = dict[str, Any]

_NULL: Final[Schema] = {"type": "null"}
EXPONENT: Final[Schema] = {
    "title": "Exponent",
    "description": 'An exact rational: an integer, a decimal (0.1 is one tenth) or "p/q".',
    "anyOf": [
        {"type": "number", "minimum": -1_000_000, "maximum": 1_000_000},
        {
            "type": "string",
            "maxLength": 64,
            "pattern": r"^[+-]?([0-9]+/[0-9]+|([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?)$",
        },
    ],
}


def lists_of(entry: Schema) -> Schema:
    """One entry for each weight matrix."""
    return {
        "type": "array",
        "items": entry,
        "minItems": 2,
        "description": "One for each of the L+1 weight matrices, input first.",
    }


def roles_of(entry: Schema) -> Schema:
    """One entry for each role."""
    return {
        "type": "object",
        "description": "By role: layer 1, layers 2..L, layer L+1. Without hidden: L = 1 only.",
        "properties": {
            "input": entry,
            "hidden": {**entry, "anyOf": [*entry["anyOf"], _NULL]},
            "readout": entry,
        },
        "required": ["input", "readout"],
        "additionalProperties": False,
    }


def vector_of(entry: Schema) -> Schema:
    """A flat vector of entries."""
    return {"type": "array", "items": entry, "minItems": 5}


_LIST: Final = lists_of(EXPONENT)
_ROLES: Final = roles_of(EXPONENT)
_VECTOR: Final = vector_of(EXPONENT)
_DEPTH: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 10_000}
HIDDEN_LAYERS: Final = "L, the number of hidden layers; there are L+1 weight matrices."


def one_of(description: str, *schemas: Schema) -> WithJsonSchema:
    """Any of the schemas, or null."""
    return WithJsonSchema({"description": description, "anyOf": [*schemas, _NULL]})


def _form(title: str, given: tuple[str, ...], absent: tuple[str, ...]) -> Schema:
    """One of the forms of a parametrization: what it needs, and what belongs to others."""
    return {
        "title": title,
        "required": list(given),
        "properties": {
            **{name: {"not": _NULL} for name in given},
            **dict.fromkeys(absent, _NULL),
        },
    }


#: What each form of a parametrization consists of.
FORMS: Final[Schema] = {
    "oneOf": [
        _form("By name", ("preset",), ("abc", "a", "b", "d")),
        _form("Flat vector", ("depth", "abc"), ("preset", "a", "b", "c", "s")),
        _form("Lists with depth, or by role", ("a", "b", "c"), ("preset", "abc", "s")),
    ]
}

# More than any body has, so that slips still get an error each.
_MOST_FIELDS: Final = 50


class _Body(BaseModel):
    """A JSON object with known fields only."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _plain_object(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise PydanticCustomError("dict_type", "must be a JSON object")
        if len(value) > _MOST_FIELDS:  # one error for all of them, not one for each
            raise PydanticCustomError(
                "too_many_fields",
                "an object of {count} fields; at most {most} are known here",
                {"count": len(value), "most": len(cls.model_fields)},
            )
        return value


class ParametrizationIn(_Body):
    """An abc-parametrization: by name, as a flat vector, as lists, or by role."""

    model_config = ConfigDict(json_schema_extra=FORMS)

    preset: Annotated[
        str | None, one_of("A name from GET /v1/parametrizations.", {"type": "string"})
    ] = None
    depth: Annotated[Any, one_of(HIDDEN_LAYERS, _DEPTH)] = None
    abc: Annotated[
        Any,
        one_of(
            "[a_1..a_{L+1}, b_1..b_{L+1}, c], length 2L+3; or with c_1..c_{L+1} at the end, "
            "length 3L+3.",
            _VECTOR,
        ),
    ] = None
    a: Annotated[Any, one_of("Multipliers: W = n^(-a) w.", _LIST, _ROLES)] = None
    b: Annotated[Any, one_of("Initialization: w ~ N(0, n^(-2b)).", _LIST, _ROLES)] = None
    c: Annotated[
        Any,
        one_of(
            "Learning rates ∝ n^(-c): one for all layers, a list, or by role.",
            *EXPONENT["anyOf"],
            _LIST,
            _ROLES,
        ),
    ] = None
    d: Annotated[
        Any,
        one_of(
            "Adaptive optimizers only: gradients are multiplied by n^d.",
            *EXPONENT["anyOf"],
            _LIST,
            _ROLES,
        ),
    ] = None
    s: Annotated[Any, one_of('The parameter of the preset "uniform".', EXPONENT)] = None
    optimizer: Annotated[
        Optimizer | None,
        one_of(
            '"sgd" (the default; with or without momentum) or "adam" (any entrywise adaptive '
            "optimizer: Adam, SignSGD, RMSProp).",
            {"type": "string", "enum": ["sgd", "adam"]},
        ),
    ] = None

    def description(self) -> Description:
        """What was posted, for the solver to read."""
        return Description(
            depth=self.depth,
            abc=self.abc,
            a=self.a,
            b=self.b,
            c=self.c,
            d=self.d,
            preset=self.preset,
            s=self.s,
            optimizer=self.optimizer,
        )

    def resolve(self, limits: Limits, *prefix: str) -> Parametrization | RoleParametrization:
        """The parametrization posted.

        Raises ``ParametrizationError`` with paths below ``prefix``.
        """
        try:
            return read(self.description(), limits)
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

    depth: Annotated[Any, WithJsonSchema({**_DEPTH, "description": HIDDEN_LAYERS})]
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
