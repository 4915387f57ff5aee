"""Coordinate sizes as they are measured."""

import math

import torch
from torch import Tensor

from app.experiment.interruption import give_up_if_told
from app.experiment.norms import row_norms
from solver.theory import Place, Quantity, places


class Recorder:
    """Root-mean-square sizes over coordinates and inputs, one for each network of a batch."""

    def __init__(self, depth: int, steps: int, networks: int, device: torch.device) -> None:
        self._row = {place: row for row, place in enumerate(places(depth, steps))}
        self._sizes = torch.full(
            (len(self._row), networks), math.nan, dtype=torch.float64, device=device
        )

    def record(self, quantity: Quantity, layer: int, step: int, values: Tensor) -> None:
        """Note the size of ``values`` (networks, ...) at a place, unless told to give up."""
        give_up_if_told()
        self._sizes[self._row[Place(quantity, layer, step)]] = root_mean_square(values)

    def rows(self) -> list[list[float | None]]:
        """One row for each place, one entry for each network; None where it is not finite."""
        return [
            [size if math.isfinite(size) else None for size in row] for row in self._sizes.tolist()
        ]


def root_mean_square(values: Tensor) -> Tensor:
    """Over all but the first dimension."""
    flat = values.flatten(1)
    return row_norms(flat).div_(math.sqrt(flat.shape[1]))
