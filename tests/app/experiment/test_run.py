"""Measurements: what comes back, whatever happens in the networks and however they are run."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from app.experiment.cores import shared_out
from app.experiment.data import training_batch
from app.experiment.norms import row_norms
from app.experiment.plan import Experiment, Measurement, Method
from app.experiment.recorder import Recorder, root_mean_square
from app.experiment.run import DeviceError, device_name, measure
from app.experiment.sampling import gaussians
from solver import Activation
from solver.theory.predicted_exponents import Place, places
from tests.app.experiment.experiments import described, experiment, listed, named

pytestmark = pytest.mark.training

METHODS: tuple[Method, ...] = ("matrix_free", "dense")
NTK = ("0 1/2 1/2", "0 0 0")
CPU = torch.device("cpu")


def sizes(each: Experiment, width: int, first: int, networks: int) -> npt.NDArray[np.float64]:
    """(places, networks), NaN for None."""
    return np.array(measure(each, Measurement(width, first, networks)), float)


@pytest.fixture(params=[1, 2, 5])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_decay_alone_leaves_normalized_layers_where_they_are() -> None:
    """Exactly: to a check, what theory says is zero must be zero."""
    given = described(depth=2, a=[0, 0, 1], b=[0, 0, "inf"], c=[-1, -1, "inf"], normalized=True,
                      weight_decay=[1, "5/4", None])  # fmt: skip
    each = experiment(given, widths=(64,), steps=3)
    rows = measure(each, Measurement(64, 0, 2))
    for place, row in zip(places(2, 3), rows, strict=True):
        if place.quantity.startswith("delta") or place.quantity == "update":
            assert row == [0.0, 0.0], place


@pytest.mark.parametrize("method", METHODS)
def test_networks_come_out_the_same_alone_and_together(method: Method, threads: int) -> None:
    each = experiment(named("mup", 3), method=method, steps=2)
    together = sizes(each, 40, 7, 5)
    assert together.shape == (len(list(places(3, 2))), 5)
    alone = np.concatenate([sizes(each, 40, 7 + network, 1) for network in range(5)], axis=1)
    assert np.allclose(together, alone, rtol=1e-9, atol=0)
    assert len(set(together[0])) == 5
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("method", METHODS)
def test_another_seed_is_another_batch_and_other_networks(method: Method) -> None:
    each = experiment(named("mup", 2), method=method, steps=1)
    other = replace(each, seed=1)
    one, two = (training_batch(some)[0] for some in (each, other))
    assert not np.isclose(one, two).any()
    assert not np.isclose(sizes(each, 40, 0, 3), sizes(other, 40, 0, 3)).any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "silu", "erf", "linear"])
def test_changes_far_below_rounding_are_measured(method: Method, activation: Activation) -> None:
    """To first order everything that changes is proportional to η and to the step."""
    each = experiment(
        listed(*NTK, "0"), method=method, activation=activation, learning_rate=1e-5, steps=2
    )
    tiny = replace(each, learning_rate=1e-25)
    small, tinier = sizes(each, 50, 0, 2), sizes(tiny, 50, 0, 2)
    for place, one, two in zip(places(2, 2), small, tinier, strict=True):
        if place.quantity in ("h", "x", "f"):
            assert np.allclose(one, two, rtol=1e-3)
        else:
            assert np.allclose(two, 1e-20 * one, rtol=1e-3, atol=0), place
    at = dict(zip(places(2, 2), tinier, strict=True))
    for quantity in ("update", "delta_h", "delta_x"):
        first, second = (at[Place(quantity, 2, step)] for step in (1, 2))  # type: ignore[arg-type]
        assert np.allclose(second, 2 * first, rtol=1e-9, atol=0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("exponents", "changes"),
    [
        ((*NTK, "-1000"), {}),
        (("0 0 0", "0 1/2 1/2", "0"), {"activation": "relu", "learning_rate": 1e6, "steps": 8}),
        (("0 0 0", "-200 1/2 1/2", "0"), {"activation": "linear"}),
        (("0 0 0", "0 -1000 1/2", "0"), {"activation": "gelu"}),
        (("0 0 0", "0 1/2 -1000", "0"), {"loss": "logistic"}),
        (("1000 -1000 7", "-1000 1000 -7", "-1000"), {}),
    ],
    ids=["rate", "training", "input", "hidden", "readout", "multipliers"],
)
def test_overflow_is_data(
    method: Method, exponents: tuple[str, str, str], changes: dict[str, Any]
) -> None:
    each = experiment(listed(*exponents), method=method, **changes)
    rows = measure(each, Measurement(30, 0, 3))
    assert any(size is None for row in rows for size in row)
    assert all(size is None or size >= 0 for row in rows for size in row)


@pytest.mark.parametrize("method", METHODS)
def test_underflow_is_data(method: Method) -> None:
    each = experiment(listed(*NTK, "1000"), method=method)
    for place, row in zip(places(2, 4), measure(each, Measurement(30, 0, 2)), strict=True):
        moves = place.quantity not in ("h", "x", "f")
        assert all(size == 0 if moves else size and size > 0 for size in row), place


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_norms_at_every_scale(size: float) -> None:
    rows = size * torch.tensor([[3.0, 4.0], [0.0, 0.0], [1e-3, 0.0]], dtype=torch.float64)
    norms = torch.tensor([5.0, 0.0, 1e-3], dtype=torch.float64)
    assert torch.allclose(row_norms(rows) / size, norms, rtol=1e-14, atol=0)
    assert root_mean_square(rows[:, None]).tolist() == pytest.approx(
        (norms * size / 2**0.5).tolist(), rel=1e-14, abs=0
    )


def test_norms_of_what_is_no_number() -> None:
    inf, nan = float("inf"), float("nan")
    rows = torch.tensor([[inf, 1.0], [nan, 1.0], [1e200, 0.0]], dtype=torch.float64)
    assert row_norms(rows).isfinite().tolist() == [False, False, True]
    recorder = Recorder(1, 1, 3, CPU)
    recorder.record("h", 1, 0, rows)
    assert recorder.rows()[0] == [None, None, pytest.approx(1e200 / 2**0.5)]
    assert recorder.rows()[1] == [None] * 3  # never recorded


def test_gaussians_are_standard_and_no_two_alike(threads: int) -> None:
    storage = torch.full((3, 8, 50_000), 7.0, dtype=torch.float64)
    out = gaussians(0, range(5, 8), CPU).fill(storage[:, 2:7])
    assert bool((storage[:, [0, 1, 7]] == 7).all())
    rows = out.flatten(0, 1)
    noise = rows.shape[1] ** -0.5
    correlations = rows @ rows.mT / rows.shape[1]
    assert (correlations - torch.eye(15)).abs().max() < 6 * noise
    assert rows.mean(1).abs().max() < 6 * noise
    assert (rows.pow(4).mean(1) - 3).abs().max() < 6 * 96**0.5 * noise
    # a network has its stream whatever the others are, and however many threads draw
    again = gaussians(0, range(6, 7), CPU).fill(torch.empty(1, 5, 50_000, dtype=torch.float64))
    assert torch.equal(again[0], out[1])


def test_shares_are_put_together_in_order(threads: int) -> None:
    def simulate(networks: range) -> list[list[float | None]]:
        return [[float(each) for each in networks], [None for _ in networks]]

    for count in (1, 2, 7):
        rows = shared_out(simulate, range(3, 3 + count), floats=10)
        assert rows == [[float(each) for each in range(3, 3 + count)], [None] * count]


def test_a_failing_share_is_told_and_leaves_nothing_behind(threads: int) -> None:
    def simulate(networks: range) -> list[list[float | None]]:
        raise ValueError(f"no network {networks[-1]}")

    with pytest.raises(ValueError, match="no network"):
        shared_out(simulate, range(4), floats=10)
    assert torch.get_num_threads() == threads


def test_batches_are_synthetic_or_the_callers() -> None:
    each = experiment(named("mup", 2), batch_size=5, input_dim=3)
    inputs, targets = training_batch(each)
    assert inputs.shape == (5, 3)
    assert np.allclose(np.linalg.norm(inputs, axis=1), 1)
    assert set(targets) == {-1.0, 1.0}
    own = replace(each, inputs=((1.0, 2.0),), targets=(5.0,), batch_size=1, input_dim=2, seed=9)
    assert [part.tolist() for part in training_batch(own)] == [[[1.0, 2.0]], [5.0]]


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    each = experiment(named("mup", 1))
    assert device_name(replace(each, device="auto")) == "cpu"
    with pytest.raises(DeviceError, match='ask for "auto"'):
        measure(replace(each, device="cuda"), Measurement(10, 0, 1))
