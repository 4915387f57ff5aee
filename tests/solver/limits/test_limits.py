"""Limits in closed form against known solutions, and what they must not depend on."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from solver import Parametrization, ParametrizationError, gallery_entry, read
from solver.limits import (
    ClosedForm,
    Training,
    closed_form,
    limit_method,
    stable_verdict,
    trained_layers,
)
from solver.reading import Description

INPUTS = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -0.5], [0.5, 0.0, 1.0]])
PROBE = np.array([[0.3, -0.2, 0.4]])


def training(**changes: object) -> Training:
    usual = {
        "inputs": INPUTS,
        "targets": np.array([1.0, -1.0, 0.5]),
        "probe": PROBE,
        "loss": "mse",
        "learning_rate": 0.5,
        "batches": ((0, 1, 2),) * 4,
    }
    return Training(**{**usual, **changes})  # type: ignore[arg-type]


def named(name: str, depth: int, s: str | None = None) -> Parametrization:
    return gallery_entry(name).roles(None if s is None else Fraction(s)).at_depth(depth)


def given(**values: object) -> Parametrization:
    found = read(Description(**values))  # type: ignore[arg-type]
    assert isinstance(found, Parametrization)
    return found


def solved(
    parametrization: Parametrization, task: Training, activation: str = "tanh", **options: object
) -> ClosedForm:
    verdict = stable_verdict(parametrization, activation)  # type: ignore[arg-type]
    return closed_form(verdict, activation, task, **options)  # type: ignore[arg-type]


def test_which_parts_of_the_kernel_are_there() -> None:
    """NTK has all; in the standard parametrization at L >= 2 the first layer stands still."""

    def parts(parametrization: Parametrization) -> tuple[bool, ...]:
        return trained_layers(stable_verdict(parametrization, "tanh"))

    assert parts(named("ntk", 3)) == (True, True, True, True)
    assert parts(named("standard_1_over_n", 2)) == (False, True, True)
    assert parts(named("uniform", 2, "1/4")) == (True, True, True)
    frozen_second = given(depth=2, a=[0, "1/2", "1/2"], b=0, c=[0, 1, 0])
    assert parts(frozen_second) == (True, False, True)


def test_a_linear_network_has_a_kernel_of_known_form() -> None:
    """Every part of the NTK of a linear network is Σ^0, so that K = (L + 1) Σ^0."""
    found = solved(named("ntk", 3), training(), "linear")
    assert found.kernel is not None
    points = training().points
    assert found.kernel.kernel == pytest.approx(4 * points @ points.T)


def test_relu_on_the_sphere() -> None:
    """Published: with Σ^0 = 1, Σ^L = 2^{-L}, and each of the L + 1 parts of the NTK is that."""
    task = training(inputs=np.array([[0.6, 0.8, 0.0]]), targets=np.ones(1), batches=((0,),))
    found = solved(named("ntk", 2), task, "relu")
    assert found.kernel is not None
    assert found.kernel.sigma[0, 0] == pytest.approx(1 / 4)
    assert found.kernel.kernel[0, 0] == pytest.approx(3 / 4)


def test_the_spread_over_initializations_is_that_of_draws() -> None:
    """Mean and deviation of squared error are exact; here against gradient descent from draws."""
    task, limit = training(), solved(named("ntk", 2), training())
    assert limit.kernel is not None
    draws = np.random.default_rng(1).multivariate_normal(np.zeros(4), limit.kernel.sigma, 20_000)
    f = draws.T
    for step in range(5):
        mean, deviation = limit.trajectory.f[step, :, 0], limit.trajectory.deviation[step, :, 0]
        assert np.abs(f.mean(1) - mean).max() < 5 * deviation.max() / np.sqrt(20_000) + 1e-12
        assert f.std(1) == pytest.approx(deviation, rel=0.03, abs=1e-6)
        residual = f[:3] - task.targets[:, None]
        f = f - 0.5 * limit.kernel.kernel[:, :3] @ residual / 3


def test_logistic_loss_averages_over_draws_within_its_standard_error() -> None:
    signs = np.array([1.0, -1.0, 1.0])
    task = training(loss="logistic", targets=signs)
    first = solved(named("ntk", 2), task, seed=1).trajectory
    second = solved(named("ntk", 2), task, seed=2).trajectory
    assert (first.error[1:] > 0).all()
    error = np.hypot(first.error, second.error)[1:]
    assert (np.abs(first.f - second.f)[1:] <= 4.5 * error).all()
    assert ((first.f[-1, :3, 0] * signs) > 0).all()


def test_outputs_may_be_given_to_start_from() -> None:
    start = np.array([[0.2], [0.1], [-0.3], [0.0]])
    found = solved(named("ntk", 2), training(), f0=start)
    assert found.trajectory.f[0] == pytest.approx(start)
    assert not found.trajectory.deviation.any()


def test_two_classes_of_cross_entropy_are_logistic_loss() -> None:
    """f_1 - f_0 then trains with twice the kernel: each of the two moves by half of it."""
    start = np.zeros((4, 2))
    classes = training(loss="cross_entropy", targets=np.array([1.0, 0.0, 1.0]), outputs=2)
    two = solved(named("ntk", 2), classes, f0=start).trajectory.f
    signs = training(loss="logistic", targets=np.array([1.0, -1.0, 1.0]), learning_rate=1.0)
    one = solved(named("ntk", 2), signs, f0=np.zeros((4, 1))).trajectory.f
    assert two[..., 1] - two[..., 0] == pytest.approx(one[..., 0])


def test_a_batch_schedule_is_followed() -> None:
    task = training(batches=((0,), (1, 2), (2,)))
    found = solved(named("ntk", 1), task, f0=np.zeros((4, 1)))
    assert found.kernel is not None
    kernel, f = found.kernel.kernel, np.zeros(4)
    for batch, expected in zip(task.batches, found.trajectory.f[1:, :, 0], strict=True):
        step = sum(kernel[:, i] * (f[i] - task.targets[i]) for i in batch) / len(batch)
        f = f - 0.5 * step
        assert expected == pytest.approx(f)


@pytest.mark.parametrize("name", ["ntk", "standard_1_over_n", "mup"])
def test_the_gauge_changes_nothing(name: str) -> None:
    one = named(name, 1)
    other = one.shifted([Fraction(1, 3), Fraction(-2)])
    activation = "linear" if name == "mup" else "tanh"
    first, second = (solved(each, training(), activation) for each in (one, other))
    assert (first.trajectory.f == second.trajectory.f).all()
    assert (first.trajectory.deviation == second.trajectory.deviation).all()


def test_mup_is_mean_field_at_one_hidden_layer() -> None:
    first, second = (solved(named(name, 1), training(), "linear") for name in ("mup", "mean_field"))
    assert first.method == second.method == "linear"
    assert (first.trajectory.f == second.trajectory.f).all()
    assert np.abs(first.trajectory.f[-1, :3, 0]).min() > 0.1


def test_the_linear_limit_of_the_talk() -> None:
    """f = (AC + BD) ξ with simultaneous updates, for one input and one output."""
    a, b, c, d = 1.0, 0.0, 0.0, 1.0
    xi, target, eta = 0.8, 1.5, 0.2
    task = training(
        inputs=np.array([[xi]]), probe=np.array([[1.0]]), targets=np.array([target]),
        learning_rate=eta, batches=((0,),) * 6,
    )  # fmt: skip
    found = solved(named("mup", 1), task, "linear").trajectory.f
    for step in range(7):
        assert found[step, :, 0] == pytest.approx([(a * c + b * d) * xi, a * c + b * d])
        pull = eta * ((a * c + b * d) * xi - target) * xi
        a, b, c, d = a - pull * c, b - pull * d, c - pull * a, d - pull * b


def test_gradient_flow_of_one_hidden_linear_layer() -> None:
    """dΔ/dt = -2 √(1 + (y - Δ)²) Δ for Δ = y - f at |ξ| = 1, which small steps approach."""
    target, eta, steps = 1.3, 1e-4, 8000
    task = training(
        inputs=np.array([[0.6, 0.8]]), probe=np.zeros((0, 2)), targets=np.array([target]),
        learning_rate=eta, batches=((0,),) * steps,
    )  # fmt: skip
    found = solved(named("mup", 1), task, "linear").trajectory.f[:, 0, 0]
    flow = solve_ivp(
        lambda _, gap: -2 * np.sqrt(1 + (target - gap) ** 2) * gap,
        (0, eta * steps), [target], rtol=1e-10, atol=1e-12, t_eval=np.linspace(0, eta * steps, 9),
    )  # fmt: skip
    assert target - found[:: steps // 8] == pytest.approx(flow.y[0], abs=2e-4)


def test_a_trivial_parametrization_stands_still() -> None:
    lazy = given(depth=2, a=[0, "1/2", "1/2"], b=0, c=1)
    found = solved(lazy, training()).trajectory
    assert (found.f == 0).all()
    assert (found.deviation == found.deviation[0]).all()


def test_what_has_no_limit_is_refused_with_the_condition() -> None:
    with pytest.raises(ParametrizationError, match=r"unstable.*features\.initial_readout"):
        stable_verdict(named("standard", 2), "tanh")
    with pytest.raises(ParametrizationError, match="operator regime under adam"):
        stable_verdict(named("ntk_adam", 2), "tanh")
    with pytest.raises(ParametrizationError, match="lower learning_rate"):
        solved(named("ntk", 2), training(learning_rate=1000.0, batches=((0, 1, 2),) * 200))


def test_methods() -> None:
    def method(parametrization: Parametrization, activation: str = "tanh") -> str:
        verdict = stable_verdict(parametrization, activation)  # type: ignore[arg-type]
        return limit_method(verdict, activation)  # type: ignore[arg-type]

    assert method(named("ntk", 2)) == "kernel"
    assert method(named("mup", 1), "linear") == "linear"
    assert method(named("mup", 2), "linear") == "simulation"
    assert method(named("mup", 1)) == "simulation"


#: (1,1), (1,2) and (2,2) of Σ^2 and of the NTK at L = 2, from neural-tangents 0.6.5: Dense layers
#: of W_std 1 without biases on the first two inputs (times √3: it divides by the dimension).
PUBLISHED = {
    "relu": (
        (0.31249999999999994, 0.19961892689004102, 0.31249999999999994),
        (0.9374999999999998, 0.3696628741917163, 0.9374999999999998),
    ),
    "erf": (
        (0.33570831554728214, 0.11733718092552628, 0.33570831554728214),
        (1.1820117389034492, 0.3581424305748875, 1.1820117389034492),
    ),
    "gelu": (
        (0.21113901112936745, 0.10346959017003107, 0.21113901112936745),
        (0.680635352878604, 0.23765074453367935, 0.680635352878604),
    ),
}


@pytest.mark.parametrize("activation", PUBLISHED)
def test_kernels_are_those_of_neural_tangents(activation: str) -> None:
    task = training(inputs=INPUTS[:2], targets=np.zeros(2), batches=((0, 1),))
    kernel = solved(named("ntk", 2), task, activation).kernel
    assert kernel is not None
    for found, published in zip((kernel.sigma, kernel.kernel), PUBLISHED[activation], strict=True):
        assert (found[0, 0], found[0, 1], found[1, 1]) == pytest.approx(published, abs=1e-7)
