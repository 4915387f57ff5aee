"""What to measure next, where the measurements so far leave a check open.

A slope that noise hides wants more networks.  One that is off its prediction, though not in a way
that rules it out, wants larger widths: there corrections fade, and noise too.  A verdict against
a theorem is given on larger widths only, unless they cost too much.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from app.experiment.conclude import Sizes, sample_of
from app.experiment.judge import Judgement, judge
from app.experiment.plan import Experiment, Measurement, cost, units
from solver import classify

# How much wider one round goes.
_WIDER: Final = (2, 4)
# A theorem about large widths is contradicted at such widths, if they may be had.
_WIDE: Final = 2**15
# No further than this beyond the widths that were asked for, and no wider than any may be.
_MOST_WIDER: Final = 64
_WIDEST: Final = 2**26
# How many times the networks of a width one round has, and how many there may be in all.
_MOST_TIMES: Final = 4.0
_MOST_NETWORKS: Final = 4096
# Networks of a new width: each tells more the wider it is.
_FEWEST_NETWORKS: Final = 4
# Aim a little beyond what is needed: the noise is itself known only roughly.
_AIM: Final = 1.2


def further(
    experiment: Experiment, measured: Sequence[tuple[Measurement, Sizes]]
) -> list[Measurement]:
    """The next measurements; none where all is settled, or would cost more than it may.

    The same measurements so far always give the same next ones.
    """
    networks: dict[int, int] = {}
    for each, _ in measured:
        networks[each.width] = networks.get(each.width, 0) + each.seeds
    theory = classify(experiment.parametrization, experiment.activation).kind
    judgement = judge(experiment, theory, sample_of(experiment, measured))
    for wanted in _wanted(experiment, judgement, networks):
        if _affordable(experiment, wanted):
            return [
                unit
                for width, count in sorted(wanted.items())
                for unit in units(experiment, width, networks.get(width, 0), count)
            ]
    return []


def _wanted(
    experiment: Experiment, judgement: Judgement, networks: Mapping[int, int]
) -> list[dict[int, int]]:
    """How many networks of each width would help, what helps best first."""
    if judgement.verdict == "confirmed" or judgement.foreseen != judgement.theory:
        return []
    if any(each.broken for each in judgement.open):
        return []
    wider, more = _wider(experiment, networks), _more(judgement, networks)
    if judgement.verdict == "contradicted":
        seen = max(networks) >= max(_WIDER[-1] * max(experiment.widths), _WIDE)
        return [] if seen else wider
    noisy = [each for each in judgement.open if each.noisy]
    if judgement.open and len(noisy) == len(judgement.open):
        return [*more, *wider]
    return [*wider, *more] if any(each.blurred for each in judgement.open) else wider


def _wider(experiment: Experiment, networks: Mapping[int, int]) -> list[dict[int, int]]:
    """Two larger widths, or one."""
    largest = max(networks)
    most = min(_WIDEST, _MOST_WIDER * max(experiment.widths))
    new = [times * largest for times in _WIDER if times * largest <= most]
    count = max(_FEWEST_NETWORKS, networks[largest] // 2)
    return [{**networks, **dict.fromkeys(new[:some], count)} for some in range(len(new), 0, -1)]


def _more(judgement: Judgement, networks: Mapping[int, int]) -> list[dict[int, int]]:
    """More networks of every width, as many as the noisiest slope needs."""
    needed = max((each.noise for each in judgement.open), default=1.0)
    times = min(_MOST_TIMES, max(1.5, _AIM * needed**2))
    found = {width: min(_MOST_NETWORKS, ceil(times * count)) for width, count in networks.items()}
    return [found] if found != networks else []


def _affordable(experiment: Experiment, networks: Mapping[int, int]) -> bool:
    estimated = cost(experiment, networks)
    return estimated.seconds <= experiment.most_seconds and estimated.bytes <= experiment.most_bytes
