"""Both methods do what THEORY says, number by number: compared with plainly trained networks.

The methods are handed the Gaussians that the reference gets, so that nothing is left to chance.
For ``matrix_free`` the fresh Gaussians of a hidden matrix are made to be its true products: the
conditioning must then give back the products of that matrix, to rounding.
"""

from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor

from app.experiment import dense, matrix_free
from app.experiment.data import training_batch
from app.experiment.gaussian_matrix import GaussianMatrix
from app.experiment.plan import Experiment
from app.experiment.sampling import Gaussians
from solver.theory.predicted_exponents import places
from tests.app.experiment.experiments import described, experiment, listed, named
from tests.app.experiment.reference_networks import reference_sizes

pytestmark = pytest.mark.training

CPU = torch.device("cpu")
MUP, NTK = ("-1/2 0 1/2", "1/2 1/2 1/2"), ("0 1/2 1/2", "0 0 0")

SGD: dict[str, Experiment] = {
    "mup": experiment(named("mup", 2)),
    "one hidden layer": experiment(named("mean_field", 1)),
    "four hidden layers": experiment(named("ntk", 4)),
    "1/n": experiment(named("standard_1_over_n", 3), learning_rate=5.0),
    "blows up": experiment(named("standard", 2)),
    "relu": experiment(listed(*MUP, "0"), activation="relu"),
    "gelu, logistic": experiment(listed(*NTK, "0"), activation="gelu", loss="logistic"),
    "erf, logistic": experiment(listed(*MUP, "0"), activation="erf", loss="logistic"),
    "linear": experiment(listed(*MUP, "0"), activation="linear", learning_rate=0.1),
    "c by layer": experiment(listed("0 1/4 1/2", "0 1/4 1/4", "1/3 1/2 -1/4")),
    "gauge": experiment(
        listed(*MUP, "0").shifted([Fraction(2), Fraction(-3, 2), Fraction(1, 3)]), loss="logistic"
    ),
    "momentum": experiment(listed(*NTK, "0"), momentum=0.9),
    "momentum, c by layer": experiment(
        listed("-1/4 1/4 1/2 1/3", "1/4 1/4 0 1/6", "1/5 0 -1/2 0"), momentum=0.5, steps=4
    ),
    "zero learning rate": experiment(listed(*NTK, "0"), learning_rate=0.0),
    # batches of the caller's
    "one input": experiment(
        listed(*MUP, "0"), batch_size=1, input_dim=1, inputs=((0.7,),), targets=(-2.0,)
    ),
    "more inputs than dimensions": experiment(
        listed(*NTK, "0"), batch_size=5, input_dim=2, targets=(1.0, 0.0, -1.0, 3.0, 0.5),
        inputs=((1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (1.0, 1.0), (-1.0, 0.3)),
    ),
    "inputs twice, and zero": experiment(
        listed(*MUP, "0"), batch_size=4, input_dim=2, targets=(1.0, 1.0, -1.0, 2.0),
        inputs=((1.0, 0.0), (1.0, 0.0), (0.0, 0.0), (0.0, 1.0)), activation="gelu",
    ),
    "the same input, opposite targets": experiment(
        listed(*MUP, "0"), batch_size=2, input_dim=2, targets=(1.0, -1.0),
        inputs=((1.0, 0.5), (1.0, 0.5)),
    ),
    "inputs of different size": experiment(
        listed(*NTK, "0"), batch_size=3, input_dim=3, targets=(1.0, -1.0, 1.0),
        inputs=((100.0, 0.0, 3.0), (0.001, 0.002, 0.0), (1e-6, 0.0, 1.0)), activation="erf",
        learning_rate=0.01,
    ),
}  # fmt: skip

ADAPTIVE_RULES = ("adam", "signsgd")
ADAPTIVE: dict[str, Experiment] = {
    "mup_adam": experiment(named("mup_adam", 2)),
    "ntk_adam": experiment(named("ntk_adam", 3), activation="erf"),
    "one hidden layer": experiment(named("mup_adam", 1), loss="logistic", activation="gelu"),
    "standard_adam(1)": experiment(named("standard_adam", 2, "1"), activation="relu"),
    "gauge": experiment(
        named("mup_adam", 2).shifted([Fraction(2), Fraction(-1, 2), Fraction(1, 3)])
    ),
    "c by layer": experiment(listed("0 1/4 1/2", "0 1/4 1/4", "1/3 1 1/2", "adam")),
    "one input": experiment(
        named("ntk_adam", 2), batch_size=1, input_dim=2, inputs=((3.0, -1.0),), targets=(5.0,)
    ),
}


SPECTRAL: dict[str, Any] = {
    "a": [0, 0, 0, 1], "b": [0, "1/2", "1/2", 0], "c": ["-1/2", 0, 0, "-1/2"],
}  # fmt: skip
#: What any rule may train matrix-free, because hidden matrices follow a law of low rank.
MIXED: dict[str, Experiment] = {
    "zero readout": experiment(
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "1/2", "inf"], c=[-1, 0, 0, -1])
    ),
    "zero hidden layer": experiment(
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "inf", 0], c=[-1, 0, 0, -1])
    ),
    "frozen tensors": experiment(
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=["inf", 0, "inf", "inf"])
    ),
    "zero and frozen readout": experiment(
        described(depth=2, a=[0, 0, 1], b=[0, "1/2", "inf"], c=[-1, 0, "inf"])
    ),
    "muon and adam": experiment(
        described(depth=3, optimizer={"input": "adamw", "hidden": "muon", "readout": "adamw"},
                  a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=[0, 0, 0, 0])
    ),
    "muon, with a zero readout": experiment(
        described(depth=3, optimizer={"input": "adamw", "hidden": "muon", "readout": "adamw"},
                  a=[0, 0, 0, 1], b=[0, "1/2", "1/2", "inf"], c=[0, 0, 0, 0])
    ),
    "muon everywhere, momentum": experiment(
        described(depth=3, optimizer="muon", **SPECTRAL), momentum=0.5
    ),
    "muon_unit_rms": experiment(described(depth=2, optimizer="muon_unit_rms", a=0, b=[0, "1/2", 1],
                                          c=[0, 0, 0])),
    "muon_match_rms": experiment(described(depth=2, optimizer="muon_match_rms", a=0,
                                           b=[0, "1/2", 1], c=[0, "1/2", 1])),
    "muon_raw": experiment(described(depth=3, optimizer="muon_raw", **SPECTRAL)),
    "shampoo": experiment(described(depth=3, optimizer="shampoo", **SPECTRAL)),
    "normalized SGD": experiment(described(depth=3, optimizer="normalized_sgd", **SPECTRAL)),
    "cross-entropy": experiment(
        described(depth=3, optimizer=["adam", "sgd", "sgd", "muon"], a=[0, 0, 0, 1],
                  b=[0, "1/2", "1/2", 0], c=[0, 0, 0, "-1/2"]), loss="cross_entropy"
    ),
    "cross-entropy of four classes": experiment(
        described(preset="mup", depth=2), loss="cross_entropy", batch_size=3, input_dim=2,
        targets=(1.0, 3.0, 0.0), inputs=((1.0, 0.0), (0.6, 0.8), (1.0, 1.0)),
    ),
    "SGD with other ends": experiment(
        described(depth=3, optimizer=["adafactor", "sgd", "sgd", "lars"], a=[0, 0, 0, 1],
                  b=[0, "1/2", "1/2", 0], c=[0, 0, 0, 0]), momentum=0.5
    ),
    "adam, hidden layers frozen": experiment(
        described(depth=3, optimizer="adam", a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0],
                  c=[0, "inf", "inf", 0]), method="matrix_free"
    ),
    "biases": experiment(
        described(preset="mup", depth=3, bias={"a": 0, "b": 0, "c": "1/2", "optimizer": "adam"})
    ),
    "biases that start at zero": experiment(
        described(preset="ntk", depth=2, bias={"a": 0, "b": "inf", "c": [0, "inf"]})
    ),
    "weight decay": experiment(
        described(preset="mup", depth=3, weight_decay=[0, "1/4", None, 0]), momentum=0.9
    ),
    "AdamW and Muon decay": experiment(
        described(depth=3, optimizer={"input": "adamw", "hidden": "muon", "readout": "adamw"},
                  a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=[0, 0, 0, 0], weight_decay=0,
                  bias={"a": 0, "b": 0, "c": 0, "optimizer": "adamw"})
    ),
    "residual branches": experiment(
        described(preset="mup", depth=4, residual=[False, True, False, True])
    ),
    "normalized layers that decay": experiment(
        described(depth=3, a=[0, 0, 0, 1], b=[0, 0, "1/4", 0], c=[-1, -1, 0, -1],
                  normalized=[True, True, False], weight_decay=[1, 1, 0, None])
    ),
    "normalized layers": experiment(
        described(depth=3, a=[0, 0, 0, 1], b=[0, 0, "1/4", 0], c=[-1, -1, 0, -1],
                  normalized=[True, True, False])
    ),
    "epsilon": experiment(
        described(depth=3, optimizer={"input": "adamw", "hidden": "muon", "readout": "adamw"},
                  a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=0,
                  epsilon={"input": "1/2", "readout": 1},
                  bias={"a": 0, "b": 0, "c": 0, "optimizer": "adamw"})
    ),
    "all at once": experiment(
        described(depth=3, optimizer={"input": "adamw", "hidden": "muon", "readout": "sgd"},
                  a=[0, 0, 0, 1], b=[0, "1/2", "inf", 0], c=[0, 0, 0, -1],
                  bias={"a": 0, "b": 0, "c": 0, "optimizer": "adamw"}, weight_decay=0,
                  residual=True, normalized=[True, True, False]),
        activation="gelu", momentum=0.5,
    ),
}  # fmt: skip

