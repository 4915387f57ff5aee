"""The feature-learning limit of a linear network with one hidden layer.

Its neurons are described by their coefficients along the d + k independent Gaussians that they
start from: d weights of the first layer, k of the readout.  So the limit is a finite linear network
of width d + k that starts from a diagonal (TP4, arXiv 2011.14522, Section 6, there for d = k = 1):

    f = V U ξ,   U_0 = (I; 0) of shape (d+k, d),   V_0 = (0, s I) of shape (k, d+k),
    U -= η Vᵀ χ ξᵀ,   V -= η χ (U ξ)ᵀ   (simultaneously; means over the batch)

with χ = L'(f(ξ), y).  s = 1 if a_2 + b_2 = 1, and 0 if it is larger; V stays where it is unless
2a_2 + c_2 = 1.
"""

from dataclasses import dataclass

import numpy as np

from solver.exact import Deadline
from solver.limits.gaussian_moments import Array
from solver.limits.training import Training
from solver.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class LinearLimit:
    """Outputs f (steps + 1, N, k), and the weights U (…, d + k, d) and V (…, k, d + k)."""

    f: Array
    first: Array
    readout: Array


def linear_limit(verdict: Verdict, training: Training, deadline: Deadline) -> LinearLimit:
    """The limit of a network that learns features.  Raises ``TimeLimitError`` past the deadline."""
    evaluation = verdict.judgement.evaluation
    points, known = training.points, len(training.inputs)
    dimension, outputs = points.shape[1], training.outputs
    size = float(evaluation.readout_initialized_maximally)
    first = np.concatenate((np.eye(dimension), np.zeros((outputs, dimension))))
    readout = np.concatenate((np.zeros((outputs, dimension)), size * np.eye(outputs)), axis=1)
    trains = float(evaluation.readout_updated_maximally)
    path = [(first, readout, points @ first.T @ readout.T)]
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(training.steps):
            deadline.milliseconds()
            first, readout, f = path[-1]
            signal = training.weights(step)[:, None] * training.signal(f[:known])
            along = signal.T @ training.inputs
            rate = training.rate(step)
            first, readout = (
                first - rate * readout.T @ along,
                readout - rate * trains * along @ first.T,
            )
            path.append((first, readout, points @ first.T @ readout.T))
    us, vs, fs = zip(*path, strict=True)
    return LinearLimit(np.stack(fs), np.stack(us), np.stack(vs))
