"""Named programs: what Tensor Programs are used for, each small enough to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class GalleryProgram:
    """A program, and what its limits should be by theory, in words."""

    name: str
    title: str
    says: str
    source: str
    program: Mapping[str, Any]


_ONE: Final = {"std": 1}


def _product(let: str, matrix: str, of: str) -> dict[str, str]:
    return {"let": let, "matmul": matrix, "of": of}


def _vector(let: str, expression: str) -> dict[str, str]:
    return {"let": let, "nonlin": expression}


def _scalar(let: str, expression: str) -> dict[str, str]:
    return {"let": let, "moment": expression}


def _symmetric(of: str, to: str) -> list[dict[str, str]]:
    """``to`` = (W + Wᵀ)/√2 times ``of``."""
    return [
        _product(f"right_{to}", "W", of),
        _product(f"left_{to}", "W^T", of),
        _vector(to, f"(right_{to} + left_{to})/sqrt(2)"),
    ]


_SEMICIRCLE: Final = GalleryProgram(
    "semicircle",
    "The semicircle law",
    "For A = (W + Wᵀ)/√2 and a Gaussian v, the mean of v·Aᵏv is the k-th moment of the eigenvalues "
    "of A: 0 for odd k, and the Catalan numbers 1, 2, 5 for k = 2, 4, 6.",
    "Wigner 1955; Tensor Programs III, arXiv 2009.10685",
    {
        "matrices": {"W": _ONE},
        "vectors": {"v": _ONE},
        "program": [
            *_symmetric("v", "x1"),
            *_symmetric("x1", "x2"),
            *_symmetric("x2", "x3"),
            _scalar("m1", "v*x1"),
            _scalar("m2", "x1*x1"),
            _scalar("m4", "x2*x2"),
            _scalar("m6", "x3*x3"),
        ],
        "joint": ["v", "x1", "x2"],
        "precision": 0.02,
    },
)

_KERNELS: Final = GalleryProgram(
    "kernels",
    "The kernels of a perceptron: NNGP and NTK",
    "A perceptron of two hidden layers with relu and He's initialization on two inputs at an angle "
    "of 60 degrees. S1 and S2 are the covariances of its layers (arc-cosine kernels, S2 is the "
    "NNGP), K = S2 + p2·S1 + 2·p1·S0 its neural tangent kernel.",
    "Cho & Saul 2009; Jacot et al. 2018; Tensor Programs II, arXiv 2006.14548",
    {
        "matrices": {"W": {"std": sqrt(2)}},
        "vectors": {
            "covariance": {"names": ["h1", "k1"], "matrix": [[2, 1], [1, 2]]},
            "v": {"std": sqrt(2)},
        },
        "scalars": {"S0": 0.5},
        "program": [
            _vector("x1", "relu(h1)"),
            _vector("y1", "relu(k1)"),
            _product("h2", "W", "x1"),
            _product("k2", "W", "y1"),
            _vector("x2", "relu(h2)"),
            _vector("y2", "relu(k2)"),
            _scalar("S1", "2*x1*y1"),
            _scalar("S2", "2*x2*y2"),
            _vector("dh2", "v*step(h2)"),
            _vector("dk2", "v*step(k2)"),
            _scalar("p2", "dh2*dk2"),
            _product("dx1", "W^T", "dh2"),
            _product("dy1", "W^T", "dk2"),
            _scalar("p1", "dx1*step(h1)*dy1*step(k1)"),
            _scalar("K", "S2 + p2*S1 + 2*p1*S0"),
        ],
        "report": ["S1", "S2", "p2", "p1", "K"],
        "joint": ["h2", "k2"],
        "precision": 0.01,
    },
)

_INDEPENDENCE: Final = GalleryProgram(
    "gradient_independence",
    "Gradient independence, and where it fails",
    "A gradient Wᵀ dh may be computed as if Wᵀ were independent of the W of the forward pass: "
    "backward and backward_as_if agree. After one step it may not: W meets Wᵀ, and after, the "
    "covariance of W Wᵀ dh with dh, is that of dh, where after_as_if is 0.",
    "Tensor Programs II, arXiv 2006.14548",
    {
        "matrices": {"W": _ONE, "U": _ONE},
        "vectors": {"x": _ONE, "v": _ONE},
        "program": [
            _product("h", "W", "x"),
            _vector("dh", "v*(1 - tanh(h)^2)"),
            _scalar("dh2", "dh*dh"),
            _product("dx", "W^T", "dh"),
            _product("dx_as_if", "U^T", "dh"),
            _scalar("backward", "dx*dx"),
            _scalar("backward_as_if", "dx_as_if*dx_as_if"),
            _product("moved", "W", "dx"),
            _product("moved_as_if", "W", "dx_as_if"),
            _scalar("after", "moved*dh"),
            _scalar("after_as_if", "moved_as_if*dh"),
        ],
        "joint": ["dh", "moved", "moved_as_if"],
        "precision": 0.005,
    },
)


def _sgd(steps: int) -> list[dict[str, str]]:
    """Steps of SGD on one example, in the maximal update parametrization."""
    program: list[dict[str, str]] = []
    for step in range(steps + 1):
        u, v = f"u{step}", f"v{step}"
        program.append(_scalar(f"f{step}", f"{v}*tanh({u}*xi)"))
        if step < steps:
            slope = f"rate*(f{step} - y)"
            program += [
                _vector(f"u{step + 1}", f"{u} - {slope}*{v}*(1 - tanh({u}*xi)^2)*xi"),
                _vector(f"v{step + 1}", f"{v} - {slope}*tanh({u}*xi)"),
            ]
    return program


_SGD: Final = GalleryProgram(
    "sgd",
    "SGD on one hidden layer that learns features",
    "A network of one hidden layer with tanh in µP, trained by SGD on one example (xi, y) with "
    "squared error: f0 is 0, and f1, f2, … are the output after each step, in the limit of "
    "infinite width. Features move: u3 is not u0.",
    "Tensor Programs IV, arXiv 2011.14522",
    {
        "vectors": {"u0": _ONE, "v0": _ONE},
        "scalars": {"xi": 1, "y": 1, "rate": 0.5},
        "program": _sgd(3),
        "joint": ["u0", "u3"],
        "precision": 0.001,
    },
)

_RESIDUAL: Final = GalleryProgram(
    "residual",
    "A residual network",
    "Each block adds tanh of a Gaussian matrix: q, the mean square of the stream, obeys "
    "q' = q + E tanh(√q z)² with a standard Gaussian z.",
    "Yang & Schoenholz 2017, arXiv 1712.08969",
    {
        "matrices": {"A": _ONE, "B": _ONE, "C": _ONE},
        "vectors": {"x0": _ONE},
        "program": [
            *(
                each
                for layer, matrix in enumerate("ABC", start=1)
                for each in (
                    _product(f"h{layer}", matrix, f"x{layer - 1}"),
                    _vector(f"x{layer}", f"x{layer - 1} + tanh(h{layer})"),
                    _scalar(f"q{layer}", f"x{layer}*x{layer}"),
                )
            )
        ],
        "joint": ["x0", "x3"],
        "precision": 0.005,
    },
)

_ATTENTION: Final = GalleryProgram(
    "attention",
    "One attention head",
    "Three tokens with given correlations, and one matrix for queries and keys. The logits q·k/n "
    "become their covariances, attention weights a1, a2, a3 become the softmax of these, and the "
    "output has the variance Σ a_i a_j C_ij. (With independent matrices for queries and keys all "
    "logits are 0 in the limit, and the weights 1/3.)",
    "Tensor Programs II, arXiv 2006.14548; Hron et al. 2020, arXiv 2006.10540",
    {
        "matrices": {"Q": _ONE, "V": _ONE},
        "vectors": {
            "covariance": {
                "names": ["t1", "t2", "t3"],
                "matrix": [[1, 0.5, -0.25], [0.5, 1, 0], [-0.25, 0, 1]],
            }
        },
        "program": [
            *(_product(f"q{token}", "Q", f"t{token}") for token in (1, 2, 3)),
            *(_product(f"w{token}", "V", f"t{token}") for token in (1, 2, 3)),
            *(_scalar(f"s{token}", f"q1*q{token}") for token in (1, 2, 3)),
            _scalar("total", "exp(s1) + exp(s2) + exp(s3)"),
            *(_scalar(f"a{token}", f"exp(s{token})/total") for token in (1, 2, 3)),
            _vector("out", "a1*w1 + a2*w2 + a3*w3"),
            _scalar("variance", "out*out"),
        ],
        "report": ["s1", "s2", "s3", "a1", "a2", "a3", "variance"],
        "joint": ["out"],
        "precision": 0.005,
    },
)

_RMSNORM: Final = GalleryProgram(
    "rmsnorm",
    "RMSNorm",
    "Two layers, each divided by its root mean square: whatever the scale of the input and of the "
    "weights, tanh sees a standard Gaussian, and both layers come to E tanh(z)².",
    "Zhang & Sennrich 2019, arXiv 1910.07467",
    {
        "matrices": {"A": {"std": 3}, "B": {"std": 0.2}},
        "vectors": {"x": {"std": 2}},
        "program": [
            _product("h1", "A", "x"),
            _scalar("r1", "h1*h1"),
            _vector("x1", "tanh(h1/sqrt(r1))"),
            _scalar("q1", "x1*x1"),
            _product("h2", "B", "x1"),
            _scalar("r2", "h2*h2"),
            _vector("x2", "tanh(h2/sqrt(r2))"),
            _scalar("q2", "x2*x2"),
        ],
        "report": ["q1", "q2"],
        "joint": ["x1", "x2"],
        "precision": 0.001,
    },
)


def _normalized(layer: int) -> list[dict[str, str]]:
    """Batch normalization of h1 .. h4 of a layer, and relu."""
    names = [f"h{layer}{each}" for each in "abcd"]
    mean, spread = f"mean{layer}", f"spread{layer}"
    squares = " + ".join(f"({name} - {mean})^2" for name in names)
    return [
        _vector(mean, f"({' + '.join(names)})/4"),
        _vector(spread, f"sqrt(({squares})/4 + 0.1)"),
        *(_vector(f"y{layer}{each}", f"(h{layer}{each} - {mean})/{spread}") for each in "abcd"),
        *(_vector(f"x{layer}{each}", f"relu(y{layer}{each})") for each in "abcd"),
    ]


_BATCHNORM: Final = GalleryProgram(
    "batchnorm",
    "Batch normalization",
    "Two layers on a batch of four independent inputs: each coordinate is centred and scaled over "
    "the batch, which is an entrywise function of four vectors. variance1 is E[S/(S + 1/10)] with "
    "4S ~ χ² of 3 degrees of freedom; covariance1 is minus a third of it, since the batch sums to "
    "0.",
    "Yang et al. 2019, arXiv 1902.08129",
    {
        "matrices": {"W": {"std": sqrt(2)}},
        "vectors": {f"h1{each}": _ONE for each in "abcd"},
        "program": [
            *_normalized(1),
            _scalar("variance1", "y1a*y1a"),
            _scalar("covariance1", "y1a*y1b"),
            _scalar("square1", "x1a*x1a"),
            *(_product(f"h2{each}", "W", f"x1{each}") for each in "abcd"),
            *_normalized(2),
            _scalar("variance2", "y2a*y2a"),
            _scalar("covariance2", "y2a*y2b"),
        ],
        "joint": ["y1a", "y2a"],
        "precision": 0.005,
    },
)

GALLERY: Final[Mapping[str, GalleryProgram]] = MappingProxyType(
    {
        each.name: each
        for each in (
            *(_SEMICIRCLE, _KERNELS, _INDEPENDENCE, _SGD),
            *(_RESIDUAL, _ATTENTION, _RMSNORM, _BATCHNORM),
        )
    }
)