#: What trains hidden matrices by updates of full rank.
DENSE_ONLY: dict[str, Experiment] = {
    "epsilon above gradients": experiment(
        described(preset="mup_adam", depth=3, epsilon=[0, "1/2", 0, 0])
    ),
    "adafactor": experiment(
        described(depth=3, optimizer="adafactor", a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0],
                  c=[0, "1/2", "1/2", 0])
    ),
    "muon below, adam above": experiment(
        described(depth=3, optimizer=["sgd", "muon", "adam", "lars"], a=[0, 0, 0, 1],
                  b=[0, "1/2", "1/2", 0], c=[-1, 0, 1, 0],
                  bias={"a": 0, "b": "inf", "c": 0, "optimizer": "sgd"}, residual=True)
    ),
}  # fmt: skip


class Recorded:
    """A source of Gaussians that remembers what it gave."""

    def __init__(self, source: Gaussians) -> None:
        self._source = source
        self.given: list[Tensor] = []

    def fill(self, out: Tensor) -> Tensor:
        self.given.append(self._source.fill(out).clone())
        return out


class KnownMatrix(GaussianMatrix):
    """Samples exactly the products of matrices that are drawn beforehand."""

    def __init__(
        self,
        std: float,
        gaussians: Gaussians,
        shape: tuple[int, int, int],
        steps: int,
        device: torch.device,
    ) -> None:
        super().__init__(std, self, shape, steps, device)
        networks, self._rows, width = shape
        self._known = gaussians.fill(torch.empty(networks, width, width, dtype=torch.float64))

    def fill(self, out: Tensor) -> Tensor:
        for own, matrix in ((self.right, self._known.mT), (self.left, self._known)):
            vectors, images = own.room(self._rows)
            if images.data_ptr() == out.data_ptr():
                return out.copy_(vectors @ matrix)
        raise AssertionError("not a block of images")


