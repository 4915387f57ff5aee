"""What callers post to have a program run.

Only the outer shape is declared to the framework; ``app.programs.reading`` reads the values and
reports everything wrong at once.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final

from pydantic import ConfigDict, WithJsonSchema

from app.api.http.json_body import plain
from app.api.http.json_object import JsonObject
from app.programs.bounds import ProgramBounds
from app.programs.reading import DEFAULT_PRECISION, LARGEST_SEED

_NAME: Final = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,31}$"}
_STD: Final = {
    "type": "object",
    "properties": {"std": {"type": "number", "minimum": 0, "maximum": 1e6, "default": 1}},
    "additionalProperties": False,
}
_COVARIANCE: Final = {
    "type": "object",
    "description": "Vectors whose coordinates have this joint covariance.",
    "properties": {
        "names": {"type": "array", "items": _NAME, "minItems": 1},
        "matrix": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number"}},
            "minItems": 1,
        },
    },
    "required": ["names", "matrix"],
    "additionalProperties": False,
}
_EXPRESSION: Final = {"type": "string", "minLength": 1}


def _instruction(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "properties": {"let": _NAME, **properties},
        "required": ["let", *properties],
        "additionalProperties": False,
    }


#: Schemas that the document names once; clients' generators name types by them.
COMPONENTS: Final[dict[str, Any]] = {
    "MatmulInstruction": _instruction(
        "A product",
        {
            "matmul": {
                "type": "string",
                "description": 'A matrix, "W", or its transpose, "W^T".',
            },
            "of": _NAME,
        },
    ),
    "NonlinInstruction": _instruction("A vector", {"nonlin": _EXPRESSION}),
    "MomentInstruction": _instruction("A mean", {"moment": _EXPRESSION}),
}


def _names(description: str) -> dict[str, Any]:
    return {"type": "array", "items": _NAME, "description": description}


def _or_null(schema: dict[str, Any], description: str) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [schema, {"type": "null"}], "description": description})


_USUAL: Final = ProgramBounds()


class ProgramIn(JsonObject):
    """What is given, the instructions in order, and what is asked."""

    # Unknown fields are told from those of a program by the reader of programs.
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"required": ["program"], "additionalProperties": False},
    )

    matrices: Annotated[
        Any,
        _or_null(
            {"type": "object", "additionalProperties": _STD},
            "By name: n×n matrices with iid N(0, std²/n) entries.",
        ),
    ] = None
    vectors: Annotated[
        Any,
        _or_null(
            {
                "type": "object",
                "properties": {"covariance": _COVARIANCE},
                "additionalProperties": _STD,
            },
            "By name: vectors with iid N(0, std²) coordinates; and, under covariance, vectors that "
            "are correlated with each other.",
        ),
    ] = None
    scalars: Annotated[
        Any,
        _or_null(
            {"type": "object", "additionalProperties": {"type": "number"}}, "Numbers, by name."
        ),
    ] = None
    program: Annotated[
        Any,
        WithJsonSchema(
            {
                "type": "array",
                "maxItems": _USUAL.instructions,
                "items": {
                    "anyOf": [
                        COMPONENTS[name]
                        for name in ("MatmulInstruction", "NonlinInstruction", "MomentInstruction")
                    ]
                },
                "description": "Instructions, in order. matmul and nonlin make vectors, moment the "
                "mean of an expression over the coordinates: a scalar.",
            }
        ),
    ] = None
    report: Annotated[
        Any, _or_null(_names("Names of moments."), "Whose limits are told: every moment's if null.")
    ] = None
    joint: Annotated[
        Any,
        _or_null(
            _names("Names of vectors.") | {"maxItems": _USUAL.joint},
            "Whose joint covariance and histograms are told.",
        ),
    ] = None
    precision: Annotated[
        Any,
        _or_null(
            {
                "type": "number",
                "minimum": _USUAL.precision,
                "maximum": 1,
                "default": DEFAULT_PRECISION,
            },
            "The sampling error that is wanted, relative for limits above 1: it decides the work.",
        ),
    ] = None
    seed: Annotated[
        Any,
        _or_null(
            {"type": "integer", "minimum": 0, "maximum": LARGEST_SEED, "default": 0},
            "Fixes all randomness.",
        ),
    ] = None

    def as_sent(self) -> dict[str, Any]:
        """Everything that the caller sent, in plain JSON values; null counts as left out."""
        sent = {
            **{name: getattr(self, name) for name in type(self).model_fields},
            **(self.model_extra or {}),
        }
        return {name: plain(value) for name, value in sent.items() if value is not None}
