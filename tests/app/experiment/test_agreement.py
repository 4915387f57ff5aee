"""``matrix_free`` and ``dense`` sample the same distribution: every quantity at every step.

Hundreds of networks by each method, on the same batch and with different seeds.  Two tests for
each quantity: Welch's, of the mean log size, and Kolmogorov and Smirnov's, of the whole
distribution.  All p-values of the file together are allowed to be as small as chance makes the
smallest of so many once in a hundred times (Bonferroni); seeds are fixed, so none is luck twice.
"""

from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from app.experiment.plan import Experiment, Measurement, Method
from app.experiment.run import measure
from solver import Parametrization
from solver.theory.predicted_exponents import places
from tests.app.experiment.experiments import described, experiment, listed, named

pytestmark = pytest.mark.training

NETWORKS = 500
STEPS = 3


def muon_and_adam(depth: int) -> Parametrization:
    return described(
        depth=depth, optimizer={"input": "adamw", "hidden": "muon", "readout": "adamw"},
        a={"input": 0, "hidden": 0, "readout": 1}, b={"input": 0, "hidden": "1/2", "readout": 0},
        c=0,
    )  # fmt: skip


# For L = 2 and 3: by depth, or one depth's hidden exponents repeated.
CASES: dict[str, tuple[dict[int, Parametrization], dict[str, Any]]] = {
    "mup": ({depth: named("mup", depth) for depth in (2, 3)}, {}),
    "ntk, momentum": ({depth: named("ntk", depth) for depth in (2, 3)}, {"momentum": 0.9}),
    "standard_1_over_n": (
        {depth: named("standard_1_over_n", depth) for depth in (2, 3)}, {"learning_rate": 20.0},
    ),
    "c by layer": (
        {
            2: listed("0 1/4 1/2", "0 1/4 1/4", "-1/8 1/4 -1/4"),
            3: listed("0 1/4 0 1/2", "0 1/4 1/2 1/4", "-1/8 1/4 1/2 -1/4"),
        },
        {"activation": "gelu", "loss": "logistic"},
    ),
    "zero readout, frozen input": (
        {
            2: listed("0 0 1", "0 1/2 inf", "inf 0 -1"),
            3: listed("0 0 0 1", "0 1/2 1/2 inf", "inf 0 0 -1"),
        },
        {},
    ),
    "muon and adam": ({depth: muon_and_adam(depth) for depth in (2, 3)}, {"momentum": 0.5}),
    "shampoo": (
        {
            2: listed("0 0 1", "0 1/2 0", "-1/2 0 -1/2", "shampoo"),
            3: listed("0 0 0 1", "0 1/2 1/2 0", "-1/2 0 0 -1/2", "shampoo"),
        },
        {},
    ),
    "normalized SGD and its neighbours": (
        {
            2: described(depth=2, optimizer=["adafactor", "normalized_sgd", "sgd"], a=[0, 0, 1],
                         b=[0, "1/2", 0], c=[0, 0, -1]),
            3: described(depth=3, optimizer=["lars", "normalized_sgd", "sgd", "adam"],
                         a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=[0, 0, 0, 0]),
        },
        {"momentum": 0.5},
    ),
    "biases and decay": (
        {
            depth: described(preset="mup", depth=depth, weight_decay=0,
                             bias={"a": 0, "b": 0, "c": 0, "optimizer": "adam"})
            for depth in (2, 3)
        },
        {"momentum": 0.5},
    ),
    "residual and normalized, by muon": (
        {
            2: described(depth=2, optimizer="muon", a=0, b=["1/4", "1/4", 1], c=["-1/4", "1/4", 0],
                         normalized=True),
            3: described(depth=3, optimizer=["adam", "muon", "muon", "adam"], a=[0, 0, 0, 1],
                         b=[0, 0, "inf", 0], c=[0, "-1/2", 0, 0], residual=[False, False, True],
                         normalized=[False, True, False]),
        },
        {"activation": "gelu"},
    ),
    "cross-entropy": (
        {depth: named("mup", depth) for depth in (2, 3)},
        {"loss": "cross_entropy", "learning_rate": 1.0},
    ),
    "unstable": ({depth: named("standard", depth) for depth in (2, 3)}, {"learning_rate": 0.1}),
}  # fmt: skip
# (depth, width): the law is the same at every width; the smaller, the closer the vectors come to
# spanning all.
COMPARED = [(name, *size) for name, size in product(CASES, ((2, 32), (3, 64)))]

_LEAST = 0.01 / sum(2 * len(list(places(depth, STEPS))) for _, depth, _ in COMPARED)


def sizes(each: Experiment, method: Method, width: int, first: int) -> npt.NDArray[np.float64]:
    """Log sizes, (places, networks), -inf for zeros; a few networks at a time, to save memory."""
    work = partial(measure, replace(each, method=method))
    parts = [work(Measurement(width, first + start, 100)) for start in range(0, NETWORKS, 100)]
    with np.errstate(divide="ignore"):
        return np.log(np.concatenate([np.array(part, float) for part in parts], axis=1))


@pytest.mark.parametrize(("name", "depth", "width"), COMPARED)
def test_the_methods_agree_in_distribution(name: str, depth: int, width: int) -> None:
    parametrizations, changes = CASES[name]
    each = experiment(parametrizations[depth], steps=STEPS, widths=(width,), **changes)
    free = sizes(each, "matrix_free", width, first=0)
    dense = sizes(each, "dense", width, first=NETWORKS)
    assert not np.isnan(free).any()
    assert not np.isnan(dense).any()
    for place, one, other in zip(places(depth, STEPS), free, dense, strict=True):
        if np.isinf(one).any() or np.ptp(one) < 1e-6:  # what is the same in every network
            assert np.allclose(np.exp(one), np.exp(other), rtol=1e-6, atol=0), place
            continue
        mean = stats.ttest_ind(one, other, equal_var=False).pvalue
        whole = stats.ks_2samp(one, other, method="asymp").pvalue
        assert min(mean, whole) > _LEAST, (place, mean, whole)
