"""What a figure of a limit shows, as plain values.  Loads no matplotlib."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curves:
    """Outputs (steps + 1, points, outputs), of which the first ``inputs`` points are trained on.

    ``deviation`` is drawn as a band.  ``targets`` are drawn where there is one output; None else.
    ``distances`` holds how far finite networks are from the limit: width, distance, its error; it
    falls like n^(-rate).  ``finite`` holds mean outputs of networks by width, from the narrowest.
    """

    title: str
    subject: str
    f: Array
    deviation: Array
    inputs: int
    targets: Array | None
    distances: tuple[tuple[int, float, float], ...] = ()
    finite: tuple[tuple[int, Array], ...] = ()
    rate: float | None = None
