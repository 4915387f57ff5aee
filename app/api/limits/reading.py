"""From the body of a question about a limit, as somebody wrote it down, to a training."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from app.api.limits import bounds
from app.api.limits.request import ACTIVATIONS, LimitIn
from app.experiment.reading.plain_values import PlainReader, Whole
from app.experiment.reading.targets import read_targets
from app.experiment.update_rules import default_rules, of_full_rank
from solver import (
    Activation,
    Limits,
    Optimizer,
    Parametrization,
    ParametrizationError,
    TensorParametrization,
    Verdict,
)
from solver.limits import (
    LOSSES,
    Loss,
    Method,
    Training,
    limit_method,
    stable_verdict,
)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A stable parametrization and a training, with every choice made."""

    verdict: Verdict
    activation: Activation
    training: Training
    f0: Array | None
    seed: int
    precision: float
    compare_widths: tuple[int, ...]

    @property
    def durable(self) -> bool:
        """Whether networks have to be trained for it."""
        return self.method == "simulation" or bool(self.compare_widths)

    @property
    def method(self) -> Method:
        """How its limit is found."""
        return limit_method(self.verdict, self.activation)


def read_limit(body: LimitIn, limits: Limits) -> Question:
    """The question.  Raises ``ParametrizationError`` with everything that is wrong."""
    reader = PlainReader()
    activation = reader.choice("activation", body.activation, ACTIVATIONS)
    verdict = _verdict(body, limits, activation, reader)
    loss = reader.choice("loss", body.loss, LOSSES)
    inputs = _inputs("inputs", body.inputs, bounds.INPUTS, reader)
    probe = _inputs("probe", body.probe or [], bounds.PROBES, reader)
    targets = _targets(body, loss, reader)
    if inputs and targets and len(inputs) != len(targets):
        reader.flaw(
            ("targets",),
            f"targets has {len(targets)} entries and inputs has {len(inputs)}; give one target "
            "for each input",
        )
    if inputs and probe and len(inputs[0]) != len(probe[0]):
        reader.flaw(
            ("probe", 0),
            f"probe[0] has {len(probe[0])} entries and inputs[0] has {len(inputs[0])}; all inputs "
            "have one dimension",
        )
    widths = _compared(body, reader)
    simulated = verdict is not None and (
        limit_method(verdict, activation) == "simulation" or bool(widths)
    )
    batches = _batches(body, len(inputs or [0]), simulated, reader)
    outputs = max(2, int(max(targets or [0])) + 1) if loss == "cross_entropy" else 1
    f0 = _f0(body.f0, len(inputs or []) + len(probe or []), outputs, verdict, activation, reader)
    learning_rate = reader.real("learning_rate", body.learning_rate, bounds.LEARNING_RATE)
    seed = reader.whole("seed", body.seed, bounds.SEED)
    precision = reader.real("precision", body.precision, bounds.PRECISION)
    reader.stop_if_flawed()
    assert verdict is not None, "else there are flaws"
    assert inputs is not None, "as above"
    assert targets is not None, "as above"
    training = Training(
        inputs=np.array(inputs, float),
        targets=np.array(targets, float),
        probe=np.array(probe, float).reshape(len(probe or []), len(inputs[0])),
        loss=loss,
        learning_rate=learning_rate,
        batches=batches,
        outputs=outputs,
    )
    return Question(verdict, activation, training, f0, seed, precision, widths)


def _verdict(
    body: LimitIn, limits: Limits, activation: Activation, reader: PlainReader
) -> Verdict | None:
    try:
        parametrization = body.resolve(limits)
        if isinstance(parametrization, Parametrization):
            verdict = stable_verdict(parametrization, activation)
            if dense := _of_full_rank(verdict, activation, body):
                reader.flaw(
                    ("optimizer",),
                    f"{dense[0]} trains hidden layers, whose updates are not of low rank, and the "
                    "networks that show the limit are trained without their n×n matrices; take "
                    "sgd or muon for hidden layers, or depth 1",
                )
                return None
            return verdict
        if isinstance(parametrization, TensorParametrization):
            reader.flaw(
                ("tensors",) if body.preset is None else ("preset",),
                "no limit of a network by tensors is known yet; limits are for perceptrons",
            )
            return None
        reader.flaw(("depth",), "depth is missing; a limit is that of networks, which have one")
    except ParametrizationError as error:
        reader.flaws(error)
    return None


