"""What is to be simulated, as plain values that travel as JSON.  Knows no torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from app.experiment.experiment import Device, Experiment, Loss, as_tuples, stated
from app.experiment.update_rules import default_rules
from solver import Activation, Parametrization
from solver.limits import Training

_Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LimitJob:
    """A limit, with every choice made.

    ``simulated``, the fields that ``experiment.stated`` gives, are those of a network from which
    all that vanishes with width is left out; those ``given`` are kept beside them.  ``inputs`` (m
    rows) are trained on, ``probe`` (p rows) only looked at; ``batches`` lists the inputs of each
    step.  ``precision`` is the standard error to reach.

    Of each step there are N = (m + p) k numbers, with k = ``outputs`` for each point in turn.
    ``compare_widths`` are those of networks that are set beside the limit.  ``known`` is the limit
    (steps + 1, N), where it has a closed form.  In the kernel regime ``kernel`` (m + p, m + p) says
    where each network would go from its own f_0, and networks are set beside that.
    """

    simulated: dict[str, Any]
    given: dict[str, Any]
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
        return len(self.given["exponents"]) - 1

    @property
    def parametrization(self) -> Parametrization:
        """The one that was given."""
        return replace(self.experiment(1, 1), **self.given).parametrization

    @property
    def steps(self) -> int:
        """The number of training steps."""
        return len(self.batches)

    @property
    def points(self) -> int:
        """How many inputs and probes there are."""
        return len(self.inputs) + len(self.probe)

    @property
    def outputs(self) -> int:
        """k, the number of outputs: one for each class."""
        return self.experiment(1, 1).outputs

    def shares(self, step: int) -> _Row:
        """The part of each point in the mean over the batch of a step; that of probes is 0."""
        batch = self.batches[step]
        counts = np.bincount(batch, minlength=self.points) / len(batch)
        return tuple(counts.tolist())

    def experiment(self, width: int, networks: int) -> Experiment:
        """The same as an experiment on networks of one width, all points in its batch."""
        optimizer, layers = self.simulated["optimizer"], len(self.simulated["exponents"])
        optimizers = optimizer if isinstance(optimizer, tuple) else (optimizer,) * layers
        return Experiment(
            **self.simulated,
            update_rule=default_rules(optimizers),
            bias_rules=default_rules(self.simulated["bias_optimizers"]),
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
        return cls(**{name: as_tuples(value) for name, value in values.items()})

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
            outputs=self.outputs,
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
        """The job of a training."""
        return cls(
            simulated=stated(simulated),
            given=stated(given),
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
