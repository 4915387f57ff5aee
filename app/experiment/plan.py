"""What a coordinate check is to do, as plain values that travel as JSON.  Knows no torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import sqrt
from typing import Any, Final, Literal, NamedTuple, get_args

from solver import Activation, Optimizer, Parametrization, format_exponent
from solver.parametrization import shared

Method = Literal["matrix_free", "dense"]
Loss = Literal["mse", "logistic"]
Device = Literal["auto", "cpu", "cuda"]
UpdateRule = Literal["sgd", "adam", "signsgd"]

LOSSES: Final[tuple[Loss, ...]] = get_args(Loss)
UPDATE_RULES: Final[tuple[UpdateRule, ...]] = get_args(UpdateRule)

#: Widths where none are asked for.
DEFAULT_WIDTHS: Final[Mapping[Method, tuple[int, ...]]] = {
    "matrix_free": tuple(2**k for k in range(8, 17)),
    "dense": tuple(2**k for k in range(6, 12)),
}

# More seeds at small widths, where each says less, up to this many times those at the largest.
_MOST_TIMES_SEEDS: Final = 16


@dataclass(frozen=True, slots=True)
class Experiment:
    """A coordinate check, with every choice made.

    ``exponents`` holds (a, b, c, d) of each of the L+1 layers in canonical spelling (d may be
    None).  ``inputs`` (m lists of d numbers) and ``targets`` (m numbers) are None for synthetic
    ones: m = ``batch_size``, d = ``input_dim``.  ``seeds`` counts the networks at the largest
    width; ``seed`` fixes all randomness.
    """

    exponents: tuple[tuple[str, str, str, str | None], ...]
    optimizer: Optimizer
    update_rule: UpdateRule
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

    @property
    def depth(self) -> int:
        """L, the number of hidden layers."""
        return len(self.exponents) - 1

    @property
    def parametrization(self) -> Parametrization:
        """The exponents, exactly."""
        return Parametrization(
            self.depth,
            tuple(
                shared(Fraction(a), Fraction(b), Fraction(c), None if d is None else Fraction(d))
                for a, b, c, d in self.exponents
            ),
            self.optimizer,
        )

    def as_json(self) -> dict[str, Any]:
        """As JSON values; ``Experiment.from_json`` reads them."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Experiment":
        """The experiment that ``as_json`` wrote."""
        tuples = {
            name: None if values[name] is None else tuple(values[name])
            for name in ("widths", "targets")
        }
        rows = {
            name: None if values[name] is None else tuple(tuple(row) for row in values[name])
            for name in ("exponents", "inputs")
        }
        return cls(**{**values, **tuples, **rows})


def spelled(parametrization: Parametrization) -> tuple[tuple[str, str, str, str | None], ...]:
    """The entry ``exponents`` of an experiment on this parametrization."""
    return tuple(
        (
            format_exponent(each.a),
            format_exponent(each.b),
            format_exponent(each.c),
            None if each.d is None else format_exponent(each.d),
        )
        for each in parametrization.layers
    )


class Measurement(NamedTuple):
    """One unit of work: networks ``first_seed .. first_seed + seeds - 1`` of one width."""

    width: int
    first_seed: int
    seeds: int


class Estimate(NamedTuple):
    """What an experiment takes: seconds on two ordinary cores, and bytes of memory."""

    seconds: float
    bytes: int


def seeds_at(experiment: Experiment, width: int) -> int:
    """How many networks of this width: noise falls like 1/sqrt(width * seeds)."""
    factor = min(sqrt(max(experiment.widths) / width), _MOST_TIMES_SEEDS)
    return max(experiment.seeds, round(experiment.seeds * factor))


# A measurement is repeated when a worker dies in it, and ends before a cancellation is seen.
_SECONDS_AT_ONCE: Final = 4.0
_BYTES_AT_ONCE: Final = 2**30


def measurements(experiment: Experiment) -> list[Measurement]:
    """The whole experiment in units of work, narrow networks first."""
    result: list[Measurement] = []
    for width in sorted(experiment.widths):
        total = seeds_at(experiment, width)
        one = _one_network(experiment, width)
        at_once = max(
            1, int(min(_SECONDS_AT_ONCE / one.seconds, _BYTES_AT_ONCE / one.bytes, total))
        )
        result += [
            Measurement(width, first, min(at_once, total - first))
            for first in range(0, total, at_once)
        ]
    return result


def estimate(experiment: Experiment) -> Estimate:
    """What the whole experiment takes; the memory is that of its largest measurement."""
    seconds, most = 0.0, 0
    for width, _, seeds in measurements(experiment):
        one = _one_network(experiment, width)
        seconds += one.seconds * seeds + _SECONDS_PER_MEASUREMENT
        most = max(most, one.bytes * seeds)
    return Estimate(seconds, most)


# Fitted to measurements on two cores; a GPU is faster.
_SECONDS_PER_MEASUREMENT: Final = 0.05
_SECONDS_PER_ENTRY: Final = 4e-9
_SECONDS_PER_SAMPLE: Final = 2e-8


def _one_network(experiment: Experiment, width: int) -> Estimate:
    depth, steps, batch = experiment.depth, experiment.steps, experiment.batch_size
    hidden = depth - 1
    vectors = steps * batch
    activity = (depth + 1) * (steps + 1) * batch * width
    if experiment.method == "matrix_free":
        # Each of 2 * steps products per layer reads up to four stores of ``vectors`` vectors.
        stored = 4 * hidden * vectors * width
        entries = hidden * (steps + 1) * 4 * vectors * width * batch
        samples = 2 * hidden * vectors * width
    else:
        copies = 3 if experiment.update_rule == "sgd" else 6
        stored = copies * hidden * width * width
        entries = hidden * (steps + 1) * (3 * batch + 2 * copies) * width * width
        samples = hidden * width * width
    size = 8 * (stored + 4 * activity // (steps + 1) + 4 * batch * width)
    return Estimate(
        _SECONDS_PER_ENTRY * (entries + 8 * activity) + _SECONDS_PER_SAMPLE * (samples + width),
        size,
    )
