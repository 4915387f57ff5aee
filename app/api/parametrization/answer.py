"""A parametrization as it is answered: the documented shapes.

Documented shapes are typed dictionaries rather than models: the solver's values are correct
by construction, so they are written out as they are and not validated again.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from solver import Optimizer

Exponent = Annotated[
    str, Field(description='Canonical spelling; "inf" where infinite.', examples=["-1/2"])
]
VerdictName = Literal["unstable", "trivial", "kernel", "feature_learning", "operator"]


class RolesOut(TypedDict):
    """Exponents by role."""

    input: Exponent
    hidden: NotRequired[Exponent]
    readout: Exponent


class OptimizersByRoleOut(TypedDict):
    """Optimizers by role."""

    input: Optimizer
    hidden: NotRequired[Optimizer]
    readout: Optimizer


OptimizerName = Annotated[
    Optimizer | OptimizersByRoleOut | list[Optimizer],
    Field(description="One for all layers, by role, or one for each weight matrix."),
]


class SomeRolesOut(TypedDict):
    """Exponents of the roles that have one."""

    input: NotRequired[Exponent | None]
    hidden: NotRequired[Exponent | None]
    readout: NotRequired[Exponent | None]


class BodyRolesOut(TypedDict):
    """Exponents of biases by role."""

    input: Exponent
    hidden: NotRequired[Exponent]


class BiasOut(TypedDict):
    """The exponents of biases, one per body layer or by role."""

    a: list[Exponent] | BodyRolesOut
    b: list[Exponent] | BodyRolesOut
    c: list[Exponent] | BodyRolesOut
    optimizer: NotRequired[Optimizer]


class SwitchesOut(TypedDict):
    """Which body layers have some property, by role."""

    input: bool
    hidden: NotRequired[bool]


Kind = Literal["input", "hidden", "readout", "vector"]


class TensorOut(TypedDict):
    """A tensor, as it can be posted."""

    name: str
    kind: Kind
    optimizer: Optimizer
    a: Exponent
    b: Exponent
    c: Exponent
    epsilon: NotRequired[Exponent]
    weight_decay: NotRequired[Exponent]
    residual: NotRequired[bool]
    normalized: NotRequired[bool]
    tied_to: NotRequired[str]


class AttendingOut(TypedDict):
    """Attention, as it can be posted."""

    name: str
    query: str
    key: str
    scale: Exponent
    grows: Literal["head_size", "heads"]


# Closed: generated clients would else mistake "d" for what else there may be.
@with_config(ConfigDict(extra="forbid"))
class ParametrizationOut(TypedDict):
    """Exponents as lists (input first), or by role where depth is open or very large.

    Or tensor by tensor. It can be posted back as it is (a canonical form only within the bounds on
    integers).
    """

    a: NotRequired[list[Exponent] | RolesOut]
    b: NotRequired[list[Exponent] | RolesOut]
    c: NotRequired[list[Exponent] | RolesOut]
    d: NotRequired[list[Exponent] | RolesOut]
    epsilon: NotRequired[list[Exponent | None] | SomeRolesOut]
    weight_decay: NotRequired[list[Exponent | None] | SomeRolesOut]
    bias: NotRequired[BiasOut]
    residual: NotRequired[list[bool] | SwitchesOut]
    normalized: NotRequired[list[bool] | SwitchesOut]
    tensors: NotRequired[list[TensorOut]]
    attention: NotRequired[list[AttendingOut]]
