"""A parametrization as callers post it.

Only the outer shape is declared to the framework.  Exponents, lengths and the choice of a
form are read by ``solver.read``, which reports everything wrong at once; the JSON schemas
tell clients the same rules.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from app.api.http.json_object import JsonObject
from app.api.parametrization.schemas import (
    ALIGNMENT,
    ALIGNMENT_EXPONENTS,
    ATTENTION,
    BIAS,
    DEPTH,
    EXPONENT,
    HIDDEN_LAYERS,
    INFINITE_LIST,
    INFINITE_ROLES,
    LIST,
    OPTIMIZER,
    OPTIMIZERS_BY_LAYER,
    OPTIMIZERS_BY_ROLE,
    OR_INFINITE,
    ROLES,
    SOME_LIST,
    SOME_ROLES,
    SWITCH,
    SWITCH_LIST,
    SWITCH_ROLES,
    TENSORS,
    VECTOR,
    one_of,
)
from solver import Activation, Described, Description, Limits, ParametrizationError, read
from solver.reading import FIELDS

# Deeper networks take many milliseconds, in which the event loop should serve others.
_DEEP: Final = 256


class ParametrizationIn(JsonObject):
    """An abc-parametrization: by name (preset), as a flat vector (depth and abc), by a, b and c.

    Or, for networks other than perceptrons, by tensors. A request has exactly one of these forms.
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
    b: Annotated[
        Any,
        one_of(
            'Initialization: w ~ N(0, n^(-2b)); "inf" for zeros.',
            OR_INFINITE,
            INFINITE_LIST,
            INFINITE_ROLES,
        ),
    ] = None
    c: Annotated[
        Any,
        one_of(
            'Learning rates ∝ n^(-c): one for all layers, a list, or by role; "inf" for a frozen '
            "tensor.",
            OR_INFINITE,
            INFINITE_LIST,
            INFINITE_ROLES,
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
    bias: Annotated[Any, one_of("Biases in the body layers.", BIAS)] = None
    residual: Annotated[
        Any,
        one_of(
            "Hidden layers that are residual branches: x^l = x^(l-1) + φ(W^l x^(l-1)).",
            SWITCH,
            SWITCH_LIST,
            SWITCH_ROLES,
        ),
    ] = None
    normalized: Annotated[
        Any,
        one_of(
            "Body layers whose output is divided by its root mean square (RMSNorm, LayerNorm).",
            SWITCH,
            SWITCH_LIST,
            SWITCH_ROLES,
        ),
    ] = None
    weight_decay: Annotated[
        Any,
        one_of("The exponent w of weight decay λ ∝ n^(-w).", EXPONENT, SOME_LIST, SOME_ROLES),
    ] = None
    epsilon: Annotated[
        Any,
        one_of(
            "The exponent e of Adam's ε ∝ n^(-e), in place of d; 0 where ε is constant.",
            EXPONENT,
            SOME_LIST,
            SOME_ROLES,
        ),
    ] = None
    alignment: Annotated[
        Any,
        one_of(
            "What is assumed of sums of n terms: the theorem's, unless given.",
            ALIGNMENT,
            ALIGNMENT_EXPONENTS,
        ),
    ] = None
    tensors: Annotated[
        Any,
        one_of(
            "Any feed-forward network as a list of tensors in network order, with exactly one "
            "readout; in place of depth, a, b and c.",
            TENSORS,
        ),
    ] = None
    attention: Annotated[Any, one_of("With tensors: where attention is.", ATTENTION)] = None

    def description(self) -> Description:
        """What was posted, for the solver to read."""
        return Description(**{name: getattr(self, name) for name in FIELDS})

    def resolve(self, limits: Limits, *prefix: str) -> Described:
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
        values = (self.abc, self.a, self.b, self.c, self.d, self.tensors)
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
    loss: Literal["mse", "cross_entropy"] = Field(
        "mse",
        description="Matters where the logits alone blow up, since cross-entropy has a bounded "
        "slope. mse unless given.",
    )
