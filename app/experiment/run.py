"""The unit of work of a worker: networks of one width, trained and measured.  Needs torch."""

import os

import torch
from typing_extensions import TypedDict

from app.experiment import dense, matrix_free
from app.experiment.cores import shared_out
from app.experiment.interruption import Checkpoint, asking
from app.experiment.plan import Experiment, Measurement


def measure(
    experiment: Experiment, measurement: Measurement, checkpoint: Checkpoint | None = None
) -> list[list[float | None]]:
    """Sizes of everything at every step: a row for each of ``predicted_exponents.places``.

    Each row has one entry for each network; None where the size is not finite: it blew up.
    ``checkpoint`` is called between operations, in any thread; what it raises ends the measurement.
    Raises ``DeviceError`` where the experiment asks for a device that is not there.
    """
    networks = range(measurement.first_seed, measurement.first_seed + measurement.seeds)
    method = matrix_free.simulate if experiment.method == "matrix_free" else dense.simulate
    width, device = measurement.width, device_of(experiment)

    def simulate(some: range) -> list[list[float | None]]:
        with asking(checkpoint):
            return method(experiment, width, some, device)

    if device.type == "cpu":
        return shared_out(simulate, networks, floats=width * experiment.batch_size)
    return simulate(networks)


class DeviceError(RuntimeError):
    """The experiment asks for a device that this worker does not have."""


def device_name(experiment: Experiment) -> str:
    """The device on which the experiment runs here, such as ``cpu`` or ``cuda``."""
    return device_of(experiment).type


class DeviceHere(TypedDict):
    """What this process computes on: its kind, the name of the device and its bytes of memory."""

    device: str
    name: str
    memory: int


def device_here() -> DeviceHere:
    """The device that a measurement runs on unless it asks for another."""
    if torch.cuda.is_available():
        about = torch.cuda.get_device_properties(0)
        return {"device": "cuda", "name": about.name, "memory": about.total_memory}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"device": "cpu", "name": f"{os.cpu_count()} cores", "memory": memory}


def device_of(experiment: Experiment) -> torch.device:
    """The device on which the experiment runs here.  Raises ``DeviceError`` if it is not there."""
    has_cuda = torch.cuda.is_available()
    if experiment.device == "cuda" and not has_cuda:
        raise DeviceError(
            'device is "cuda" and this worker has none; ask for "auto", or start a worker on a '
            "machine with a GPU"
        )
    return torch.device("cuda" if has_cuda and experiment.device != "cpu" else "cpu")
