"""The question of ``POST /v1/predictions``, answered."""

from app.api.predictions.answer import PredictedOut, PredictionsOut
from app.api.predictions.request import DEEPEST, DEFAULT_STEPS, MOST_STEPS, PredictionsIn
from solver import (
    Limits,
    Parametrization,
    ParametrizationError,
    Prediction,
    RoleParametrization,
    TensorParametrization,
    classify,
    predictions,
)
from solver.exact import shown
from solver.theory import plain_exponent


def predicted(body: PredictionsIn, limits: Limits) -> PredictionsOut:
    """The answer.  Raises ``ParametrizationError``."""
    given, steps = body.resolve(limits), _steps(body.steps)
    if isinstance(given, RoleParametrization):
        raise ParametrizationError.at(
            ("depth",), "depth is missing; predictions are about the layers of one network"
        )
    depth = given.depth if isinstance(given, Parametrization) else None
    if depth is not None and depth > DEEPEST:
        raise ParametrizationError.at(
            ("depth",),
            f"depth is {depth}; predictions list every layer, of {DEEPEST} at most. Layers that "
            "are alike have the same exponents: take a smaller depth",
        )
    names = _names(given)
    return {
        "summary": classify(given, body.activation, body.loss).summary,
        "depth": depth,
        "steps": steps,
        "quantities": [
            _written(each, names)
            for each in predictions(
                given, steps, body.activation, bounded_slope=body.loss == "cross_entropy"
            )
        ],
    }


def _steps(steps: object) -> int:
    if steps is None:
        return DEFAULT_STEPS
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= MOST_STEPS:
        raise ParametrizationError.at(
            ("steps",), f"steps is {shown(steps)}; it is a whole number from 1 to {MOST_STEPS}"
        )
    return steps


def _names(given: Parametrization | TensorParametrization) -> list[str] | None:
    """The names of the tensors by place, the readout last."""
    if isinstance(given, Parametrization):
        return None
    last = given.readout.name
    body = [each.name for each in given.tensors if each.name != last]
    return [*body, last]


def _written(each: Prediction, names: list[str] | None) -> PredictedOut:
    return {
        "quantity": each.quantity,
        "layer": each.layer if names is None else None,
        "tensor": None if names is None else names[each.layer - 1],
        "step": each.step,
        "exponent": plain_exponent(each.exponent),
        "lingering": plain_exponent(each.lingering),
    }
