"""The question of ``POST /v1/limits``, answered."""

from typing import Final

from app.api.limits.answer import LimitOut, limit_out
from app.api.limits.reading import Question, read_limit
from app.api.limits.request import LimitIn
from app.api.parametrization.writing import parametrization
from app.figures.curves import Curves
from app.problems import ProblemError
from app.settings import Settings
from solver import Deadline, Limits, ParametrizationError, TimeLimitError
from solver.limits import ClosedForm, closed_form


def read(body: LimitIn, settings: Settings) -> Question:
    """What is asked.  Raises ``ParametrizationError`` with everything that is wrong."""
    depth = min(settings.max_depth, settings.check_max_depth)
    return read_limit(body, Limits(settings.max_integer, depth))


def answered(question: Question, deadline: Deadline) -> LimitOut:
    """The limit in closed form.

    Raises ``ParametrizationError`` where the outputs diverge, and ``ProblemError`` past the
    deadline.
    """
    return limit_out(question, solved_form(question, deadline))


def solved_form(question: Question, deadline: Deadline) -> ClosedForm:
    """The limit in closed form, as the solver has it.  Raises as ``answered`` does."""
    try:
        return closed_form(
            question.verdict,
            question.activation,
            question.training,
            question.f0,
            question.seed,
            deadline,
        )
    except TimeLimitError:
        raise ProblemError(
            "over-time",
            f"the limit was not worked out in {deadline.seconds:g} seconds "
            "(ABC_SOLVE_MAX_SECONDS); send fewer inputs and probes, inputs of smaller size, or a "
            "smaller depth",
        ) from None


def drawn_curves(body: LimitIn, settings: Settings, deadline: Deadline) -> Curves:
    """What the figure of a limit in closed form shows.  Raises as ``answered`` does."""
    question = read(body, settings)
    if question.method == "simulation":
        raise ParametrizationError.at((), SIMULATED)
    found, training = solved_form(question, deadline), question.training
    return Curves(
        title=titled(question),
        subject=subject(question),
        f=found.trajectory.f,
        deviation=found.trajectory.deviation,
        inputs=len(training.inputs),
        targets=None if training.outputs > 1 else training.targets,
    )


#: What is said where a limit in closed form is asked for, and there is none.
SIMULATED: Final = (
    "the network learns features and has no limit in closed form: POST /v1/limits simulates it, "
    "and the figure is at its links"
)


def titled(question: Question) -> str:
    """The title of the figure."""
    kind = "features are learned" if question.method != "kernel" else "kernel gradient descent"
    return f"Infinite width: {kind}"


def subject(question: Question) -> str:
    """What the figure is about, in a line."""
    training, given = question.training, parametrization(question.verdict.parametrization)
    exponents = ", ".join(f"{name} = {_listed(given[name])}" for name in ("a", "b", "c"))
    return f"{exponents} · {question.activation} · {training.loss} · η = {training.learning_rate:g}"


def _listed(exponents: object) -> str:
    if not isinstance(exponents, list):
        return str(exponents)
    return exponents[0] if len(set(exponents)) == 1 else f"({', '.join(exponents)})"
