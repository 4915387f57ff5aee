"""What the service answers about limits: the documented shapes, and a limit written out in them."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field
from typing_extensions import TypedDict

from app.api.limits.reading import Question
from app.api.parametrization.answer import ParametrizationOut, VerdictName
from app.api.parametrization.writing import parametrization
from app.experiment.limits.job import LimitJob
from app.experiment.limits.report import LimitReport, Simulated
from solver import Activation, classify
from solver.limits import ClosedForm, KernelLimit, Loss, Method
from solver.theory import joined

Array = npt.NDArray[np.float64]
Matrix = list[list[float]]

#: One number for each input; for cross_entropy a list of one for each class.
Outputs = list[float] | Matrix


class ProbeOut(TypedDict):
    """The outputs at the probes."""

    f: Outputs
    standard_deviation: Outputs
    standard_error: Outputs


class StepOut(TypedDict):
    """The outputs after some steps."""

    step: int
    f: Annotated[
        Outputs,
        Field(description="The limit, one for each input; the mean, where it is random."),
    ]
    standard_deviation: Annotated[
        Outputs, Field(description="Over initializations; 0 where the limit is not random.")
    ]
    standard_error: Annotated[
        Outputs, Field(description="How far f may be off; 0 where it is exact.")
    ]
    probe: ProbeOut | None


class KernelPartOut(TypedDict):
    """What one layer adds to the kernel."""

    layer: int
    present: Annotated[bool, Field(description="Whether the layer trains in the limit: exact.")]
    matrix: Annotated[Matrix | None, Field(description="null where it is not present.")]


class KernelOut(TypedDict):
    """The kernel between inputs and probes, in this order."""

    matrix: Annotated[Matrix, Field(description="K, the sum of the parts that are present.")]
    parts: list[KernelPartOut]
    biases: Annotated[
        list[KernelPartOut],
        Field(description="The same for the biases of the layers 1..L; empty without biases."),
    ]
    sigma: Annotated[Matrix, Field(description="Σ^L, the covariance of the last features.")]
    starts_random: Annotated[
        bool, Field(description="Whether f_0 is a Gaussian process with covariance Σ^L; else 0.")
    ]
    quadrature_error: Annotated[
        float, Field(description="Of the entries of K; 0 where there is a closed form.")
    ]


class NonlinearityOut(TypedDict):
    """With g(s) the change of outputs where the loss derivative is multiplied by s.

    |g(1) - 2 g(1/2)| / |g(1)|, in root mean squares over points.
    """

    value: float
    standard_error: Annotated[float, Field(description="0 where it is exact.")]


class SimulatedWidthOut(TypedDict):
    """Networks of one width that were trained."""

    width: int
    networks: int


class SimulationOut(TypedDict):
    """How the limit was simulated, and what its error is made of."""

    widths: list[SimulatedWidthOut]
    sampling: Annotated[
        float, Field(description="The largest standard error that the number of networks leaves.")
    ]
    halves: Annotated[
        float, Field(description="The same, as two halves of the networks show it; on average.")
    ]
    extrapolation: Annotated[
        float, Field(description="What a bias of higher order than 1/n may leave.")
    ]
    precision: Annotated[float, Field(description="What was asked for.")]
    reached: Annotated[bool, Field(description="Whether every standard error is that small.")]
    device: str
    seconds: float


class ComparedWidthOut(TypedDict):
    """Finite networks of one width."""

    width: int
    networks: int
    f: Annotated[
        Matrix,
        Field(
            description="Their mean: a row for each step, inputs first; for cross_entropy with a "
            "number for each class of a point, then those of the next."
        ),
    ]
    distance: Annotated[
        float,
        Field(
            description="How far one network is from the limit: a root mean square over networks, "
            "points and steps. In the kernel regime from where the kernel takes its own f_0."
        ),
    ]
    standard_error: Annotated[float, Field(description="Of the distance.")]


class ComparisonOut(TypedDict):
    """Finite networks beside the limit."""

    widths: list[ComparedWidthOut]
    rate: Annotated[float | None, Field(description="The distance falls like n^(-rate).")]
    rate_standard_error: float | None


class LimitOut(TypedDict):
    """What networks do as width goes to infinity."""

    method: Method
    summary: str
    verdict: VerdictName
    warnings: list[str]
    depth: int
    parametrization: ParametrizationOut
    activation: Activation
    loss: Loss
    learning_rate: float
    trajectory: Annotated[list[StepOut], Field(description="From step 0 on.")]
    kernel: Annotated[KernelOut | None, Field(description="null unless the method is kernel.")]
    nonlinearity: Annotated[
        NonlinearityOut,
        Field(
            description="How far the last step is from being linear in the loss derivative: 0 in "
            "the kernel regime, and not where features are learned."
        ),
    ]
    simulation: Annotated[
        SimulationOut | None, Field(description="null unless the method is simulation.")
    ]
    comparison: Annotated[
        ComparisonOut | None, Field(description="null unless compare_widths were given.")
    ]


def limit_out(question: Question, found: ClosedForm) -> LimitOut:
    """A limit in closed form, as it is answered."""
    verdict, training = question.verdict, question.training
    assert verdict.depth is not None, "limits are for networks with a depth"
    return {
        "method": found.method,
        "summary": _summary(question, found),
        "verdict": verdict.kind.value,
        "warnings": list(verdict.warnings),
        "depth": verdict.depth,
        "parametrization": parametrization(verdict.parametrization),
        "activation": question.activation,
        "loss": training.loss,
        "learning_rate": training.learning_rate,
        "trajectory": trajectory_out(
            found.trajectory.f,
            found.trajectory.deviation,
            found.trajectory.error,
            len(training.inputs),
        ),
        "kernel": None if found.kernel is None else _kernel(found.kernel, found.kernel_error),
        "nonlinearity": {"value": found.nonlinearity, "standard_error": 0.0},
        "simulation": None,
        "comparison": None,
    }


def simulated_out(job: LimitJob, report: LimitReport) -> LimitOut:
    """A simulated limit, as it is answered."""
    found = report["simulated"]
    assert found is not None, "it has no closed form"
    assert report["nonlinearity"] is not None, "as above"
    value, value_error = report["nonlinearity"]
    parametrized = job.parametrization
    verdict = classify(parametrized, job.activation)
    shape = (job.steps + 1, job.points, job.outputs)
    f, error = (np.array(found[name]).reshape(shape) for name in ("f", "standard_error"))
    return {
        "method": "simulation",
        "summary": _simulated_summary(found),
        "verdict": verdict.kind.value,
        "warnings": list(verdict.warnings),
        "depth": job.depth,
        "parametrization": parametrization(parametrized),
        "activation": job.activation,
        "loss": job.loss,
        "learning_rate": job.learning_rate,
        "trajectory": trajectory_out(f, np.zeros_like(f), error, len(job.inputs)),
        "kernel": None,
        "nonlinearity": {"value": value, "standard_error": value_error},
        "simulation": {
            "widths": [
                {"width": each["width"], "networks": each["networks"]} for each in found["widths"]
            ],
            "sampling": found["sampling"],
            "halves": found["halves"],
            "extrapolation": found["extrapolation"],
            "precision": found["precision"],
            "reached": found["reached"],
            "device": report["device"],
            "seconds": report["seconds"],
        },
        "comparison": None,
    }


def _simulated_summary(found: Simulated) -> str:
    largest = max(max(row) for row in found["standard_error"])
    widths = [each["width"] for each in found["widths"]]
    reached = (
        "as asked"
        if found["reached"]
        else f"and not {found['precision']:g} as asked: the time allowed did not suffice"
    )
    return (
        "The network learns features. Its limit is extrapolated from networks of widths "
        f"{joined([str(each) for each in widths])}; the largest standard error is {largest:.1g}, "
        f"{reached}."
    )


def trajectory_out(f: Array, deviation: Array, error: Array, inputs: int) -> list[StepOut]:
    """Arrays (steps + 1, points, outputs) as they are answered, with probes apart."""
    known, probes = slice(inputs), slice(inputs, None)
    return [
        {
            "step": step,
            "f": _outputs(f[step, known]),
            "standard_deviation": _outputs(deviation[step, known]),
            "standard_error": _outputs(error[step, known]),
            "probe": {
                "f": _outputs(f[step, probes]),
                "standard_deviation": _outputs(deviation[step, probes]),
                "standard_error": _outputs(error[step, probes]),
            }
            if f.shape[1] > inputs
            else None,
        }
        for step in range(len(f))
    ]


def _outputs(values: Array) -> Outputs:
    several: Matrix = values.tolist()
    return several if values.shape[1] > 1 else [row[0] for row in several]


def _kernel(kernel: KernelLimit, error: float) -> KernelOut:
    return {
        "matrix": kernel.kernel.tolist(),
        "parts": _parts(kernel.parts),
        "biases": _parts(kernel.biases),
        "sigma": kernel.sigma.tolist(),
        "starts_random": kernel.starts_random,
        "quadrature_error": error,
    }


def _parts(parts: tuple[Array | None, ...]) -> list[KernelPartOut]:
    return [
        {
            "layer": layer,
            "present": part is not None,
            "matrix": None if part is None else part.tolist(),
        }
        for layer, part in enumerate(parts, start=1)
    ]


def _summary(question: Question, found: ClosedForm) -> str:
    if found.kernel is None:
        return (
            "The network learns features. It is linear with one hidden layer, so its limit is a "
            "finite linear network: exact."
        )
    present, absent = _present(found.kernel.parts)
    trained_biases, untrained_biases = _present(found.kernel.biases)
    start = (
        "the outputs given"
        if question.f0 is not None
        else "random outputs, a Gaussian process"
        if found.kernel.starts_random
        else "f_0 = 0"
    )
    if not present and not trained_biases:
        return f"The network stands still at {start}: the updates of every layer vanish with width."
    weights = "Every layer trains." if not absent else f"{_layers(present)}."
    vanishing = f" The updates of layer {joined(absent)} vanish with width." if absent else ""
    biases = ""
    if untrained_biases:
        layers = "layer" if len(untrained_biases) == 1 else "layers"
        biases = f" The updates of the biases of {layers} {joined(untrained_biases)} vanish."
    elif trained_biases:
        biases = " Every bias trains."
    return f"Kernel gradient descent from {start}. {weights}{vanishing}{biases}"


def _present(parts: tuple[Array | None, ...]) -> tuple[list[str], list[str]]:
    """The layers whose part is there, and the others."""
    numbered = list(enumerate(parts, start=1))
    return (
        [str(layer) for layer, part in numbered if part is not None],
        [str(layer) for layer, part in numbered if part is None],
    )


def _layers(present: list[str]) -> str:
    if not present:
        return "No weights train"
    if len(present) == 1:
        return f"Layer {present[0]} trains"
    return f"Layers {joined(present)} train"
