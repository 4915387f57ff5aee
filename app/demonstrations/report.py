"""What a demonstration gives."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.demonstrations.linear_network import Scaling

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """What one network showed: each measure by its name.  ``width`` is None in the limit."""

    scaling: Scaling
    width: int | None
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """Embeddings of one network along their two principal axes, (words, 2), and their classes.

    ``words`` are the words, where they are real; ``nearest`` holds the number of each's neighbour.
    """

    scaling: Scaling
    width: int | None
    points: Array
    classes: tuple[int, ...]
    words: tuple[str, ...] = ()
    nearest: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Rows by scaling and width; ``chance`` is what a guess gives, by measure, where it matters."""

    title: str
    summary: str
    rows: tuple[Row, ...]
    chance: Mapping[str, float]
    pictures: tuple[Picture, ...] = ()

    def of(self, scaling: Scaling, measure: str) -> dict[int | None, float]:
        """One measure under one scaling, by width."""
        return {row.width: row.measures[measure] for row in self.rows if row.scaling == scaling}
