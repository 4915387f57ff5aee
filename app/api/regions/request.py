"""What callers post to solve for exponents: parametrizations with unknowns, and repairs.

As in ``requests``, only the outer shape is declared to the framework; the solver reads the
values and reports everything wrong at once.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final, get_args

from pydantic import ConfigDict, StrictBool, WithJsonSchema

from app.api.parametrization.request import (
    EXPONENT,
    FORMS,
    ClassifyIn,
    Schema,
    lists_of,
    one_of,
    roles_of,
    vector_of,
)
from solver import DEFAULT_MARGIN, Target, Wanted

_NAME: Final = {"type": "string"}
_EXPRESSION: Final[Schema] = {
    "title": "Expression",
    "description": 'A number, or an affine expression in unknowns such as "1/2 - s" or "3/2*t". '
    "Names of unknowns have up to 24 letters, digits and underscores; r, n, L, l and names like "
    "a_l have meanings of their own.",
    "anyOf": [EXPONENT["anyOf"][0], {"type": "string", "maxLength": 200}],
}
_ENTRIES: Final = (lists_of(_EXPRESSION), roles_of(_EXPRESSION))
_ANY_ENTRIES: Final = (*_EXPRESSION["anyOf"], *_ENTRIES)
_BOUNDS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {"anyOf": [*EXPONENT["anyOf"], {"type": "null"}]},
        "minItems": 2,
        "maxItems": 2,
    },
}
_SELECTOR: Final[Schema] = {
    "type": "string",
    "pattern": r"^[abcd](\.(input|hidden|readout|[1-9][0-9]{0,6}))?$",
}
_WEIGHTS: Final[Schema] = {
    "type": "object",
    "propertyNames": _SELECTOR,
    "additionalProperties": EXPONENT,
}
_TARGETS: Final[Schema] = {"type": "string", "enum": list(get_args(Target))}


class RegionsIn(ClassifyIn):
    """A parametrization with one to three unknowns, and what is asked about it."""

    model_config = ConfigDict(json_schema_extra=FORMS)

    abc: Annotated[
        Any, one_of("A flat vector, with expressions as entries.", vector_of(_EXPRESSION))
    ] = None
    a: Annotated[Any, one_of("Multipliers: W = n^(-a) w.", *_ENTRIES)] = None
    b: Annotated[Any, one_of("Initialization: w ~ N(0, n^(-2b)).", *_ENTRIES)] = None
    c: Annotated[Any, one_of("Learning rates ∝ n^(-c).", *_ANY_ENTRIES)] = None
    d: Annotated[Any, one_of("Adaptive optimizers only: gradient scales.", *_ANY_ENTRIES)] = None
    s: Annotated[Any, one_of('The parameter of the preset "uniform".', _EXPRESSION)] = None
    bounds: Annotated[
        Any, one_of("[lowest, highest] for unknowns by name, null for an open end.", _BOUNDS)
    ] = None
    minimize: Annotated[
        str | None,
        one_of("The unknown whose least value is asked for; not with maximize.", _NAME),
    ] = None
    maximize: Annotated[
        str | None,
        one_of("The unknown whose greatest value is asked for; not with minimize.", _NAME),
    ] = None
    subject_to: Annotated[
        Target | None,
        one_of(
            'What must hold at the optimum; "stable" unless given. Goes with minimize or maximize.',
            _TARGETS,
        ),
    ] = None


class RepairsIn(ClassifyIn):
    """A parametrization, and what it should become."""

    model_config = ConfigDict(json_schema_extra={**FORMS, "required": ["target"]})

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
            'Exponents that must stay: "c", "a.1", "b.readout", …',
            {"type": "array", "items": _SELECTOR, "maxItems": 1000},
        ),
    ] = None
    weights: Annotated[
        Any,
        one_of(
            "The cost of changing exponents by 1; 1 unless given. One layer goes before its role, "
            "a role before the whole symbol.",
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
    margin: Annotated[
        Any,
        one_of(
            "How large r is to be where the target is open (the kernel regime) and the nearest "
            f"point is on its border; {DEFAULT_MARGIN} unless given. Otherwise it changes nothing.",
            EXPONENT,
        ),
    ] = None
