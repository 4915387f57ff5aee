"""Kernels of networks with biases, residual branches and norms, against those of wide networks."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from solver import Parametrization, read
from solver.limits import Training, closed_form, stable_verdict
from solver.reading import Description

pytestmark = pytest.mark.training

POINTS = torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, -0.5], [0.3, -0.2, 0.4]], dtype=torch.float64)
PHI = {"tanh": torch.tanh, "relu": torch.relu, "erf": torch.erf}
WIDTH, NETWORKS = 1024, 24

#: In each, exponents of weights are lists, of biases one for all layers.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "biases": ("tanh", {
        "a": [0, "1/2", "1/2"], "b": 0, "c": 0, "bias": {"a": 0, "b": 0, "c": 0},
    }),
    "biases at zero, trained": ("erf", {
        "a": [0, "1/2", "1/2"], "b": 0, "c": 0, "bias": {"a": 0, "b": "inf", "c": 0},
    }),
    "biases that do not train": ("relu", {
        "a": [0, "1/2", "1/2"], "b": 0, "c": 0, "bias": {"a": 0, "b": 0, "c": 1},
    }),
    "a residual branch": ("tanh", {
        "a": [0, "1/2", "1/2", "1/2"], "b": 0, "c": 0, "residual": [False, True, False],
    }),
    "residual branches and biases": ("relu", {
        "a": [0, "1/2", "1/2", "1/2"], "b": 0, "c": 0, "residual": True,
        "bias": {"a": 0, "b": 0, "c": 0},
    }),
    "a branch that vanishes at initialization": ("tanh", {
        "a": [0, 1, "1/2"], "b": 0, "c": [0, -1, 0], "residual": True,
    }),
    "a branch that starts at zero": ("tanh", {
        "a": [0, "1/2", "1/2", "1/2"], "b": [0, "inf", 0, 0], "c": 0,
        "residual": [False, True, False],
    }),
    "normalized layers": ("tanh", {
        "a": [0, 0, "1/2", "1/2"], "b": 0, "c": 0, "normalized": [True, True, False],
        "bias": {"a": 0, "b": 0, "c": 0},
    }),
    "a frozen layer": ("tanh", {"a": [0, "1/2", "1/2"], "b": 0, "c": ["inf", 0, 0]}),
}  # fmt: skip


def given(description: dict[str, Any]) -> Parametrization:
    depth = len(description["a"]) - 1
    found = read(Description(depth=depth, **description))
    assert isinstance(found, Parametrization)
    return found


def std(exponent: object) -> float:
    return 0.0 if str(exponent) == "inf" else float(WIDTH) ** -float(exponent)  # type: ignore[arg-type]


def tangents(network: Parametrization, phi: str, seed: int) -> list[Tensor]:
    """n^{-c} ⟨∂f(ξ)/∂w, ∂f(ζ)/∂w⟩ by autograd: weights of the layers 1..L+1, biases of 1..L."""
    torch.manual_seed(seed)
    depth, wiring = network.depth, network.wiring
    shapes = [(WIDTH, 3), *[(WIDTH, WIDTH)] * (depth - 1), (1, WIDTH)]
    exponents = [*network.layers, *(each.exponents for each in wiring.biases)]
    shapes += [(WIDTH, 1)] * len(wiring.biases)
    tensors = [
        (std(each.b) * torch.randn(shape, dtype=torch.float64)).requires_grad_()
        for each, shape in zip(exponents, shapes, strict=True)
    ]
    scaled = [std(each.a) * w for each, w in zip(exponents, tensors, strict=True)]
    x = POINTS.T
    for place in range(depth):
        h = scaled[place] @ x
        if wiring.normalized_at(place):
            h = h / h.square().mean(dim=0, keepdim=True).sqrt()
        if wiring.biases:
            h = h + scaled[depth + 1 + place]
        x = PHI[phi](h) + (x if wiring.residual_at(place) else 0)
    f = (scaled[depth] @ x)[0]
    gradients = [torch.autograd.grad(each, tensors, retain_graph=True) for each in f]
    rates = [0.0 if each.frozen else float(WIDTH) ** -float(each.c) for each in exponents]
    kernels = []
    for tensor, rate in enumerate(rates):
        rows = torch.stack([each[tensor].flatten() for each in gradients])
        kernels.append(rate * rows @ rows.T)
    return kernels


@pytest.mark.parametrize("name", CASES)
def test_parts_are_those_of_wide_networks(name: str) -> None:
    phi, description = CASES[name]
    network = given(description)
    points = POINTS.numpy()
    task = Training(
        inputs=points, targets=np.zeros(3), probe=np.zeros((0, 3)), loss="mse",
        learning_rate=0.1, batches=((0, 1, 2),),
    )  # fmt: skip
    kernel = closed_form(stable_verdict(network, phi), phi, task).kernel  # type: ignore[arg-type]
    assert kernel is not None
    measured = torch.stack(
        [torch.stack(tangents(network, phi, seed)) for seed in range(NETWORKS)]
    ).numpy()
    mean, error = measured.mean(0), measured.std(0, ddof=1) / np.sqrt(NETWORKS)
    parts = (*kernel.parts, *kernel.biases)
    assert any(part is not None for part in parts)
    for part, found, spread in zip(parts, mean, error, strict=True):
        expected = np.zeros((3, 3)) if part is None else part
        size = np.abs(expected).max() or np.abs(kernel.kernel).max()
        assert (np.abs(found - expected) <= 4 * spread + 0.01 * size).all()
    assert kernel.kernel == pytest.approx(sum(part for part in parts if part is not None))
