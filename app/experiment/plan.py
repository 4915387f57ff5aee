"""Which networks an experiment measures, in which units of work, and what that takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final, NamedTuple

from app.experiment.experiment import LOSSES as LOSSES
from app.experiment.experiment import Device as Device
from app.experiment.experiment import Experiment as Experiment
from app.experiment.experiment import Loss as Loss
from app.experiment.experiment import Method as Method
from app.experiment.experiment import spelled as spelled
from app.experiment.experiment import stated as stated
from app.experiment.update_rules import RULES
from solver.theory import places

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
_SECONDS_PER_CUBE: Final = 4e-11  # of a product of two square matrices, by side
_SECONDS_PER_PRODUCT_AT_LEAST: Final = 1e-5
_SECONDS_PER_POINT: Final = 2e-4  # of a line that is fitted
_SECONDS_PER_SIZE: Final = 1e-6  # on its way through the database
_BYTES_PER_SIZE: Final = 150


def _one_network(experiment: Experiment, width: int) -> Estimate:
    """The bytes are those beyond what a worker takes that does nothing."""
    depth, steps, batch = experiment.depth, experiment.steps, experiment.batch_size
    block = batch * width
    seconds = _SECONDS_PER_LAYER_AND_STEP * depth * steps
    # A sum or a norm of every entry takes a part of what a layer takes.
    beside = sum(experiment.residual) + 2 * sum(experiment.normalized) + len(experiment.biases)
    seconds += _SECONDS_PER_ENTRY * (depth + beside / 3) * (steps + 1) * block
    own = _matrix_free if experiment.method == "matrix_free" else _dense
    of_method, samples, floats = own(experiment, width)
    seconds += of_method + _SECONDS_PER_SAMPLE * samples
    # Sums and norms beside what every layer has, and what a bias is and remembers.
    floats += (3 * sum(experiment.residual) + 5 * sum(experiment.normalized)) * block
    floats += sum((5 + RULES[each].state) * width for each in experiment.bias_rules)
    floats += (experiment.outputs - 1) * (5 + experiment.rules[-1].state) * width
    return Estimate(seconds, 8 * floats)


def _matrix_free(experiment: Experiment, width: int) -> tuple[float, int, int]:
    """Seconds, samples and floats of one network."""
    depth, steps, batch = experiment.depth, experiment.steps, experiment.batch_size
    hidden, block = depth - 1, batch * width
    first, *rules, _ = experiment.rules
    # At each step 18 products of a block with as many vectors as there have been so far.
    products = hidden * batch * block * (9 * steps * (steps + 1) + 12 * steps)
    seconds = _SECONDS_PER_PRODUCT * products
    samples = hidden * (2 * steps + 1) * block + (experiment.input_dim + 1) * width
    # Both bases with their images, updates and velocities in them, and what is elementwise.
    floats = hidden * (4 * steps + 2) * block + 2 * hidden * steps * (steps + 1) * batch**2
    floats += (3 * depth + 11) * block + (experiment.input_dim + 5) * width
    if not first.linear:  # not through the inputs' Gram matrix, but entry by entry
        entries = experiment.input_dim * width
        seconds += _SECONDS_PER_WEIGHT * (2 + first.passes) * steps * entries
        floats += (3 + first.state) * entries
    # Singular values of what is as large as the bases, which grow step by step.
    products = sum(rule.products for rule in rules)
    cubes = batch**3 * (steps * (steps + 1) // 2) ** 2
    seconds += products * (_SECONDS_PER_PRODUCT_AT_LEAST * steps + _SECONDS_PER_CUBE * cubes)
    return seconds, samples, floats


def _dense(experiment: Experiment, width: int) -> tuple[float, int, int]:
    """Seconds, samples and floats of one network."""
    depth, steps, batch = experiment.depth, experiment.steps, experiment.batch_size
    sizes = [experiment.input_dim * width, *[width * width] * (depth - 1), width]
    seconds, floats = 0.0, (8 * depth + 6) * batch * width
    for weights, rule in zip(sizes, experiment.rules, strict=True):
        seconds += _SECONDS_PER_WEIGHT * rule.passes * steps * weights
        seconds += _SECONDS_PER_WEIGHT_AND_INPUT * steps * batch * weights
        if weights == width * width and rule.products:
            seconds += _SECONDS_PER_CUBE * rule.products * steps * width**3
            floats += 2 * weights
        # W_0, ΔW, the gradient, the optimizer's state, and room to turn these over.
        momentum = int(experiment.momentum > 0 and rule.takes_momentum)
        floats += (4 + rule.state + momentum) * weights
    # They also are the first to touch their memory.
    return seconds, 2 * sum(sizes), floats