def assert_as_the_reference(
    case: Experiment, width: int, rows: list[list[float | None]], weights: list[Tensor],
    biases: list[Tensor],
) -> None:  # fmt: skip
    inputs, targets = (torch.from_numpy(each) for each in training_batch(case))
    # Vectors of a linear network span few directions: what is left of a new one is nearly rounding,
    # and its direction hardly known.  Over 240 networks the largest error was 2e-8.  Muon's
    # iteration multiplies small singular values, and their errors, by up to 485.
    magnified = case.activation == "linear" or "muon" in {rule.name for rule in case.rules}
    accuracy = 1e-7 if magnified else 1e-8
    for network in range(len(rows[0])):
        expected = reference_sizes(
            case, width, [g[network] for g in weights], inputs, targets,
            [g[network, 0] for g in biases],
        )  # fmt: skip
        assert len(expected) == len(rows)
        for place, row in zip(places(case.depth, case.steps), rows, strict=True):
            # The reference subtracts, so that its changes end where rounding begins.
            size = max(expected[place._replace(quantity=each, step=0)] for each in _level(place))
            assert row[network] == pytest.approx(expected[place], rel=accuracy, abs=1e-13 * size), (
                place
            )


def _level(place: Any) -> tuple[Any, ...]:
    return ("h", "x") if place.quantity in ("h", "x", "delta_h", "delta_x", "update") else ("f",)


