"""The batch on which the networks of a check train: the same at every width and step."""

import numpy as np
import numpy.typing as npt

from app.experiment.plan import Experiment

Array = npt.NDArray[np.float64]


def training_batch(experiment: Experiment) -> tuple[Array, Array]:
    """Inputs (m, d) and targets (m,): the caller's, or synthetic ones fixed by the seed.

    Synthetic inputs lie on the unit sphere, so that h^1 has unit variance at initialization,
    and targets are ±1, both signs present where m >= 2; for cross-entropy, classes in turn.  Where
    there are biases signs are not balanced, since a bias sees the mean of all errors.
    """
    if experiment.inputs is not None and experiment.targets is not None:
        return np.array(experiment.inputs, float), np.array(experiment.targets, float)
    # The stream differs from those of the networks, which are named by two numbers more.
    generator = np.random.default_rng(np.random.SeedSequence(experiment.seed))
    inputs = generator.standard_normal((experiment.batch_size, experiment.input_dim))
    inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
    numbers = np.arange(experiment.batch_size)
    if experiment.loss == "cross_entropy":
        return inputs, (numbers % experiment.outputs).astype(float)
    negative = numbers % 3 == 1 if experiment.biases else numbers % 2 == 1
    return inputs, np.where(negative, -1.0, 1.0)
