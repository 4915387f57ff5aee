"""The outputs of networks of one width at every step.  Needs torch."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from app.experiment.cores import Sizes, shared_out
from app.experiment.limits.job import LimitJob
from app.experiment.limits.report import Half
from app.experiment.matrix_free import Simulation
from app.experiment.plan import Measurement
from app.experiment.run import device_of
from solver import Deadline
from solver.limits import descent, nonlinearity
from solver.theory import Quantity

Array = npt.NDArray[np.float64]


def measure(job: LimitJob, measurement: Measurement) -> tuple[Half, Half]:
    """Mean and spread of the outputs, over the even and over the odd networks of a measurement.

    Raises ``DeviceError`` where the job asks for a device that is not there.
    """
    networks = range(measurement.first_seed, measurement.first_seed + measurement.seeds)
    f = outputs(job, measurement.width, networks)
    if job.kernel is not None:
        f = f - _predicted(job, np.array(job.kernel), f[:, 0])
    return _half(f[0::2]), _half(f[1::2])


def measured_nonlinearity(job: LimitJob) -> tuple[float, float]:
    """How far the last step is from being linear in the loss derivative, and the standard error.

    Of the mean output of some wide networks, each trained twice; the error by leaving one out.
    """
    networks = range(_FIRST, _FIRST + _NETWORKS)
    whole, half = (outputs(job, _WIDTH, networks, last) for last in (1.0, 0.5))
    value = nonlinearity(whole.mean(axis=0), half.mean(axis=0))
    others = [
        nonlinearity(np.delete(whole, k, 0).mean(axis=0), np.delete(half, k, 0).mean(axis=0))
        for k in range(_NETWORKS)
    ]
    return value, float(np.std(others) * math.sqrt(_NETWORKS - 1))


_WIDTH: Final = 4096
_NETWORKS: Final = 16
# Far from the networks of all measurements.
_FIRST: Final = 10**9


def outputs(job: LimitJob, width: int, networks: range, last: float = 1.0) -> Array:
    """f_t of every network, (networks, steps + 1, N); not finite where it blew up.

    ``last`` multiplies the loss derivative in the last step.
    """
    experiment = job.experiment(width, len(networks))
    device = device_of(experiment)

    def simulate(some: range) -> Sizes:
        record = _Outputs()
        simulation = Simulation(experiment, width, some, device, record)
        for step in range(job.steps):
            shares = torch.tensor(job.shares(step), dtype=torch.float64, device=device)
            simulation.step(shares * (last if step == job.steps - 1 else 1.0))
        path = torch.stack(record.path, dim=1).flatten(1).mT
        rows: Sizes = path.tolist()
        return rows

    if device.type == "cpu":
        rows = shared_out(simulate, networks, floats=width * job.points)
    else:
        rows = simulate(networks)
    f = np.array(rows, dtype=float).T
    return f.reshape(len(networks), job.steps + 1, job.points * job.outputs)


def _predicted(job: LimitJob, kernel: Array, start: Array) -> Array:
    """Where kernel gradient descent goes from f_0 (networks, N)."""
    shape = (len(start), job.points, job.outputs)
    path = descent(kernel, job.training, start.reshape(shape), Deadline(_PATIENCE))
    return path.swapaxes(0, 1).reshape(len(start), job.steps + 1, -1)


# Of kernel gradient descent, which takes far less.
_PATIENCE: Final = 600.0


class _Outputs:
    """Keeps the outputs of each step, (networks, points, k), and nothing else."""

    def __init__(self) -> None:
        self.path: list[Tensor] = []

    def record(self, quantity: Quantity, layer: int, step: int, values: Tensor) -> None:  # noqa: ARG002
        """Keep f."""
        if quantity == "f":
            self.path.append(values)


def _half(f: Array) -> Half:
    finite = bool(np.isfinite(f).all()) and len(f) > 0
    if not finite:
        return {"networks": len(f), "mean": [], "squares": []}
    mean = f.mean(axis=0)
    squares = np.square(f - mean).sum(axis=0)
    if not math.isfinite(float(squares.sum())):
        return {"networks": len(f), "mean": [], "squares": []}
    return {"networks": len(f), "mean": mean.tolist(), "squares": squares.tolist()}
