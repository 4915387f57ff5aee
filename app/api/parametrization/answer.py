"""A parametrization as it is answered: the documented shapes.

Documented shapes are typed dictionaries rather than models: the solver's values are correct
by construction, so they are written out as they are and not validated again.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from solver import Optimizer

Exponent = Annotated[str, Field(description="Canonical spelling.", examples=["-1/2"])]
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


# Closed: generated clients would else mistake "d" for what else there may be.
@with_config(ConfigDict(extra="forbid"))
class ParametrizationOut(TypedDict):
    """Exponents as lists (input first), or by role where depth is open or very large.

    It can be posted back as it is (a canonical form only within the bounds on integers).
    """

    a: list[Exponent] | RolesOut
    b: list[Exponent] | RolesOut
    c: list[Exponent] | RolesOut
    d: NotRequired[list[Exponent] | RolesOut]
