"""How many networks of which widths: a pilot, then as many as the precision asks for."""

from collections.abc import Sequence
from math import ceil
from typing import Final

from app.experiment import plan
from app.experiment.limits.extrapolate import Known, Sample, extrapolated, samples
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
# Of a width that is compared.
_FEWEST_COMPARED, _MOST_COMPARED = 16, 256
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


def units(job: LimitJob, measured: Sequence[Known], seconds_left: float) -> list[Measurement]:
    """What is to be measured next; nothing where all is known.

    Raises ``BlownUpError`` where a network blew up.
    """
    if not measured:
        compared = [unit for width in job.compare_widths for unit in _compared(job, width)]
        return compared if job.known is not None else pilot(job) + compared
    if job.known is not None:
        return []
    return rest(job, samples(lines(measured)), seconds_left)


def _compared(job: LimitJob, width: int) -> list[Measurement]:
    networks = max(_FEWEST_COMPARED, min(_MOST_COMPARED, _PILOT_NEURONS // width))
    return _units(job, width, 0, networks, own=len(WIDTHS) + job.compare_widths.index(width))


def lines(measured: Sequence[Known]) -> list[Known]:
    """Of what was measured, that from which the limit is extrapolated."""
    return [each for each in measured if each[0].first_seed < len(WIDTHS) * _APART]


def compared(job: LimitJob, measured: Sequence[Known], width: int) -> list[Known]:
    """Of what was measured, the networks of a width that is compared."""
    first = (len(WIDTHS) + job.compare_widths.index(width)) * _APART
    return [each for each in measured if first <= each[0].first_seed < first + _APART]


def estimate(job: LimitJob) -> Estimate:
    """Of the whole job, where one network scatters by as much as the targets are large over √n."""
    others = sum(
        _seconds(job, unit.width, unit.seeds)
        for width in job.compare_widths
        for unit in _compared(job, width)
    )
    if job.known is not None:
        widest = max(job.compare_widths)
        return Estimate(others, plan.estimate(job.experiment(widest, _FEWEST_COMPARED)).bytes)
    size = max(map(abs, job.targets)) if job.loss == "mse" else 1.0
    neurons = max(_PILOT_NEURONS, 0.72 * (size / (_SHARE_OF_SAMPLING * job.precision)) ** 2)
    networks = [ceil(neurons / width) for width in WIDTHS]
    seconds = sum(_seconds(job, *each) for each in zip(WIDTHS, networks, strict=True))
    most = max(
        plan.estimate(job.experiment(width, count)).bytes
        for width, count in zip(WIDTHS, networks, strict=True)
    )
    return Estimate(seconds + others, most)


def _seconds(job: LimitJob, width: int, networks: int) -> float:
    return plan.estimate(job.experiment(width, networks)).seconds if networks else 0.0


def _units(
    job: LimitJob, width: int, done: int, networks: int, own: int | None = None
) -> list[Measurement]:
    """Networks of one width, after those already done, from the streams of their own."""
    if networks <= 0:
        return []
    own = WIDTHS.index(width) if own is None else own
    return [
        each._replace(first_seed=each.first_seed + done + own * _APART)
        for each in plan.measurements(job.experiment(width, networks))
    ]
