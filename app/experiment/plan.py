"""What a coordinate check is to do, as plain values that travel as JSON.  Knows no torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import ceil, sqrt
from typing import Any, Final, Literal, NamedTuple, get_args

from app.experiment.update_rules import RULES, UpdateRule
from solver import Activation, Optimizer, Parametrization, format_exponent
from solver.theory import places, shared

Method = Literal["matrix_free", "dense"]
Loss = Literal["mse", "logistic"]
Device = Literal["auto", "cpu", "cuda"]

LOSSES: Final[tuple[Loss, ...]] = get_args(Loss)

#: Widths where none are asked for.
DEFAULT_WIDTHS: Final[Mapping[Method, tuple[int, ...]]] = {
    "matrix_free": tuple(2**k for k in range(8, 17)),
    "dense": tuple(2**k for k in range(6, 12)),
}

#: No finer tolerance, and no more networks at the largest width, may be asked for.
FINEST_TOLERANCE: Final = 0.001
MOST_SEEDS: Final = 256

# More seeds at small widths, where each says less, up to this many times those at the largest.
_MOST_TIMES_SEEDS: Final = 16


@dataclass(frozen=True, slots=True)
class Experiment:
    """A coordinate check, with every choice made.

    ``exponents`` holds (a, b, c, d) of each of the L+1 layers in canonical spelling (d may be
    None).  ``inputs`` (m lists of d numbers) and ``targets`` (m numbers) are None for synthetic
    ones: m = ``batch_size``, d = ``input_dim``.  ``seeds`` counts the networks at the largest
    width to begin with; ``seed`` fixes all randomness.  What these networks leave undetermined is
    measured further, as long as all measurements together are estimated at ``most_seconds`` or
    less, and each at ``most_bytes``.
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
    most_seconds: float = 0.0
    most_bytes: int = 0

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
    """What is measured to begin with, in units of work, narrow networks first."""
    return [
        each
        for width in sorted(experiment.widths)
        for each in units(experiment, width, 0, seeds_at(experiment, width))
    ]


def units(experiment: Experiment, width: int, first: int, last: int) -> list[Measurement]:
    """Networks ``first .. last - 1`` of one width in units of work."""
    at_once = _at_once(experiment, width)
    return [
        Measurement(width, each, min(at_once, last - each)) for each in range(first, last, at_once)
    ]


def estimate(experiment: Experiment) -> Estimate:
    """What the experiment takes to begin with; the memory is that of its largest measurement."""
    return cost(experiment, {width: seeds_at(experiment, width) for width in experiment.widths})


def cost(experiment: Experiment, networks: Mapping[int, int]) -> Estimate:
    """What it takes to measure so many networks of each width."""
    seconds, most = 0.0, 0
    for width, total in networks.items():
        one = _one_network(experiment, width)
        at_once = min(_at_once(experiment, width), total)
        seconds += one.seconds * total + _SECONDS_PER_MEASUREMENT * ceil(total / at_once)
        most = max(most, one.bytes * at_once)
    recorded = sum(1 for _ in places(experiment.depth, experiment.steps))
    sizes = recorded * sum(networks.values())
    seconds += _SECONDS_PER_SIZE * sizes + _SECONDS_PER_POINT * recorded * len(networks)
    return Estimate(seconds, max(most, _BYTES_PER_SIZE * sizes))


def _at_once(experiment: Experiment, width: int) -> int:
    """How many networks of this width make a measurement."""
    one = _one_network(experiment, width)
    return max(1, int(min(_SECONDS_AT_ONCE / one.seconds, _BYTES_AT_ONCE / one.bytes)))


# Fitted to measurements on two cores, to within a factor 2; a GPU is faster.
_SECONDS_PER_MEASUREMENT: Final = 0.05
_SECONDS_PER_LAYER_AND_STEP: Final = 6e-5
_SECONDS_PER_ENTRY: Final = 1.8e-8  # of h, with φ, φ', norms and what else is entrywise
_SECONDS_PER_SAMPLE: Final = 2e-8
_SECONDS_PER_PRODUCT: Final = 6e-11  # of basis vectors with a block
_SECONDS_PER_WEIGHT: Final = 8e-9  # in forward, backward and the optimizer
_SECONDS_PER_WEIGHT_AND_INPUT: Final = 2e-10
_SECONDS_PER_POINT: Final = 2e-4  # of a line that is fitted
_SECONDS_PER_SIZE: Final = 1e-6  # on its way through the database
_BYTES_PER_SIZE: Final = 150


def _one_network(experiment: Experiment, width: int) -> Estimate:
    """The bytes are those beyond what a worker takes that does nothing."""
    depth, steps, batch = experiment.depth, experiment.steps, experiment.batch_size
    hidden, block = depth - 1, batch * width
    seconds = _SECONDS_PER_LAYER_AND_STEP * depth * steps
    seconds += _SECONDS_PER_ENTRY * depth * (steps + 1) * block
    if experiment.method == "matrix_free":
        # At each step 18 products of a block with as many vectors as there have been so far.
        products = hidden * batch * block * (9 * steps * (steps + 1) + 12 * steps)
        seconds += _SECONDS_PER_PRODUCT * products
        samples = hidden * (2 * steps + 1) * block + (experiment.input_dim + 1) * width
        # Both bases with their images, updates and velocities in them, and what is elementwise.
        floats = hidden * (4 * steps + 2) * block + 2 * hidden * steps * (steps + 1) * batch**2
        floats += (3 * depth + 11) * block + (experiment.input_dim + 5) * width
    else:
        weights = hidden * width * width + (experiment.input_dim + 1) * width
        rule = RULES[experiment.update_rule]
        seconds += _SECONDS_PER_WEIGHT * rule.passes * steps * weights
        seconds += _SECONDS_PER_WEIGHT_AND_INPUT * steps * batch * weights
        samples = 2 * weights  # they also are the first to touch their memory
        # W_0, ΔW, the gradient, the optimizer's state, and room to turn these over.
        state = rule.state + int(experiment.momentum > 0)
        floats = (4 + state) * weights + (8 * depth + 6) * block
    return Estimate(seconds + _SECONDS_PER_SAMPLE * samples, 8 * floats)
