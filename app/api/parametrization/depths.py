"""Answers to questions without a depth: for L = 1, and for every L >= 2."""

from typing import Generic, TypeVar

from typing_extensions import TypedDict

_T = TypeVar("_T")


class AnyDepth(TypedDict, Generic[_T]):
    """What each resource documents under a name of its own."""

    depth: None
    any_depth: bool
    verdicts: dict[str, _T | None]


def by_depth(any_depth: bool, one: _T, deeper: _T | None) -> AnyDepth[_T]:
    """The answer for L = 1 and that for every L >= 2, None where there is none."""
    return {"depth": None, "any_depth": any_depth, "verdicts": {"1": one, ">=2": deeper}}
