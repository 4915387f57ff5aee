"""What callers post to ask about unknowns: parametrizations with expressions as entries.

Only the outer shape is declared to the framework; the solver reads the values and reports
everything wrong at once.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final, get_args

from app.api.parametrization.request import NetworkIn
from app.api.parametrization.schemas import (
    EXPONENT,
    Schema,
    lists_of,
    one_of,
    roles_of,
    vector_of,
)
from solver import Target

_NAME: Final = {"type": "string", "minLength": 1}
_EXPRESSION: Final[Schema] = {
    "title": "Expression",
    "description": 'A number, or an affine expression in unknowns such as "1/2 - s" or "3/2*t". '
    "Names of unknowns have up to 24 letters, digits and underscores; r, n, L, l and names like "
    "a_l have meanings of their own.",
    "anyOf": [EXPONENT["anyOf"][0], {"type": "string", "minLength": 1, "maxLength": 200}],
}
_ENTRIES: Final = (lists_of(_EXPRESSION), roles_of(_EXPRESSION))
_ANY_ENTRIES: Final = (_EXPRESSION, *_ENTRIES)
_BOUNDS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {"anyOf": [EXPONENT, {"type": "null"}]},
        "minItems": 2,
        "maxItems": 2,
    },
}
_TARGETS: Final[Schema] = {"type": "string", "enum": list(get_args(Target))}


class RegionsIn(NetworkIn):
    """A parametrization with one to three unknowns, and what is asked about it."""

    abc: Annotated[
        Any, one_of("A flat vector, with expressions as entries.", vector_of(_EXPRESSION))
    ] = None
    a: Annotated[Any, one_of("Multipliers: W = n^(-a) w.", *_ANY_ENTRIES)] = None
    b: Annotated[Any, one_of("Initialization: w ~ N(0, n^(-2b)).", *_ANY_ENTRIES)] = None
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
