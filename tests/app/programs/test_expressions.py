"""Expressions mean what they mean in Python, and lie where they are said to lie."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from app.programs.entrywise import evaluate
from app.programs.errors import ExpressionError
from app.programs.expressions import parse
from app.programs.functions import FUNCTIONS, Extent
from app.programs.meaning import meaning

SAMPLES = np.random.default_rng(0).standard_normal((3, 400)) * [[0.5], [1.0], [3.0]]
VECTORS = dict(zip("uvw", SAMPLES, strict=True))
SCALARS = {"s": 0.7, "t": -1.3}
KNOWN = {
    **{name: Extent(-math.inf, math.inf, 1.0, True) for name in VECTORS},
    **{name: Extent(value, value, 0.0, False) for name, value in SCALARS.items()},
}
erf = np.vectorize(math.erf)
# An evaluation of its own: Python's parser, and numpy.
NUMPY: dict[str, Any] = {
    "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "erf": erf, "sign": np.sign,
    "step": lambda x: np.heaviside(x, 0), "abs": np.abs, "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2, "silu": lambda x: x / (1 + np.exp(-x)),
    "sin": np.sin, "cos": np.cos, "exp": np.exp, "sqrt": np.sqrt, "log": np.log,
    "min": np.minimum, "max": np.maximum, "pi": np.pi,
}  # fmt: skip


def ours(text: str) -> tuple[np.ndarray[Any, Any], Extent]:
    found = meaning(parse(text, 1000, 50), KNOWN)
    values: Mapping[str, torch.Tensor] = {
        **{name: torch.tensor(each)[None] for name, each in VECTORS.items()},
        **{name: torch.full((1, 1), each, dtype=torch.float64) for name, each in SCALARS.items()},
    }
    value = evaluate(found.node, values)
    array = value.numpy()[0] if isinstance(value, torch.Tensor) else np.array([value])
    return np.broadcast_to(array, 400), found.extent


def reference(text: str) -> np.ndarray[Any, Any]:
    names = {**NUMPY, **VECTORS, **SCALARS}
    return np.broadcast_to(eval(text.replace("^", "**"), {"__builtins__": {}}, names), 400)


@pytest.mark.parametrize(
    "text",
    [
        "1 + 2*3 - 4/8", "-2^2", "2^-1 + 0*u", "2**3**2/512", "-u^2", "(-u)^2", "u - v - w",
        "u/2/3", "u - (v - w)", "s*u + t*v", "u*v*u", "1.5e-3*u", ".5*u", "2*pi*u", "+u - -v",
        "u/s", "s/t/2", "s^0.5 + u", "(1 + u^2)^-0.5", "(u^2 + 1)^(1/2)", "1/(1 + u*u)",
        "exp(-u^2)", "exp(min(u, 2))", "exp(tanh(u))", "sqrt(1 + u^2)", "log(1 + u*u + v*v)",
        "max(u, 0) - relu(u)", "min(u, v) + max(u, v) - u - v", "exp(s) + exp(t)", "sqrt(s)*u",
        *(f"{name}(u)" for name in FUNCTIONS if name not in ("exp", "sqrt", "log", "min", "max")),
    ],
)  # fmt: skip
def test_values_are_those_of_python(text: str) -> None:
    value, extent = ours(text)
    assert value == pytest.approx(reference(text), rel=1e-12, abs=1e-12)
    assert extent.low - 1e-9 <= value.min()
    assert value.max() <= extent.high + 1e-9


TEXTS = st.recursive(
    st.sampled_from(["u", "v", "w", "s", "t", "2", "0.5", "3"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
            lambda each: f"({each[0]} {each[1]} {each[2]})"
        ),
        st.tuples(inner, st.integers(0, 3)).map(lambda each: f"({each[0]})^{each[1]}"),
        inner.map(lambda each: f"(-{each})"),
        st.tuples(st.sampled_from([*FUNCTIONS]), inner).map(
            lambda each: f"{each[0]}({', '.join([each[1]] * FUNCTIONS[each[0]].arguments)})"
        ),
    ),
    max_leaves=8,
)


@given(TEXTS)
def test_values_lie_within_their_extent_and_grow_no_faster(text: str) -> None:
    try:
        value, extent = ours(text)
    except ExpressionError:
        assume(False)
    with np.errstate(all="ignore"):
        expected = reference(text)
    assume(np.isfinite(expected).all())
    scale = max(1.0, float(np.abs(expected).max()))
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale)
    assert extent.low - 1e-9 * scale <= value.min()
    assert value.max() <= extent.high + 1e-9 * scale
    assert extent.entrywise or np.ptp(value) == 0


@pytest.mark.parametrize(
    ("text", "low", "high", "degree"),
    [
        ("u*u", 0, math.inf, 2),
        ("u*v", -math.inf, math.inf, 2),
        ("u^3*v", -math.inf, math.inf, 4),
        ("tanh(u)^2", 0, 1, 0),
        ("1 - tanh(u)^2", 0, 1, 0),
        ("u*(1 - tanh(v)^2)", -math.inf, math.inf, 1),
        ("1/(1 + u^2)", 0, 1, 0),
        ("relu(u) + 1", 1, math.inf, 1),
        ("step(u)*v", -math.inf, math.inf, 1),
        ("(u*u + v*v)/sqrt(0.1 + u^2)", 0, math.inf, 2),
        ("exp(-u^2)", 0, 1, 0),
        ("min(u, 2)", -math.inf, 2, 1),
    ],
)
def test_extents(text: str, low: float, high: float, degree: float) -> None:
    extent = meaning(parse(text, 1000, 50), KNOWN).extent
    assert (extent.low, extent.high, extent.degree) == (low, high, degree)
    assert extent.entrywise
