"""What a coordinate check is to do, as plain values that travel as JSON.  Knows no torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Final, Literal, get_args

from app.experiment.update_rules import RULES, Rule, UpdateRule
from solver import Activation, Bias, Optimizer, Parametrization, Wiring, format_exponent
from solver.exact import INFINITE
from solver.theory import Exponents, shared

Method = Literal["matrix_free", "dense"]
Loss = Literal["mse", "logistic", "cross_entropy"]
Device = Literal["auto", "cpu", "cuda"]

LOSSES: Final[tuple[Loss, ...]] = get_args(Loss)

#: How many classes synthetic targets of cross-entropy have.
CLASSES: Final = 3

_Row = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A coordinate check, with every choice made.

    ``exponents`` holds (a, b, c, d) of each of the L+1 layers in canonical spelling (d may be
    None).  ``optimizer`` and ``update_rule`` are one for all layers, or one for each.  ``inputs``
    (m lists of d numbers) and ``targets`` (m numbers; classes 0, 1, … for cross_entropy) are None
    for synthetic ones: m = ``batch_size``, d = ``input_dim``.  ``seeds`` counts the networks at the
    largest width to begin with; ``seed`` fixes all randomness.  What these networks leave
    undetermined is measured further, as long as all measurements together are estimated at
    ``most_seconds`` or less, and each at ``most_bytes``.

    ``biases``, ``bias_optimizers`` and ``bias_rules`` say the same of the biases of the L body
    layers, if there are any; ``residual`` and ``normalized`` are of the body layers too, and
    ``weight_decay`` has the exponent w of each layer (see ``solver.Wiring``).  ``epsilon`` tells
    that d is the exponent of Adam's ε.
    """

    exponents: tuple[_Row, ...]
    optimizer: Optimizer | tuple[Optimizer, ...]
    update_rule: UpdateRule | tuple[UpdateRule, ...]
    momentum: float
    method: Method
    device: Device
    widths: tuple[int, ...]
    steps: int
    seeds: int
    seed: int
    batch_size: int
    input_dim: int
    inputs: tuple[tuple[float, ...], ...] | None
    targets: tuple[float, ...] | None
    activation: Activation
    loss: Loss
    learning_rate: float
    tolerance: float
    most_seconds: float = 0.0
    most_bytes: int = 0
    biases: tuple[_Row, ...] = ()
    bias_optimizers: tuple[Optimizer, ...] = ()
    bias_rules: tuple[UpdateRule, ...] = ()
    residual: tuple[bool, ...] = ()
    normalized: tuple[bool, ...] = ()
    weight_decay: tuple[str | None, ...] = ()
    epsilon: bool = False

    @property
    def depth(self) -> int:
        """L, the number of hidden layers."""
        return len(self.exponents) - 1

    @property
    def outputs(self) -> int:
        """k, the number of outputs: one for each class."""
        if self.loss != "cross_entropy":
            return 1
        return CLASSES if self.targets is None else max(2, int(max(self.targets)) + 1)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The update rule of each layer."""
        given = self.update_rule
        names = given if isinstance(given, tuple) else (given,) * len(self.exponents)
        return tuple(RULES[each] for each in names)

    @property
    def parametrization(self) -> Parametrization:
        """The exponents, exactly."""
        decay = self.weight_decay or (None,) * len(self.exponents)
        return Parametrization(
            self.depth,
            tuple(_read(*pair) for pair in zip(self.exponents, decay, strict=True)),
            self.optimizer,
            Wiring(
                tuple(
                    Bias(_read(row), optimizer)
                    for row, optimizer in zip(self.biases, self.bias_optimizers, strict=True)
                ),
                self.residual,
                self.normalized,
                epsilon=self.epsilon,
            ),
        )

    def as_json(self) -> dict[str, Any]:
        """As JSON values; ``Experiment.from_json`` reads them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Experiment":
        """The experiment that ``as_json`` wrote, also before some of the fields were there."""
        return cls(**{name: as_tuples(value) for name, value in values.items()})


def as_tuples(value: Any) -> Any:
    """The same with tuples for all lists, which JSON makes of them."""
    if isinstance(value, Mapping):
        return {name: as_tuples(each) for name, each in value.items()}
    return tuple(map(as_tuples, value)) if isinstance(value, list | tuple) else value


def stated(parametrization: Parametrization) -> dict[str, Any]:
    """The fields of an experiment that say which parametrization it is on."""
    wiring = parametrization.wiring
    decay = [each.w for each in parametrization.layers]
    return {
        "exponents": spelled(parametrization),
        "optimizer": parametrization.optimizer,
        "biases": tuple(_row(each.exponents) for each in wiring.biases),
        "bias_optimizers": tuple(each.optimizer for each in wiring.biases),
        "residual": wiring.residual,
        "normalized": wiring.normalized,
        "weight_decay": (
            tuple(None if each is None else format_exponent(each) for each in decay)
            if any(each is not None for each in decay)
            else ()
        ),
        "epsilon": wiring.epsilon,
    }


def spelled(parametrization: Parametrization) -> tuple[_Row, ...]:
    """The entry ``exponents`` of an experiment on this parametrization."""
    return tuple(_row(each) for each in parametrization.layers)


def _row(each: Exponents) -> _Row:
    return (
        format_exponent(each.a),
        format_exponent(each.b),
        format_exponent(each.c),
        None if each.d is None else format_exponent(each.d),
    )


def _read(row: _Row, decay: str | None = None) -> Exponents:
    a, b, c, d = row
    return shared(
        _exponent(a),
        _exponent(b),
        _exponent(c),
        None if d is None else _exponent(d),
        None if decay is None else _exponent(decay),
    )


def _exponent(text: str) -> Fraction:
    return INFINITE if text == str(INFINITE) else Fraction(text)
