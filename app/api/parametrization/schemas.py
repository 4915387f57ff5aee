"""JSON schemas of the pieces of a parametrization: they tell clients what ``solver.read`` takes."""

from typing import Any, Final, get_args

from pydantic import WithJsonSchema

from solver import ALIGNMENTS, Optimizer

Schema = dict[str, Any]

_NULL: Final[Schema] = {"type": "null"}
_SPELLED: Final = r"[+-]?([0-9]+/0*[1-9][0-9]*|([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?)"
EXPONENT: Final[Schema] = {
    "title": "Exponent",
    "description": 'An exact rational: an integer, a decimal (0.1 is one tenth) or "p/q".',
    "anyOf": [
        {"type": "number", "minimum": -1_000_000, "maximum": 1_000_000},
        {
            "type": "string",
            "maxLength": 64,
            "pattern": f"^{_SPELLED}$",
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
# Initialization with zeros, and a tensor that is not trained.
OR_INFINITE: Final[Schema] = {
    "title": "ExponentOrInfinity",
    "description": 'An exponent, or "inf": initialization with zeros (b), a frozen tensor (c).',
    "anyOf": [
        EXPONENT["anyOf"][0],
        {"type": "string", "maxLength": 64, "pattern": rf"^(inf|{_SPELLED})$"},
    ],
}
VECTOR: Final = vector_of(OR_INFINITE)
INFINITE_LIST: Final = lists_of(OR_INFINITE)
INFINITE_ROLES: Final = roles_of(OR_INFINITE)


def some_roles_of(entry: Schema) -> Schema:
    """One entry for each role that has it."""
    return {
        "type": "object",
        "description": "By role; leave out, or write null, where there is none.",
        "properties": {role: {"anyOf": [entry, _NULL]} for role in ("input", "hidden", "readout")},
        "additionalProperties": False,
    }


def some_layers_of(entry: Schema) -> Schema:
    """One entry for each weight matrix that has it."""
    return {
        "type": "array",
        "items": {"anyOf": [entry, _NULL]},
        "description": "One for each of the L+1 weight matrices, input first; null for none.",
    }


SOME_LIST: Final = some_layers_of(EXPONENT)
SOME_ROLES: Final = some_roles_of(EXPONENT)
SWITCH: Final[Schema] = {"type": "boolean"}
SWITCH_LIST: Final[Schema] = {
    "type": "array",
    "items": SWITCH,
    "description": "One for each of the L body layers.",
}
SWITCH_ROLES: Final = some_roles_of(SWITCH)
_BODY_LIST: Final[Schema] = {
    "type": "array",
    "items": OR_INFINITE,
    "minItems": 1,
    "description": "One for each of the L body layers.",
}
_BODY_ROLES: Final[Schema] = {
    "type": "object",
    "properties": {"input": OR_INFINITE, "hidden": {"anyOf": [OR_INFINITE, _NULL]}},
    "required": ["input"],
    "additionalProperties": False,
}
_BODY_ENTRY: Final[Schema] = {"anyOf": [OR_INFINITE, _BODY_LIST, _BODY_ROLES]}
BIAS: Final[Schema] = {
    "type": "object",
    "description": "The exponents of a vector that is added in each body layer.",
    "properties": {
        "a": _BODY_ENTRY,
        "b": _BODY_ENTRY,
        "c": _BODY_ENTRY,
        "optimizer": {"anyOf": [OPTIMIZER, _NULL]},
    },
    "required": ["a", "b", "c"],
    "additionalProperties": False,
}
ALIGNMENT: Final[Schema] = {
    "type": "string",
    "enum": list(ALIGNMENTS),
    "description": "What training produces; or an assumption of arXiv 2407.05872.",
}
ALIGNMENT_EXPONENTS: Final[Schema] = {
    "type": "object",
    "description": "Between 1/2 (random sums) and 1 (sums in phase).",
    "properties": {"updates": EXPONENT, "readout": EXPONENT},
    "required": ["updates", "readout"],
    "additionalProperties": False,
}
TENSOR: Final[Schema] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 64, "minLength": 1},
        "kind": {"type": "string", "enum": ["input", "hidden", "readout", "vector"]},
        "a": EXPONENT,
        "b": {"anyOf": [OR_INFINITE, _NULL]},
        "c": {"anyOf": [OR_INFINITE, _NULL]},
        "optimizer": {"anyOf": [OPTIMIZER, _NULL]},
        "weight_decay": {"anyOf": [EXPONENT, _NULL]},
        "epsilon": {"anyOf": [EXPONENT, _NULL]},
        "residual": {"anyOf": [SWITCH, _NULL]},
        "normalized": {"anyOf": [SWITCH, _NULL]},
        "tied_to": {
            "anyOf": [{"type": "string"}, _NULL],
            "description": "A readout's embedding, whose b, c and optimizer it shares.",
        },
    },
    "required": ["name", "kind", "a"],
    "additionalProperties": False,
}
TENSORS: Final[Schema] = {"type": "array", "items": TENSOR, "minItems": 2, "maxItems": 1000}
ATTENDING: Final[Schema] = {
    "type": "object",
    "description": "Attention logits n^(-scale) q·k.",
    "properties": {
        "name": {"type": "string", "maxLength": 64, "minLength": 1},
        "query": {"type": "string"},
        "key": {"type": "string"},
        "scale": EXPONENT,
        "grows": {"type": "string", "enum": ["head_size", "heads"]},
    },
    "required": ["query", "key", "scale"],
    "additionalProperties": False,
}
ATTENTION: Final[Schema] = {"type": "array", "items": ATTENDING, "maxItems": 1000}
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
    "ExponentOrInfinity": OR_INFINITE,
    "ExponentsOrInfinityByLayer": INFINITE_LIST,
    "ExponentsOrInfinityByRole": INFINITE_ROLES,
    "ExponentsOfSomeLayers": SOME_LIST,
    "ExponentsOfSomeRoles": SOME_ROLES,
    "SwitchesByLayer": SWITCH_LIST,
    "SwitchesByRole": SWITCH_ROLES,
    "Bias": BIAS,
    "AlignmentExponents": ALIGNMENT_EXPONENTS,
    "Tensor": TENSOR,
    "Attending": ATTENDING,
}
