"""Seeded Gaussians: a stream of its own for each network, the same at every width."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

# Below so many samples, handing work to threads costs more than it saves.
_WORTH_THREADS = 1 << 16
_STREAMS = 4


class Gaussians(Protocol):
    """A source of iid N(0, 1) samples for the networks of one measurement."""

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` (networks, rows, n) in place and return it."""


class CpuGaussians:
    """A few streams for each network, which can be drawn from in parallel."""

    def __init__(self, seed: int, networks: range) -> None:
        self._streams = [
            [
                np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, network, part))))
                for part in range(_STREAMS)
            ]
            for network in networks
        ]

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` (networks, rows, n), each stream its share of a network's rows."""
        edges = [out.shape[1] * part // _STREAMS for part in range(_STREAMS + 1)]
        shares = list(pairwise(edges))
        draws = [
            (stream, network[first:last])
            for streams, network in zip(self._streams, out.numpy(), strict=True)
            for stream, (first, last) in zip(streams, shares, strict=True)
        ]
        if torch.get_num_threads() > 1 and out.numel() >= _WORTH_THREADS:
            with ThreadPoolExecutor(torch.get_num_threads()) as pool:
                list(pool.map(_draw, draws))
        else:
            for draw in draws:
                _draw(draw)
        return out


def _draw(draw: tuple[np.random.Generator, npt.NDArray[np.float64]]) -> None:
    stream, rows = draw
    stream.standard_normal(out=rows)


class CudaGaussians:
    """The device's own generator, seeded by the networks of the measurement."""

    def __init__(self, seed: int, networks: range, device: torch.device) -> None:
        state = np.random.SeedSequence((seed, networks.start, networks.stop))
        self._generator = torch.Generator(device)
        self._generator.manual_seed(int(state.generate_state(1, np.uint64)[0] >> 1))

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` in place."""
        return out.normal_(generator=self._generator)


def gaussians(seed: int, networks: range, device: torch.device) -> Gaussians:
    """The source for these networks on the device."""
    if device.type == "cpu":
        return CpuGaussians(seed, networks)
    return CudaGaussians(seed, networks, device)
