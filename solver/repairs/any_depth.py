"""Repairs where depth is open: at L = 1, and at every L >= 2."""

from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

from solver.exact.arithmetic import Deadline
from solver.families.targets import Target
from solver.repairs.decisions import Options
from solver.repairs.least_change import (
    DEFAULT_MARGIN,
    DEFAULT_OPTIONS,
    Repair,
    meets,
    repair,
)
from solver.repairs.plain import plain_any_depth_repair
from solver.theory.activations import Activation
from solver.theory.by_depth import summary_by_depth
from solver.theory.parametrization import RoleParametrization
from solver.theory.tensors import with_exponents


@dataclass(frozen=True, slots=True, repr=False)
class AnyDepthRepair:
    """Repairs for one hidden layer and for every deeper network.

    ``any_depth`` tells whether that for L >= 2 does at L = 1 too, where another may be nearer.
    ``deeper`` is None for a parametrization that is defined for one hidden layer only.
    """

    depth_one: Repair
    deeper: Repair | None
    any_depth: bool

    @property
    def summary(self) -> str:
        """The answers, each in a sentence or two."""
        deeper = None if self.deeper is None else self.deeper.summary
        return summary_by_depth(self.depth_one.summary, deeper, "The parametrization")

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<AnyDepthRepair: {self.summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.summary)}</p>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_any_depth_repair(self)


def repair_any_depth(
    given: RoleParametrization,
    target: Target,
    options: Options = DEFAULT_OPTIONS,
    margin: Fraction = DEFAULT_MARGIN,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
) -> AnyDepthRepair:
    """The nearest parametrizations that meet the target.  Raises what ``repair`` raises."""
    deadline = deadline or Deadline()
    deeper = None
    if given.hidden is not None:
        deeper = repair(given, target, options, margin, deadline, activation)
    one = repair(given.at_depth(1), target, options, margin, deadline, activation)
    return AnyDepthRepair(one, deeper, deeper is not None and _does_at_depth_one(deeper))


def _does_at_depth_one(found: Repair) -> bool:
    if found.best is None:
        return False
    repaired = with_exponents(found.given, found.best.network)
    assert isinstance(repaired, RoleParametrization), "it stands for every L >= 2"
    return meets(repaired.at_depth(1), found.target)
