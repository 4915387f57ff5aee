"""JSON schemas of the pieces of a parametrization: they tell clients what ``solver.read`` takes."""

from typing import Any, Final, get_args

from pydantic import WithJsonSchema

from solver import Optimizer

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
            "pattern": (
                r"^[+-]?([0-9]+/0*[1-9][0-9]*|([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?)$"
            ),
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
            "hidden": {"anyOf": [entry, _NULL]},
            "readout": entry,
        },
        "required": ["input", "readout"],
        "additionalProperties": False,
    }


def vector_of(entry: Schema) -> Schema:
    """A flat vector of entries."""
    return {"type": "array", "items": entry, "minItems": 5}


LIST: Final = lists_of(EXPONENT)
ROLES: Final = roles_of(EXPONENT)
VECTOR: Final = vector_of(EXPONENT)
OPTIMIZER: Final[Schema] = {"type": "string", "enum": list(get_args(Optimizer))}
OPTIMIZERS_BY_ROLE: Final[Schema] = {
    "type": "object",
    "description": "By role: layer 1, layers 2..L, layer L+1. Without hidden: L = 1 only.",
    "properties": {
        "input": OPTIMIZER,
        "hidden": {"anyOf": [OPTIMIZER, _NULL]},
        "readout": OPTIMIZER,
    },
    "required": ["input", "readout"],
    "additionalProperties": False,
}
OPTIMIZERS_BY_LAYER: Final[Schema] = {
    "type": "array",
    "items": OPTIMIZER,
    "minItems": 2,
    "description": "One for each of the L+1 weight matrices, input first.",
}
DEPTH: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 10_000}
HIDDEN_LAYERS: Final = "L, the number of hidden layers; there are L+1 weight matrices."


def one_of(description: str, *schemas: Schema) -> WithJsonSchema:
    """Any of the schemas, or null."""
    return WithJsonSchema({"description": description, "anyOf": [*schemas, _NULL]})


#: Schemas that the document names once and refers to; clients' generators name types by them.
COMPONENTS: Final[Schema] = {
    "Exponent": EXPONENT,
    "ExponentsByLayer": LIST,
    "ExponentsByRole": ROLES,
    "AbcVector": VECTOR,
    "OptimizersByRole": OPTIMIZERS_BY_ROLE,
    "OptimizersByLayer": OPTIMIZERS_BY_LAYER,
}
