"""Which limit a parametrization has, and the limit itself where it has a closed form."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from solver.errors import ParametrizationError
from solver.exact import Deadline
from solver.limits.gaussian_moments import Array
from solver.limits.kernel import KernelLimit, kernel_limit, quadrature_error
from solver.limits.last_step import nonlinearity
from solver.limits.linear import linear_limit
from solver.limits.training import Training
from solver.limits.trajectories import Trajectory, kernel_trajectory
from solver.theory import PLAIN, THEOREM, Activation, Kind, Parametrization, joined
from solver.verdicts import ConditionReport, Verdict, classify

Method = Literal["kernel", "linear", "simulation"]

_GRADIENT: Final = "gradient"
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """A limit in closed form; the kernel and the error of its entries, where it is of that kind.

    ``nonlinearity`` is that of the last step (see ``last_step.py``).
    """

    method: Method
    trajectory: Trajectory
    kernel: KernelLimit | None
    kernel_error: float
    nonlinearity: float


def stable_verdict(parametrization: Parametrization, activation: Activation) -> Verdict:
    """The verdict on a network that has a limit.

    Raises ``ParametrizationError`` for one that has none, with the conditions that it violates, and
    for what no limit is worked out for: the operator regime, decay, assumptions about alignment.
    """
    verdict = classify(parametrization, activation)
    if lacking := _assumed(parametrization):
        raise ParametrizationError.at(
            (lacking,),
            f"no limit is worked out with {lacking}; leave it out, or ask POST /v1/classify for "
            "the verdict",
        )
    if not verdict.stable:
        raise ParametrizationError.at((), _no_limit(verdict))
    if verdict.kind is Kind.OPERATOR:
        raise ParametrizationError.at(
            ("optimizer",),
            f"the network is in the operator regime under {joined(_optimizers(parametrization))}; "
            "that limit is worked out for gradient descent alone: set optimizer to sgd, or take a "
            "parametrization that learns features",
        )
    return verdict


def _optimizers(given: Parametrization) -> list[str]:
    biases = (each.optimizer for each in given.wiring.biases)
    return list(dict.fromkeys((*given.optimizers, *biases)))


def _assumed(given: Parametrization) -> str | None:
    """The field that gives what no limit is worked out for in any regime, if there is one."""
    there = {
        "alignment": given.wiring.alignment != THEOREM,
        "weight_decay": any(each.w is not None for each in given.layers),
        "epsilon": any(each.d is not None for each in given.layers),
    }
    return next((name for name, given_so in there.items() if given_so), None)


def limit_method(verdict: Verdict, activation: Activation) -> Method:
    """How the limit of a stable network is found."""
    if verdict.kind is not Kind.FEATURE_LEARNING:
        return "kernel"
    given = verdict.parametrization
    assert isinstance(given, Parametrization), "limits are for networks with a depth"
    plain = (
        given.wiring == PLAIN
        and not any(each.zero or each.frozen for each in given.layers)
        and {law.name for law in given.laws} == {_GRADIENT}
    )
    return "linear" if activation == "linear" and given.depth == 1 and plain else "simulation"


def closed_form(
    verdict: Verdict,
    activation: Activation,
    training: Training,
    f0: Array | None = None,
    seed: int = 0,
    deadline: Deadline | None = None,
) -> ClosedForm:
    """The limit of a stable network, unless its method is simulation.

    ``f0`` holds the outputs (N, k) to start from, in place of random ones, in the kernel regime.
    Raises ``ParametrizationError`` where the outputs leave the range of numbers, and
    ``TimeLimitError`` past the deadline.
    """
    deadline = deadline or Deadline()
    if limit_method(verdict, activation) == "linear":
        f, half = (
            linear_limit(verdict, each, deadline).f for each in (training, training.half_last())
        )
        exact = Trajectory(f, np.zeros_like(f), np.zeros_like(f))
        with np.errstate(over="ignore", invalid="ignore"):
            found = ClosedForm("linear", exact, None, 0.0, nonlinearity(f, half))
    else:
        kernel, coarse = kernel_limit(verdict, activation, training.points, deadline)
        trajectory = kernel_trajectory(kernel, coarse, training, f0, seed, deadline)
        errors = None if coarse is None else quadrature_error(kernel.kernel, coarse.kernel)
        error = 0.0 if errors is None else float(errors.max())
        found = ClosedForm("kernel", trajectory, kernel, error, 0.0)
    _check_range(found.trajectory)
    return found


# Beyond it, squares overflow.
_LARGEST: Final = 1e150


def _check_range(trajectory: Trajectory) -> None:
    with np.errstate(invalid="ignore"):
        within = (np.abs(trajectory.f) < _LARGEST) & (trajectory.deviation < _LARGEST)
    lost = ~within.all(axis=(1, 2))
    if lost.any():
        raise ParametrizationError.at(
            ("learning_rate",),
            f"the outputs diverge: at step {int(lost.argmax())} they are larger than "
            f"{_LARGEST:g}; lower learning_rate or steps",
        )


def _no_limit(verdict: Verdict) -> str:
    violated = [each for each in verdict.conditions if not each.holds]
    named = "; ".join(_named(each) for each in violated[:_MOST_NAMED])
    return (
        f"the parametrization is unstable and has no limit: it violates {named}; "
        "POST /v1/repairs finds the nearest stable one"
    )


def _named(report: ConditionReport) -> str:
    statement = f"{report.form} {report.condition.relation} {report.condition.bound}"
    return f"{report.identifier} ({statement}, and here it is {report.value})"