def run_dense(case: Experiment, width: int, patch: pytest.MonkeyPatch) -> None:
    source = Recorded(dense.gaussians(case.seed, range(2), CPU))
    patch.setattr(dense, "gaussians", lambda *_: source)
    rows = dense.simulate(case, width, range(2), CPU)
    layers = case.depth + 1
    assert_as_the_reference(case, width, rows, source.given[:layers], source.given[layers:])


@pytest.mark.parametrize(
    "case",
    [*SGD.values(), *MIXED.values(), *DENSE_ONLY.values()],
    ids=[*SGD, *MIXED, *DENSE_ONLY],
)
def test_dense(case: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dense(case, 20, monkeypatch)


@pytest.mark.parametrize("rule", ADAPTIVE_RULES)
@pytest.mark.parametrize("case", ADAPTIVE.values(), ids=list(ADAPTIVE))
def test_dense_adaptive(case: Experiment, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    adaptive = Experiment.from_json({**case.as_json(), "update_rule": rule, "learning_rate": 0.1})
    run_dense(adaptive, 20, monkeypatch)


@pytest.mark.parametrize("rule", ADAPTIVE_RULES)
def test_gradients_are_scaled_where_d_is_given(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So far down that Adam's ε = 1e-8 matters: the update is hardly more than g / ε."""
    case = experiment(named("ntk_adam", 2), update_rule=rule, learning_rate=0.1)
    exponents = tuple(
        (a, b, c, d) for (a, b, c, _), d in zip(case.exponents, ("-5", "-6", "-4"), strict=True)
    )
    run_dense(Experiment.from_json({**case.as_json(), "exponents": exponents}), 20, monkeypatch)


# Also with more vectors than n.  Of width 1 no layer is normalized: its coordinate would be ±1.
MATRIX_FREE = {
    f"{name}, n={width}": (case, width)
    for name, case in (SGD | MIXED).items()
    for width in (24, 6, 1)
    if width > 1 or not any(case.normalized)
}


@pytest.mark.parametrize(("case", "width"), MATRIX_FREE.values(), ids=list(MATRIX_FREE))
def test_matrix_free(case: Experiment, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Recorded(matrix_free.gaussians(case.seed, range(2), CPU))
    monkeypatch.setattr(matrix_free, "gaussians", lambda *_: source)
    monkeypatch.setattr(matrix_free, "GaussianMatrix", KnownMatrix)
    rows = matrix_free.simulate(case, width, range(2), CPU)
    hidden, (readout, first, *biases) = (
        source.given[: case.depth - 1],
        source.given[case.depth - 1 :],
    )
    assert_as_the_reference(case, width, rows, [first.mT, *hidden, readout], biases)
