"""Seeded Gaussians: a stream of its own for each network, the same at every width."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

# Below this, handing work to threads costs more than it saves.
_WORTH_THREADS = 1 << 16


class Gaussians(Protocol):
    """A source of iid N(0, 1) samples for the networks of one measurement."""

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` (networks, rows, n) in place and return it."""


class CpuGaussians:
    """One stream for each network and row, drawn in parallel."""

    def __init__(self, seed: int, networks: range, rows: int) -> None:
        self._streams = [
            [
                np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, network, row))))
                for row in range(rows)
            ]
            for network in networks
        ]

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` (networks, rows, n), one stream a row; rows beyond share streams."""
        array = out.numpy()

        def draw(network: int, first: int) -> None:
            streams = self._streams[network]
            for row in range(first, array.shape[1], len(streams)):
                streams[first].standard_normal(out=array[network, row])

        places = [
            (network, row)
            for network in range(array.shape[0])
            for row in range(min(len(self._streams[network]), array.shape[1]))
        ]
        if out.numel() < _WORTH_THREADS:
            for place in places:
                draw(*place)
        else:
            list(_threads().map(lambda place: draw(*place), places))
        return out


class CudaGaussians:
    """The device's own generator, seeded by the networks of the measurement."""

    def __init__(self, seed: int, networks: range, device: torch.device) -> None:
        state = np.random.SeedSequence((seed, networks.start, networks.stop))
        self._generator = torch.Generator(device)
        self._generator.manual_seed(int(state.generate_state(1, np.uint64)[0] >> 1))

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` in place."""
        return out.normal_(generator=self._generator)


def gaussians(seed: int, networks: range, rows: int, device: torch.device) -> Gaussians:
    """The source for these networks on the device."""
    if device.type == "cpu":
        return CpuGaussians(seed, networks, rows)
    return CudaGaussians(seed, networks, device)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(torch.get_num_threads(), os.cpu_count() or 1))
