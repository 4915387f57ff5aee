"""What a figure of a limit shows, as plain values.  Loads no matplotlib."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curves:
    """Outputs (steps + 1, points, outputs), of which the first ``inputs`` points are trained on.

    ``deviation`` is drawn as a band.  ``targets`` are drawn where there is one output; None else.
    ``finite`` holds outputs of finite networks, by width, beside which the limit is drawn.
    """

    title: str
    subject: str
    f: Array
    deviation: Array
    inputs: int
    targets: Array | None
    finite: tuple[tuple[int, Array], ...] = ()
