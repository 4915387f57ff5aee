"""How many networks of which widths: a pilot, then as many as the precision asks for."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Final

from app.experiment import plan
from app.experiment.limits.extrapolate import Sample, extrapolated
from app.experiment.limits.job import LimitJob
from app.experiment.plan import Estimate, Measurement

#: A factor 4 apart, a line in 1/n costs half the noise that it costs at a factor 2.
WIDTHS: Final = (256, 1024, 4096)

#: Rounds of measurements after the pilot: the noise that one is planned by is itself measured.
ROUNDS: Final = 3

# Of the pilot, at each width: enough networks at the widest to know the noise to a fifth.
_PILOT_NEURONS: Final = 16 * WIDTHS[-1]
# Sampling may use this part of the precision; the rest is for extrapolation.
_SHARE_OF_SAMPLING: Final = 0.85
# Networks of different widths have streams of their own.
_APART: Final = 10**7


def pilot(job: LimitJob) -> list[Measurement]:
    """What is measured first, whatever the precision."""
    return [
        each for width in WIDTHS for each in _units(job, width, 0, ceil(_PILOT_NEURONS / width))
    ]


def rest(job: LimitJob, samples: Sequence[Sample], seconds_left: float) -> list[Measurement]:
    """What is still to be measured for the precision, within the seconds that are left."""
    sampling = float(extrapolated(samples).sampling.max())
    target = _SHARE_OF_SAMPLING * job.precision
    if sampling <= target:
        return []
    factor = (sampling / target) ** 2
    per_factor = sum(_seconds(job, each.width, each.networks) for each in samples)
    factor = min(factor, 1 + max(seconds_left, 0.0) / per_factor)
    return [
        unit
        for each in samples
        for unit in _units(job, each.width, each.networks, ceil(each.networks * (factor - 1)))
    ]


def comparison(job: LimitJob, width: int) -> list[Measurement]:
    """Networks of a width that is compared with the limit."""
    return [
        replaced(each, _APART * (len(WIDTHS) + 1))
        for each in _units(job, width, 0, max(16, min(256, ceil(_PILOT_NEURONS / width))))
    ]


def estimate(job: LimitJob) -> Estimate:
    """Of the whole job, where one network scatters by as much as the targets are large over √n."""
    size = max(map(abs, job.targets), default=1.0)
    neurons = max(_PILOT_NEURONS, 0.72 * (size / (_SHARE_OF_SAMPLING * job.precision)) ** 2)
    networks = [ceil(neurons / width) for width in WIDTHS]
    seconds = sum(_seconds(job, *each) for each in zip(WIDTHS, networks, strict=True))
    most = max(
        plan.estimate(job.experiment(width, count)).bytes
        for width, count in zip(WIDTHS, networks, strict=True)
    )
    return Estimate(seconds, most)


def replaced(measurement: Measurement, shift: int) -> Measurement:
    """The same with other networks."""
    return measurement._replace(first_seed=measurement.first_seed + shift)


def _seconds(job: LimitJob, width: int, networks: int) -> float:
    return plan.estimate(job.experiment(width, networks)).seconds if networks else 0.0


def _units(job: LimitJob, width: int, done: int, networks: int) -> list[Measurement]:
    """Networks of one width, after those already done."""
    if networks <= 0:
        return []
    own = WIDTHS.index(width) if width in WIDTHS else len(WIDTHS)
    units = plan.measurements(replace(job.experiment(width, networks), widths=(width,)))
    return [replaced(each, done + own * _APART) for each in units]
