"""What questions with unknowns are answered, for the documentation: worked out when asked for."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from app.api.regions import examples as of_regions
from app.api.regions import route as regions
from app.api.regions import solve as regions_solve
from app.api.regions.request import RegionsIn
from app.api.repairs import examples as of_repairs
from app.api.repairs import route as repairs
from app.api.repairs import solve as repairs_solve
from app.api.repairs.request import RepairsIn
from solver import DEFAULT_LIMITS, Deadline

# One for each shape of an answer.
_SHOWN: Final = (
    *("between_mup_and_ntk", "largest_stable_learning_rate"),
    *("standard_learns_features", "impossible"),
)


@cache
def solved_examples() -> dict[str, dict[str, Any]]:
    """Answers to some of the documented questions, by path and by the question's name."""

    def surveyed(body: Any) -> object:
        return regions_solve.answered(RegionsIn(**body), DEFAULT_LIMITS, Deadline())

    def repaired(body: Any) -> object:
        return repairs_solve.answered(RepairsIn(**body), DEFAULT_LIMITS, Deadline())

    return {
        regions.router.prefix: _shown(of_regions.REGIONS, surveyed),
        repairs.router.prefix: _shown(of_repairs.REPAIRS, repaired),
    }


def _shown(
    questions: Mapping[str, dict[str, Any]], answered: Callable[[Any], object]
) -> dict[str, Any]:
    return {
        name: {"summary": question["summary"], "value": _plain(answered(question["value"]))}
        for name, question in questions.items()
        if name in _SHOWN
    }


def _plain(value: object) -> Any:
    """Without the parts that are encoded already."""
    return msgspec.json.decode(msgspec.json.encode(value))
