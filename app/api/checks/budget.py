"""A check that would run too long, or need too much memory, is refused before it is queued."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from app.experiment.plan import Estimate, Experiment, estimate, with_more
from app.experiment.reading import bounds
from app.problems import ProblemError
from app.settings import Settings

_GIB: Final = 2**30


@dataclass(frozen=True, slots=True)
class Budget:
    """Most seconds and most bytes that a check may be estimated at."""

    seconds: float
    bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Budget":
        """The configured one."""
        return cls(settings.check_max_seconds, settings.check_max_bytes)

    def admits(self, cost: Estimate) -> bool:
        """Whether both fit."""
        return cost.seconds <= self.seconds and cost.bytes <= self.bytes

    def with_more(self, experiment: Experiment) -> Experiment:
        """The experiment with what it may take beyond its estimate, where slopes stay open."""
        return with_more(experiment, self.seconds, self.bytes)

    def check(self, experiment: Experiment) -> None:
        """Raise ``ProblemError`` with the estimate, the bound and what to lower, if it is over."""
        cost = estimate(experiment)
        if self.admits(cost):
            return
        pointer, remedy = next(
            _remedies(experiment, self), ("", "lower widths, steps, seeds and batch_size")
        )
        raise ProblemError(
            "over-budget",
            f"the check is estimated at {_spelled(cost)}, and the bounds here are "
            f"{_spelled(Estimate(self.seconds, self.bytes))}: {remedy}",
            pointer,
        )


def _spelled(cost: Estimate) -> str:
    return f"{cost.seconds:,.1f} seconds and {cost.bytes / _GIB:,.2f} GiB"


def _remedies(experiment: Experiment, budget: Budget) -> Iterator[tuple[str, str]]:
    """Single changes that bring it within the budget, with pointers; the least painful first."""

    def fits(**change: Any) -> bool:
        return budget.admits(estimate(replace(experiment, **change)))

    def remedy(pointer: str, words: str, **change: Any) -> tuple[str, str]:
        cost = _spelled(estimate(replace(experiment, **change)))
        return pointer, f"{words} it would be estimated at {cost}"

    widths = sorted(experiment.widths)
    for count in range(len(widths) - 1, bounds.WIDTHS.least - 1, -1):
        kept = tuple(widths[:count])
        if kept[-1] >= bounds.WIDEST_OVER_NARROWEST * kept[0] and fits(widths=kept):
            yield remedy("/widths", f"with widths up to {kept[-1]}", widths=kept)
    for name, bound in (("seeds", bounds.SEEDS), ("steps", bounds.STEPS)):
        lower = range(bound.least, getattr(experiment, name))
        fitting = bisect_left(lower, True, key=lambda value: not fits(**{name: value}))
        if fitting:
            value = lower[fitting - 1]
            yield remedy(f"/{name}", f"with {name} {value}", **{name: value})
    for factor in (2**k for k in range(1, max(widths).bit_length())):
        narrow = tuple(width // factor for width in widths)
        if narrow[0] < bounds.WIDTH.least or len(set(narrow)) < len(narrow):
            break
        if fits(widths=narrow):
            yield remedy("/widths", f"with every width divided by {factor}", widths=narrow)
