"""A check in keywords: ``check(preset="mup", depth=2)`` trains, measures and concludes at once.

The keywords are the fields of ``POST /v1/checks``: a parametrization as ``solver.classify`` takes
it, with its depth, and the networks on which to check it.  Nothing bounds what a check costs here;
``plan.estimate`` tells it beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from html import escape
from math import inf
from time import perf_counter
from typing import Any, Final

from app.experiment.conclude import Sizes, conclude
from app.experiment.further import further
from app.experiment.plan import Experiment, Measurement, measurements, with_more
from app.experiment.reading import Question, read_question
from app.experiment.report import CheckResult, CheckVerdict
from solver import Description
from solver.reading import FIELDS

# Wider networks than were asked for are measured where one of them fits.
_MOST_BYTES: Final = 4 * 2**30

_CHOICES: Final = tuple(each.name for each in fields(Question) if each.name != "description")


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """An experiment that was done, and its result."""

    experiment: Experiment
    result: CheckResult

    @property
    def verdict(self) -> CheckVerdict:
        """Whether the networks agree with the theorem."""
        return self.result["verdict"]

    @property
    def summary(self) -> str:
        """The verdict in one sentence, and what was seen."""
        return self.result["summary"]

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<Checked: {self.summary}>"

    def _repr_html_(self) -> str:
        listed = "".join(f"<li>{escape(each)}</li>" for each in self.result["notes"])
        return f"<p>{escape(self.summary)}</p><ul>{listed}</ul>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it under ``result``."""
        return {**self.result}


def check(*, progress: Callable[[int, int], object] | None = None, **asked: Any) -> Checked:
    """Train networks across widths and compare their slopes with those that theory predicts.

    ``progress`` is called with the number of measurements done and that of all, before the first
    and after each.  Raises ``ParametrizationError`` with everything that is wrong, ``TypeError``
    for keywords that are none, and ``DeviceError`` where ``device="cuda"`` finds none.
    """
    experiment = with_more(read_question(_question(asked)), inf, _MOST_BYTES)
    from app.experiment import run  # loads torch, which the service's own process never does

    started = perf_counter()
    planned = measurements(experiment)
    measured: list[tuple[Measurement, Sizes]] = []
    while len(measured) < len(planned):
        for measurement in planned[len(measured) :]:
            if progress is not None:
                progress(len(measured), len(planned))
            measured.append((measurement, run.measure(experiment, measurement)))
        planned += further(experiment, measured)
    if progress is not None:
        progress(len(planned), len(planned))
    device, seconds = run.device_name(experiment), perf_counter() - started
    return Checked(experiment, conclude(experiment, measured, device, seconds))


def _question(asked: dict[str, Any]) -> Question:
    strange = [name for name in asked if name not in (*FIELDS, *_CHOICES)]
    if strange:
        known = ", ".join((*FIELDS, *_CHOICES))
        raise TypeError(f"check takes no {', '.join(strange)}; it takes {known}")
    values: dict[str, Any] = {name: _plain(value) for name, value in asked.items()}
    description = {name: values[name] for name in FIELDS if name in values}
    choices = {name: values[name] for name in _CHOICES if name in values}
    return Question(description=Description(**description), **choices)


def _plain(value: object) -> object:
    """Arrays as lists, and their entries as Python's own numbers."""
    if isinstance(value, range | list | tuple):
        return [_plain(each) for each in value]
    return value.tolist() if hasattr(value, "tolist") else value
