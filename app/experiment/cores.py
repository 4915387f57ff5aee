"""Networks shared out among the cores of a CPU.

Threads that meet after every operation wait for the slowest of them, which on a machine with
other work to do is long.  Networks do not interact, so each thread takes some through all steps.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar

import torch

Sizes = list[list[float | None]]

_Part = TypeVar("_Part")

# Floats per block from which on the threads of single operations are worth their meetings.
_LARGE_BLOCK = 1 << 18


def shared_out(simulate: Callable[[range], Sizes], networks: range, floats: int) -> Sizes:
    """What ``simulate`` gives for the networks, side by side; ``floats`` is one network's block."""
    sizes = in_parts(simulate, networks, floats)
    return [[size for part in row for size in part] for row in zip(*sizes, strict=True)]


def in_parts(simulate: Callable[[range], _Part], networks: range, floats: int) -> list[_Part]:
    """What ``simulate`` gives for some networks, then for the next, and so on."""
    parts = min(torch.get_num_threads(), len(networks))
    if parts == 1 and floats >= _LARGE_BLOCK:
        return [simulate(networks)]
    edges = [networks.start + len(networks) * part // parts for part in range(parts + 1)]
    with _operations_on_one_core(), ThreadPoolExecutor(parts, initializer=_one_core) as pool:
        return list(pool.map(simulate, [range(*pair) for pair in pairwise(edges)]))


@contextmanager
def _operations_on_one_core() -> Iterator[None]:
    before = torch.get_num_threads()
    _one_core()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _one_core() -> None:
    torch.set_num_threads(1)  # holds for the calling thread, and for those yet to start
