"""What is to be simulated, as plain values that travel as JSON.  Knows no torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from app.experiment.plan import Device, Experiment, Loss, spelled
from solver import Activation, Parametrization
from solver.limits import Training

_Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LimitJob:
    """A limit, with every choice made.

    ``exponents``, spelled as in ``plan.spelled``, are those of a network from which all that
    vanishes with width is left out; those ``given`` are kept beside them.  ``inputs`` (m rows) are
    trained on, ``probe`` (p rows) only looked at; ``batches`` lists the inputs of each step.
    ``precision`` is the standard error to reach.

    ``compare_widths`` are those of networks that are set beside the limit.  ``known`` is the limit
    (steps + 1, points), where it has a closed form.  In the kernel regime ``kernel`` (points,
    points) says where each network would go from its own f_0, and networks are set beside that.
    """

    exponents: tuple[tuple[str, str, str, str | None], ...]
    given: tuple[tuple[str, str, str, str | None], ...]
    activation: Activation
    loss: Loss
    learning_rate: float
    inputs: tuple[_Row, ...]
    targets: _Row
    probe: tuple[_Row, ...]
    batches: tuple[tuple[int, ...], ...]
    precision: float
    seed: int
    device: Device
    compare_widths: tuple[int, ...] = ()
    known: tuple[_Row, ...] | None = None
    kernel: tuple[_Row, ...] | None = None

    @property
    def depth(self) -> int:
        """L, the number of hidden layers."""
        return len(self.exponents) - 1

    @property
    def parametrization(self) -> Parametrization:
        """The one that was given."""
        given = replace(self.experiment(1, 1), exponents=self.given)
        return given.parametrization

    @property
    def steps(self) -> int:
        """The number of training steps."""
        return len(self.batches)

    @property
    def points(self) -> int:
        """How many outputs are followed."""
        return len(self.inputs) + len(self.probe)

    def shares(self, step: int) -> _Row:
        """The part of each point in the mean over the batch of a step; that of probes is 0."""
        batch = self.batches[step]
        counts = np.bincount(batch, minlength=self.points) / len(batch)
        return tuple(counts.tolist())

    def experiment(self, width: int, networks: int) -> Experiment:
        """The same as an experiment on networks of one width, all points in its batch."""
        return Experiment(
            exponents=self.exponents,
            optimizer="sgd",
            update_rule="sgd",
            momentum=0.0,
            method="matrix_free",
            device=self.device,
            widths=(width,),
            steps=self.steps,
            seeds=networks,
            seed=self.seed,
            batch_size=self.points,
            input_dim=len(self.inputs[0]),
            inputs=self.inputs + self.probe,
            # Probes have no part in the loss, whatever their targets are.
            targets=self.targets + (0.0,) * len(self.probe),
            activation=self.activation,
            loss=self.loss,
            learning_rate=self.learning_rate,
            tolerance=0.05,
        )

    def as_json(self) -> dict[str, Any]:
        """As JSON values; ``LimitJob.from_json`` reads them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "LimitJob":
        """The job that ``as_json`` wrote."""
        rows = {
            name: None if values[name] is None else tuple(tuple(row) for row in values[name])
            for name in ("exponents", "given", "inputs", "probe", "batches", "known", "kernel")
        }
        lists = {name: tuple(values[name]) for name in ("targets", "compare_widths")}
        return cls(**{**values, **rows, **lists})

    @property
    def training(self) -> Training:
        """The training, as the solver has it."""
        dimension = len(self.inputs[0])
        return Training(
            inputs=np.array(self.inputs),
            targets=np.array(self.targets),
            probe=np.array(self.probe).reshape(len(self.probe), dimension),
            loss=self.loss,
            learning_rate=self.learning_rate,
            batches=self.batches,
        )

    @classmethod
    def of(
        cls,
        given: Parametrization,
        simulated: Parametrization,
        activation: Activation,
        training: Training,
        precision: float,
        seed: int = 0,
        device: Device = "auto",
    ) -> "LimitJob":
        """The job of a training in one output."""
        return cls(
            exponents=spelled(simulated),
            given=spelled(given),
            activation=activation,
            loss=training.loss,
            learning_rate=training.learning_rate,
            inputs=tuple(map(tuple, training.inputs.tolist())),
            targets=tuple(training.targets.tolist()),
            probe=tuple(map(tuple, training.probe.tolist())),
            batches=training.batches,
            precision=precision,
            seed=seed,
            device=device,
        )
