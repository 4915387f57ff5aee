"""Answers where depth is open: for L = 1, and for every L >= 2."""

from typing import Any


def summary_by_depth(one: str, deeper: str | None, subject: str = "It") -> str:
    """Both in a line; ``deeper`` is None where the subject is defined for one hidden layer only."""
    if deeper is None:
        return f"{one} {subject} is defined for one hidden layer only."
    return deeper if one == deeper else f"L = 1: {one} L >= 2: {deeper}"


def plain_by_depth(summary: object, any_depth: bool, one: object, deeper: object) -> dict[str, Any]:
    """Both answers as the API gives them."""
    return {
        "summary": summary,
        "depth": None,
        "any_depth": any_depth,
        "verdicts": {"1": one, ">=2": deeper},
    }
