"""How far a step is from being linear in the loss derivative.

In the kernel regime f_{t+1} - f_t = -η Σ_i K(ξ, ξ_i) L'(f_t(ξ_i), y_i) is linear in L' (TP4,
arXiv 2011.14522, Theorem 3.6); where features are learned it is not, and no stable limit is in
between, of second order say (Section 3).  With g(s) the change of the outputs in the last step,
where L' is multiplied by s, the nonlinearity is |g(1) - 2 g(1/2)| / |g(1)|, in root mean squares
over points.
"""

import numpy as np

from solver.limits.gaussian_moments import Array


def nonlinearity(whole: Array, half: Array) -> float:
    """From trajectories (steps + 1, ...), of which the second took half of the last step.

    Zero where nothing moves.
    """
    one, two = whole[-1] - whole[-2], 2 * (half[-1] - whole[-2])
    size = float(np.linalg.norm(one))
    return float(np.linalg.norm(one - two)) / size if size else 0.0
