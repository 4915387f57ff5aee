"""Finite networks against limits in closed form, and simulated limits against known ones."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from app.experiment.limits.job import LimitJob
from app.experiment.limits.outputs import measured_nonlinearity, outputs
from app.experiment.limits.report import Simulated
from app.experiment.limits.run import worked_out
from solver import Activation, Deadline, Parametrization, gallery_entry, read
from solver.limits import (
    Training,
    closed_form,
    essential,
    kernel_limit,
    kernel_trajectory,
    stable_verdict,
)
from solver.reading import Description

pytestmark = pytest.mark.training

TRAINING = Training(
    inputs=np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -0.5], [0.5, 0.0, 1.0]]),
    targets=np.array([1.0, -1.0, 0.5]),
    probe=np.array([[0.3, -0.2, 0.4]]),
    loss="mse",
    learning_rate=0.5,
    batches=((0, 1, 2), (0, 2), (1, 1, 2)),
)


def named(name: str, depth: int, s: str | None = None) -> Parametrization:
    return gallery_entry(name).roles(None if s is None else Fraction(s)).at_depth(depth)


def per_layer() -> Parametrization:
    """Of three layers the second stands still."""
    found = read(Description(depth=2, a=[0, "1/2", "1/2"], b=0, c=[0, 1, 0]))
    assert isinstance(found, Parametrization)
    return found


KERNELS: dict[str, tuple[Parametrization, Activation]] = {
    "ntk": (named("ntk", 2), "tanh"),
    "ntk, relu": (named("ntk", 2), "relu"),
    "ntk, gelu": (named("ntk", 1), "gelu"),
    "ntk, silu": (named("ntk", 1), "silu"),
    "ntk, erf": (named("ntk", 3), "erf"),
    "standard / n": (named("standard_1_over_n", 2), "tanh"),
    "uniform(1/4)": (named("uniform", 2, "1/4"), "tanh"),
    "learning rates by layer": (per_layer(), "tanh"),
}


def job_of(
    parametrization: Parametrization,
    activation: Activation,
    training: Training = TRAINING,
    **options: object,
) -> LimitJob:
    usual: dict[str, object] = {"precision": 1e-2, "seed": 1, "device": "cpu"}
    return LimitJob.of(
        parametrization,
        parametrization,
        activation,
        training,
        **{**usual, **options},  # type: ignore[arg-type]
    )


def simulated(job: LimitJob) -> Simulated:
    found = worked_out(job)["simulated"]
    assert found is not None
    return found


@pytest.mark.parametrize("case", KERNELS)
def test_networks_follow_their_kernel(case: str) -> None:
    """Each from where it starts; the mean of what is left is zero within 3 standard errors."""
    parametrization, activation = KERNELS[case]
    f = outputs(job_of(parametrization, activation), 2**13, range(24))
    verdict = stable_verdict(parametrization, activation)
    kernel, _ = kernel_limit(verdict, activation, TRAINING.points, Deadline())
    expected = np.stack(
        [
            kernel_trajectory(kernel, None, TRAINING, start[:, None], 0, Deadline()).f[:, :, 0]
            for start in f[:, 0]
        ]
    )
    left = (f - expected)[:, 1:]
    error = left.std(axis=0, ddof=1) / np.sqrt(len(f))
    assert (np.abs(left.mean(axis=0)) < 3 * error).all()
    assert error.max() < 0.01
    if not kernel.starts_random:
        return
    # At initialization they scatter as the kernel says.
    ratio = f[:, 0].std(axis=0) / np.sqrt(np.diag(kernel.sigma))
    assert np.abs(ratio - 1).max() < 3 / np.sqrt(2 * len(f))


def test_the_linear_limit_is_simulated_within_its_error() -> None:
    parametrization = named("mup", 1)
    exact = closed_form(stable_verdict(parametrization, "linear"), "linear", TRAINING)
    for seed in range(2):
        report = simulated(job_of(parametrization, "linear", seed=seed, precision=0.5))
        off = np.abs(np.array(report["f"]) - exact.trajectory.f[:, :, 0])
        error = np.array(report["standard_error"])
        assert (off <= 3 * error + 1e-12).all()
        assert 0 < error.max() < 0.02


def test_classes_of_the_linear_limit_are_simulated_within_their_error() -> None:
    parametrization = named("mup", 1)
    classes = replace(TRAINING, loss="cross_entropy", targets=np.array([0.0, 2.0, 1.0]), outputs=3)
    exact = closed_form(stable_verdict(parametrization, "linear"), "linear", classes)
    report = simulated(job_of(parametrization, "linear", classes, precision=0.5))
    off = np.abs(np.array(report["f"]) - exact.trajectory.f.reshape(4, -1))
    error = np.array(report["standard_error"])
    assert (off <= 3.5 * error + 1e-12).all()
    assert np.abs(exact.trajectory.f[-1]).max() > 50 * error.max()


@pytest.mark.parametrize("bias", [None, 0, "inf"])
def test_one_hidden_layer_against_direct_sampling(bias: object) -> None:
    """Many neurons of a mean-field network, written out; with biases that start as ``bias``."""
    wiring = {} if bias is None else {"bias": {"a": 0, "b": bias, "c": -1}}
    given = read(Description(depth=1, a=[0, 1], b=0, c=-1, **wiring))
    assert isinstance(given, Parametrization)
    report = simulated(job_of(essential(stable_verdict(given, "tanh")), "tanh", precision=0.5))
    std = None if bias is None else float(bias == 0)
    paths = np.stack([mean_field(np.random.default_rng(seed), 2**15, std) for seed in range(16)])
    error = np.hypot(paths.std(axis=0, ddof=1) / 4, report["standard_error"])
    assert (np.abs(paths.mean(axis=0) - report["f"]) <= 4 * error).all()


def mean_field(generator: np.random.Generator, neurons: int, std: float | None) -> np.ndarray:
    """f = (1/n) Σ v φ(u·ξ + β) with learning rate η n; (steps + 1, points)."""
    u = generator.standard_normal((neurons, 3))
    v = generator.standard_normal(neurons)
    beta = (std or 0.0) * generator.standard_normal(neurons)
    path = []
    for batch in (*TRAINING.batches, None):
        x = np.tanh(TRAINING.points @ u.T + beta)
        f = x @ v / neurons
        path.append(f)
        if batch is None:
            return np.stack(path)
        pull = np.zeros(len(f))
        for i in batch:
            pull[i] += (f[i] - TRAINING.targets[i]) / len(batch)
        through = pull[:, None] * (1 - x**2) * v
        u, v = u - 0.5 * through.T @ TRAINING.points, v - 0.5 * pull @ x
        if std is not None:
            beta = beta - 0.5 * through.sum(axis=0)
    raise AssertionError


def test_what_vanishes_with_width_is_left_out() -> None:
    """The standard parametrization with divided logits: its first layer stands still."""
    given = named("standard_divided_logits", 2)
    left = essential(stable_verdict(given, "tanh"))
    assert [each.frozen for each in left.layers] == [True, False, False]
    wide = outputs(job_of(given, "tanh"), 2**14, range(12))
    report = simulated(job_of(left, "tanh", precision=0.5))
    error = np.hypot(wide.std(axis=0, ddof=1) / np.sqrt(12), report["standard_error"])
    assert (np.abs(wide.mean(axis=0) - report["f"]) <= 4 * error + 1e-12).all()


def test_the_limit_of_a_residual_network_with_norms_and_biases() -> None:
    """Against wide networks as they were given: a branch and biases that start too small."""
    given = read(
        Description(
            depth=3, a=[0, 0, "1/4", 1], b=[0, "1/2", "1/2", 0], c=[-1, 0, "-1/2", -1],
            bias={"a": "1/4", "b": 0, "c": "-3/2"},
            residual=[False, False, True], normalized=[False, True, False],
        )
    )  # fmt: skip
    assert isinstance(given, Parametrization)
    left = essential(stable_verdict(given, "tanh"))
    assert [each.zero for each in left.layers] == [False, False, True, False]
    assert all(each.exponents.zero for each in left.wiring.biases)
    wide = outputs(job_of(given, "tanh"), 2**16, range(8))
    report = simulated(job_of(left, "tanh", precision=0.5))
    # What starts too small still is n^(-1/4) there; what it adds to f is its square.
    error = np.hypot(wide.std(axis=0, ddof=1) / np.sqrt(8), report["standard_error"])
    assert (np.abs(wide.mean(axis=0) - report["f"]) <= 4 * error + 2**-8).all()
    assert np.abs(report["f"][-1]).min() > 0.1


MUON = {"input": "adam", "hidden": "muon", "readout": "adam"}


@pytest.mark.parametrize(
    ("depth", "optimizer", "c"), [(2, MUON, 0), (1, "adam", 0), (1, "adafactor", 0)]
)
def test_the_limit_under_other_laws(depth: int, optimizer: object, c: object) -> None:
    """µP by Muon with Adam, and by Adam and Adafactor where no matrix is hidden."""
    hidden = [["1/2"], []][depth == 1]
    given = read(
        Description(depth=depth, a=[0] * depth + [1], b=[0, *hidden, 0], c=c, optimizer=optimizer)
    )
    assert isinstance(given, Parametrization)
    gentle = replace(TRAINING, learning_rate=0.1)
    wide = outputs(job_of(given, "tanh", gentle), 2**15, range(12))
    left = essential(stable_verdict(given, "tanh"))
    report = simulated(job_of(left, "tanh", gentle, precision=0.5))
    error = np.hypot(wide.std(axis=0, ddof=1) / np.sqrt(12), report["standard_error"])
    assert (np.abs(wide.mean(axis=0) - report["f"]) <= 4 * error + 1e-12).all()
    assert np.abs(report["f"][-1]).max() > 20 * error.max()


def test_a_readout_that_starts_too_small_counts_as_zero() -> None:
    found = read(Description(depth=2, a=["-1/2", 0, "1/2"], b=["1/2", "1/2", "3/4"], c=0))
    assert isinstance(found, Parametrization)
    left = essential(stable_verdict(found, "tanh"))
    assert left.layers[-1].zero
    assert left.layers[:-1] == found.layers[:-1]
    f = outputs(job_of(left, "tanh"), 256, range(4))
    assert (f[:, 0] == 0).all()
    assert np.abs(f[:, -1, :3]).min() > 0.01


def test_networks_approach_the_limit_at_the_rate_of_fluctuations() -> None:
    """n^(-1/2), in both regimes; in the kernel regime from where each network starts."""
    widths = (64, 256, 1024)
    for name, depth, activation in (("mup", 1, "linear"), ("ntk", 2, "tanh")):
        parametrization = named(name, depth)
        found = closed_form(stable_verdict(parametrization, activation), activation, TRAINING)
        kernel = None if found.kernel is None else tuple(map(tuple, found.kernel.kernel.tolist()))
        job = replace(
            job_of(parametrization, activation),
            compare_widths=widths,
            known=tuple(map(tuple, found.trajectory.f[:, :, 0].tolist())),
            kernel=kernel,
        )
        report = worked_out(job)
        assert report["simulated"] is None
        comparison = report["comparison"]
        assert comparison is not None
        assert [each["width"] for each in comparison["widths"]] == list(widths)
        assert comparison["rate"] is not None
        assert comparison["rate_standard_error"] is not None
        assert abs(comparison["rate"] - 0.5) < 3 * comparison["rate_standard_error"]


def test_a_step_is_linear_in_the_kernel_regime_alone() -> None:
    """Measured on networks; for the linear limit, against its closed form."""
    parametrization = named("mup", 1)
    exact = closed_form(stable_verdict(parametrization, "linear"), "linear", TRAINING)
    value, error = measured_nonlinearity(job_of(parametrization, "linear"))
    assert exact.nonlinearity > 4e-3
    assert abs(value - exact.nonlinearity) < 4 * error
    value, _ = measured_nonlinearity(job_of(named("ntk", 2), "tanh"))
    assert value < 1e-3
    value, error = measured_nonlinearity(job_of(named("mup", 2), "tanh"))
    assert value > 10 * error
