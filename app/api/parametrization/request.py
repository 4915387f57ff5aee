"""A parametrization as callers post it.

Only the outer shape is declared to the framework.  Exponents, lengths and the choice of a
form are read by ``solver.read``, which reports everything wrong at once; the JSON schemas
tell clients the same rules.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final

from pydantic import Field

from app.api.http.json_object import JsonObject
from app.api.parametrization.schemas import (
    DEPTH,
    EXPONENT,
    HIDDEN_LAYERS,
    LIST,
    OPTIMIZER,
    OPTIMIZERS_BY_LAYER,
    OPTIMIZERS_BY_ROLE,
    ROLES,
    VECTOR,
    one_of,
)
from solver import (
    Activation,
    Description,
    Limits,
    Parametrization,
    ParametrizationError,
    RoleParametrization,
    read,
)

# Deeper networks take many milliseconds, in which the event loop should serve others.
_DEEP: Final = 256


class ParametrizationIn(JsonObject):
    """An abc-parametrization: by name (preset), as a flat vector (depth and abc), or by a, b and c.

    A request has exactly one of these forms.
    """

    preset: Annotated[
        str | None,
        one_of("A name from GET /v1/parametrizations.", {"type": "string", "minLength": 1}),
    ] = None
    depth: Annotated[Any, one_of(HIDDEN_LAYERS, DEPTH)] = None
    abc: Annotated[
        Any,
        one_of(
            "[a_1..a_{L+1}, b_1..b_{L+1}, c], length 2L+3; or with c_1..c_{L+1} at the end, "
            "length 3L+3.",
            VECTOR,
        ),
    ] = None
    a: Annotated[Any, one_of("Multipliers: W = n^(-a) w.", EXPONENT, LIST, ROLES)] = None
    b: Annotated[Any, one_of("Initialization: w ~ N(0, n^(-2b)).", EXPONENT, LIST, ROLES)] = None
    c: Annotated[
        Any,
        one_of(
            "Learning rates ∝ n^(-c): one for all layers, a list, or by role.",
            EXPONENT,
            LIST,
            ROLES,
        ),
    ] = None
    d: Annotated[
        Any,
        one_of(
            "Adaptive optimizers only: gradients are multiplied by n^d.",
            EXPONENT,
            LIST,
            ROLES,
        ),
    ] = None
    s: Annotated[Any, one_of('The parameter of the preset "uniform".', EXPONENT)] = None
    optimizer: Annotated[
        Any,
        one_of(
            '"sgd" (the default; with or without momentum), "adam" or another; one for all layers, '
            "by role, or one for each weight matrix.",
            OPTIMIZER,
            OPTIMIZERS_BY_ROLE,
            OPTIMIZERS_BY_LAYER,
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

    @property
    def deep(self) -> bool:
        """Whether an answer may take long enough to be worked out in a thread."""
        values = (self.abc, self.a, self.b, self.c, self.d)
        return (isinstance(self.depth, int) and self.depth > _DEEP) or any(
            isinstance(value, list) and len(value) > _DEEP for value in values
        )


class NetworkIn(ParametrizationIn):
    """A parametrization, and the nonlinearity of the networks that have it."""

    activation: Activation = Field(
        "tanh",
        description="Changes the warnings only: the verdict holds for all but linear. tanh unless "
        "given.",
    )