def _of_full_rank(verdict: Verdict, activation: Activation, body: LimitIn) -> list[Optimizer]:
    given = verdict.parametrization
    assert isinstance(given, Parametrization), "it has a depth"
    if limit_method(verdict, activation) != "simulation" and body.compare_widths is None:
        return []
    return of_full_rank(given, default_rules(given.optimizers))


def _inputs(
    name: str, value: object, counts: Whole, reader: PlainReader
) -> list[list[float]] | None:
    if value is None:
        reader.flaw((name,), f"{name} is missing; give a list of inputs, each a list of numbers")
        return None
    rows = reader.rows((name,), value, counts, bounds.INPUT, bounds.ENTRY)
    for index, row in enumerate(rows or []):
        assert rows is not None
        if len(row) != len(rows[0]):
            reader.flaw(
                (name, index),
                f"{name}[{index}] has {len(row)} entries and {name}[0] has {len(rows[0])}; all "
                "inputs have one dimension",
            )
        if max(map(abs, row)) < bounds.LEAST_INPUT:
            reader.flaw(
                (name, index),
                f"{name}[{index}] is below {bounds.LEAST_INPUT:g} throughout, of which networks "
                "see nothing; scale it to order 1",
            )
    return rows


def _targets(body: LimitIn, loss: Loss, reader: PlainReader) -> list[float] | None:
    if body.targets is None:
        reader.flaw(("targets",), "targets is missing; give a list with one entry for each input")
        return None
    return read_targets(body.targets, loss, bounds.INPUTS, bounds.TARGET, reader)


def _batches(
    body: LimitIn, inputs: int, simulated: bool, reader: PlainReader
) -> tuple[tuple[int, ...], ...]:
    most = bounds.SIMULATED_STEPS if simulated else bounds.STEPS
    every = tuple(range(inputs))
    if body.batch is None:
        return (every,) * reader.whole("steps", body.steps, most)
    index = replace(bounds.INDEX, most=inputs - 1)
    counts = replace(most, meaning="there is a batch for each step, and their number must lie")
    batches = reader.lists_of_wholes(("batch",), body.batch, counts, bounds.BATCH, index)
    if batches is None:
        return (every,)
    if body.steps is not None and reader.whole("steps", body.steps, most) != len(batches):
        reader.flaw(
            ("steps",),
            f"steps is {body.steps} and batch has {len(batches)} entries, one for each step; "
            "leave steps out",
        )
    return tuple(map(tuple, batches))


def _compared(body: LimitIn, reader: PlainReader) -> tuple[int, ...]:
    if body.compare_widths is None:
        return ()
    path = ("compare_widths",)
    widths = reader.wholes(path, body.compare_widths, bounds.COMPARED, bounds.WIDTH) or []
    for index, width in enumerate(widths):
        if width in widths[:index]:
            reader.flaw(
                (*path, index), f"compare_widths[{index}] is {width}, as another is; give each once"
            )
    if body.f0 is not None:
        reader.flaw(
            ("f0",),
            "f0 is given, and the networks of compare_widths start at random; leave one out",
        )
    return tuple(sorted(widths))


def _f0(
    value: Any,
    points: int,
    outputs: int,
    verdict: Verdict | None,
    activation: Activation,
    reader: PlainReader,
) -> Array | None:
    if value is None:
        return None
    if verdict is not None and limit_method(verdict, activation) != "kernel":
        reader.flaw(
            ("f0",),
            "f0 is given, and networks that learn features start from f_0 = 0 in the limit; leave "
            "it out",
        )
        return None
    if not isinstance(value, list):
        number = reader.real("f0", value, replace(bounds.OUTPUT, default=0.0))
        return np.full((points, outputs), number)
    counts = Whole("there is one for each input and then for each probe:", points, points)
    if outputs == 1:
        numbers = reader.reals(("f0",), value, counts, bounds.OUTPUT)
        return None if numbers is None else np.array(numbers)[:, None]
    classes = Whole("there is one for each class:", outputs, outputs)
    rows = reader.rows(("f0",), value, counts, classes, bounds.OUTPUT)
    return None if rows is None else np.array(rows)
