"""What a coordinate check is to do, as plain values that travel as JSON.  Knows no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from math import sqrt
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
    seconds, most = _concluding(experiment, networks), 0
    for width, total in networks.items():
        at_once = _at_once(experiment, width)
        # Without listing them: there may be too many.
        whole, rest = divmod(total, at_once)
        seconds += whole * _measuring(experiment, Measurement(width, 0, at_once))
        seconds += _measuring(experiment, Measurement(width, 0, rest)) if rest else 0
        most = max(most, _one_network(experiment, width).bytes * min(at_once, total))
    return Estimate(seconds, max(most, _BYTES_PER_SIZE * _sizes(experiment, networks)))


# A check that its first measurements leave open may take so many times as long, or so many seconds.
_TIMES: Final = 4.0
_LEAST_IN_ALL: Final = 20.0


def with_more(experiment: Experiment, seconds: float, memory: int) -> Experiment:
    """The experiment with what it may take beyond its estimate, where slopes stay open.

    ``seconds`` and ``memory`` (bytes) bound it.
    """
    wanted = max(_LEAST_IN_ALL, _TIMES * estimate(experiment).seconds)
    return replace(experiment, most_seconds=min(wanted, seconds), most_bytes=memory)


# How much of the estimate a worker's own pace has to outweigh: the first measurements are short,
# and the very first one also loads what the others find ready.
_WEIGHT_OF_ESTIMATE: Final = 0.1


def seconds_left(
    experiment: Experiment, done: int, spent: float, more: Sequence[Measurement] = ()
) -> float:
    """What is left of the experiment after ``done`` of its ``measurements`` took ``spent`` seconds.

    ``more`` are those that were planned since.  The estimate of the rest, times the pace so far:
    seconds spent over seconds estimated, both with a tenth of the whole estimate added.
    """
    planned = [_measuring(experiment, each) for each in (*measurements(experiment), *more)]
    networks = {width: seeds_at(experiment, width) for width in experiment.widths}
    before, after = sum(planned[:done]), sum(planned[done:]) + _concluding(experiment, networks)
    prior = _WEIGHT_OF_ESTIMATE * (before + after)
    return after * (spent + prior) / (before + prior)


def _measuring(experiment: Experiment, measurement: Measurement) -> float:
    one = _one_network(experiment, measurement.width)
    return one.seconds * measurement.seeds + _SECONDS_PER_MEASUREMENT


def _concluding(experiment: Experiment, networks: Mapping[int, int]) -> float:
    points = _places(experiment) * len(networks)
    return _SECONDS_PER_SIZE * _sizes(experiment, networks) + _SECONDS_PER_POINT * points


def _sizes(experiment: Experiment, networks: Mapping[int, int]) -> int:
    return _places(experiment) * sum(networks.values())


def _places(experiment: Experiment) -> int:
    return sum(1 for _ in places(experiment.depth, experiment.steps))


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
