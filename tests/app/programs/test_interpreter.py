"""Programs on lazily sampled matrices: the law of dense ones, and what holds in every copy."""

from typing import Any

import numpy as np
import pytest
import torch

from app.programs.interpreter import execute
from app.programs.reading import read_program

CPU = torch.device("cpu")
ROUND_TRIP: dict[str, Any] = {
    "matrices": {"W": {"std": 1.5}},
    "vectors": {"v": {"std": 0.8}},
    "scalars": {"s": 0.3},
    "program": [
        {"let": "h", "matmul": "W", "of": "v"},
        {"let": "x", "nonlin": "tanh(h) + s*v"},
        {"let": "g", "matmul": "W^T", "of": "x"},
        {"let": "k", "matmul": "W", "of": "g"},
        {"let": "along", "moment": "g*v"},
        {"let": "across", "moment": "x*h"},
        {"let": "c", "moment": "k*x"},
        {"let": "squares", "moment": "g*g"},
        {"let": "mixed", "moment": "(c - squares)^2 + tanh(k)"},
    ],
    "joint": ["g", "h"],
}


def values(width: int, copies: range, **changed: Any) -> np.ndarray[Any, Any]:
    return execute(read_program({**ROUND_TRIP, **changed}), width, copies, CPU, None)[0]


def test_transposes_are_transposes_in_every_copy() -> None:
    """(Wᵀx)·v = x·(W v), and x·(W Wᵀ x) = |Wᵀ x|², up to rounding."""
    along, across, c, squares, *_ = values(100, range(20))
    assert along == pytest.approx(across, rel=1e-11)
    assert c == pytest.approx(squares, rel=1e-11)
    assert np.ptp(along) > 1e-3


def test_the_law_is_that_of_dense_matrices() -> None:
    width, copies = 12, 3000
    rng = np.random.default_rng(0)
    dense = []
    for _ in range(copies):
        w = rng.standard_normal((width, width)) * 1.5 / np.sqrt(width)
        v = 0.8 * rng.standard_normal(width)
        h = w @ v
        x = np.tanh(h) + 0.3 * v
        g = w.T @ x
        k = w @ g
        c, squares = (k * x).mean(), (g * g).mean()
        mixed = np.mean((c - squares) ** 2 + np.tanh(k))
        covariance = np.cov(g, h, bias=True)
        dense.append(
            [
                *((g * v).mean(), (x * h).mean(), c, squares, mixed, g.mean(), h.mean()),
                *(covariance[0, 0], covariance[0, 1], covariance[1, 1]),
            ]
        )
    lazy, exact = values(width, range(copies)), np.array(dense).T
    assert lazy.shape == exact.shape
    for one, other in zip(lazy, exact, strict=True):
        for power in (1, 2):
            a, b = one**power, other**power
            error = np.sqrt((a.var() + b.var()) / copies) + 1e-12
            assert abs(a.mean() - b.mean()) < 4.5 * error


def test_copies_are_the_same_however_they_are_shared_out() -> None:
    whole = values(50, range(7))
    parts = [values(50, range(3)), values(50, range(3, 7))]
    assert whole == pytest.approx(np.concatenate(parts, axis=1), rel=1e-9, abs=1e-12)


def test_seeds_widths_and_copies_are_told_apart() -> None:
    first = values(50, range(2))
    assert abs(first[:, 0] - first[:, 1]).min() > 0
    assert abs(first - values(50, range(2), seed=1))[:4].min() > 0
    assert abs(first - values(51, range(2)))[:4].min() > 0


def test_coordinates_are_counted_in_bins() -> None:
    program = read_program(ROUND_TRIP)
    edges = np.array([[-1e9, 0.0, 1e9], [-1e9, 1e9, 2e9]])
    _, bins = execute(program, 64, range(3), CPU, edges)
    assert bins is not None
    assert bins.sum(axis=1).tolist() == [192, 192]
    assert bins[1].tolist() == [192, 0]
    assert 0 < bins[0, 0] < 192


def test_given_vectors_have_the_covariance_that_is_given() -> None:
    matrix = [[2.0, -1.0, 0.0], [-1.0, 1.0, 0.5], [0.0, 0.5, 1.0]]
    program = read_program(
        {
            "vectors": {"covariance": {"names": ["a", "b", "c"], "matrix": matrix}},
            "program": [{"let": "one", "moment": "1"}],
            "joint": ["a", "b", "c"],
        }
    )
    found = execute(program, 1000, range(100), CPU, None)[0].mean(axis=1)
    expected = [0, 0, 0, 2, -1, 0, 1, 0.5, 1]
    assert found == pytest.approx([1, *expected], abs=0.03)


def test_a_vector_may_be_the_same_at_every_coordinate() -> None:
    """A bias, from scalars or from a number; and one that is zero, through a matrix."""
    program = read_program(
        {
            "matrices": {"W": {}},
            "scalars": {"s": 2},
            "program": [
                {"let": "bias", "nonlin": "s"},
                {"let": "one", "nonlin": "1"},
                {"let": "zero", "nonlin": "0*bias"},
                {"let": "h", "matmul": "W", "of": "bias"},
                {"let": "nothing", "matmul": "W", "of": "zero"},
                {"let": "m", "moment": "bias + one"},
                {"let": "q", "moment": "h*h"},
                {"let": "z", "moment": "nothing*nothing"},
                {"let": "number", "moment": "2*s^2"},
            ],
        }
    )
    m, q, z, number = execute(program, 400, range(50), CPU, None)[0]
    assert m.tolist() == [3.0] * 50
    assert q.mean() == pytest.approx(4, abs=0.2)
    assert z.tolist() == [0.0] * 50
    assert number.tolist() == [8.0] * 50


def test_what_is_not_finite_stays_in_its_copy() -> None:
    program = read_program(
        {
            "matrices": {"W": {}},
            "vectors": {"v": {}},
            "program": [
                {"let": "m", "moment": "v"},
                {"let": "root", "nonlin": "sqrt(m)*v"},
                {"let": "h", "matmul": "W", "of": "root"},
                {"let": "c", "moment": "h*h"},
            ],
            "report": ["m", "c"],
        }
    )
    m, c = execute(program, 64, range(40), CPU, None)[0]
    assert 5 < (m > 0).sum() < 35
    assert (np.isfinite(c) == (m > 0)).all()
