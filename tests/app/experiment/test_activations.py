"""φ, φ' and changes of φ against arithmetic with sixty digits."""

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import mpmath
import pytest
import torch
from torch import Tensor

from app.experiment.activations import NONLINEARITIES
from solver import Activation

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 60

Exact = Callable[[Any], Any]
EXACT: Mapping[Activation, Exact] = {
    "tanh": CONTEXT.tanh,
    "relu": lambda h: h if h > 0 else CONTEXT.mpf(0),
    "gelu": lambda h: h * CONTEXT.ncdf(h),
    "silu": lambda h: h / (1 + CONTEXT.exp(-h)),
    "erf": CONTEXT.erf,
    "linear": lambda h: h,
}
POINTS = [-30.0, -6.0, -2.5, -1.0, -0.75, -0.1, -1e-8, 1e-8, 0.3, 0.9, 2.0, 5.0, 20.0]
CHANGES = [
    sign * size
    for size in (1e-300, 1e-100, 1e-20, 1e-12, 1e-6, 9.99e-4, 1.001e-3, 0.03, 0.7, 4.0, 60.0)
    for sign in (1, -1)
]


def exactly(function: Callable[[Any], Any], *arguments: float) -> float:
    return float(function(*map(CONTEXT.mpf, arguments)))


def tensor(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("name", EXACT)
def test_value_and_derivative(name: Activation) -> None:
    phi, exact, h = NONLINEARITIES[name], EXACT[name], tensor(POINTS)
    x = phi.value(h)
    assert x.tolist() == pytest.approx(
        [exactly(exact, each) for each in POINTS], rel=3e-16, abs=1e-15
    )
    slopes = [exactly(lambda each: CONTEXT.diff(exact, each), each) for each in POINTS]
    assert phi.derivative(h, x).tolist() == pytest.approx(slopes, abs=1e-14)


@pytest.mark.parametrize("name", EXACT)
def test_changes_keep_their_digits(name: Activation) -> None:
    """Relative to the change of h: φ' may vanish, and no formula has more to go by."""
    phi, exact = NONLINEARITIES[name], EXACT[name]
    for h, by in product(POINTS, CHANGES):
        before, after = phi.value(tensor([h])), phi.value(tensor([h + by]))
        changed = phi.change_(tensor([by]), tensor([h]), before, after)
        with CONTEXT.workdps(60 - round(math.log10(abs(by)))):  # of h + by, sixty of by
            expected = exactly(lambda h, by: exact(h + by) - exact(h), h, by)
        assert changed.item() == pytest.approx(expected, rel=1e-12, abs=1e-11 * abs(by)), (h, by)


@pytest.mark.parametrize("name", EXACT)
def test_results_are_written_where_they_are_asked_for(name: Activation) -> None:
    phi, h = NONLINEARITIES[name], tensor(POINTS)
    kept = h.clone()
    x = phi.value(h)
    value, slope, by = torch.empty_like(h), torch.empty_like(h), torch.ones_like(h)
    assert phi.value(h, out=value) is value
    assert phi.derivative(h, x, out=slope) is slope
    assert phi.change_(by, h, x, phi.value(h + 1)) is by
    assert torch.equal(value, x)
    assert torch.equal(slope, phi.derivative(h, x))
    assert torch.equal(h, kept)


@pytest.mark.parametrize("name", EXACT)
def test_what_is_not_a_number_stays_so(name: Activation) -> None:
    phi, h = NONLINEARITIES[name], tensor([float("nan"), 1.0])
    x = phi.value(h)
    changed = phi.change_(h.clone(), h, x, phi.value(2 * h))
    for values in (x, changed):
        assert values.isnan().tolist() == [True, False]


@pytest.mark.parametrize("name", EXACT)
def test_autograd_agrees_with_the_derivative(name: Activation) -> None:
    phi, h = NONLINEARITIES[name], tensor([*POINTS, 0.0]).requires_grad_()
    phi.value(h).sum().backward()
    detached = h.detach()
    assert h.grad is not None
    assert torch.allclose(h.grad, phi.derivative(detached, phi.value(detached)), atol=1e-14)
