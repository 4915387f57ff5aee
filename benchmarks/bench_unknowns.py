"""Regions and repairs: (a) typical questions, beside one verdict; (b) the price of depth."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from benchmarks.measure import best_seconds, in_turns, machine, report
from solver import (
    DEFAULT_LIMITS,
    Description,
    classify,
    gallery_entry,
    read_families,
    repair,
    survey,
)

GOAL_SECONDS = 0.5


def roles(first: object, hidden: object, last: object) -> dict[str, object]:
    """Entries by role."""
    return {"input": first, "hidden": hidden, "readout": last}


LINE: dict[str, Any] = {"a": roles(0, 0, 0), "b": roles(0, "1/2", "1/2"), "c": "c"}
PLANE: dict[str, Any] = {**LINE, "a": roles(0, 0, "x")}
SPACE: dict[str, Any] = {**PLANE, "b": roles(0, "1/2", "1/2 - y")}
LISTS: dict[str, Any] = {
    "depth": 10,
    "a": [*[0] * 10, "x"],
    "b": [0, *["1/2"] * 10],
    "c": ["c", *(f"{layer}/10" for layer in range(9)), "c"],
}
ADAM: dict[str, Any] = {
    "optimizer": "adam",
    "a": roles(0, 0, "x"),
    "b": roles(0, "1/2", "1 - x"),
    "c": "c",
}


def regions(asked: dict[str, Any], depth: int = 10) -> None:
    """Read and divided into cells."""
    description = Description(**{"depth": depth, **asked})
    survey(read_families(description, None, DEFAULT_LIMITS))


def repaired(name: str, target: Any, depth: int = 10) -> None:
    """From a gallery entry, hidden layers tied."""
    repair(gallery_entry(name).roles().at_depth(depth), target)


def typical() -> None:
    """Seconds, and how many verdicts of the same depth could have been had instead."""
    ntk = gallery_entry("ntk").roles().at_depth(10)
    verdict = best_seconds(lambda: [classify(ntk) for _ in range(100)]) / 100
    questions: list[tuple[str, Callable[[], None], bool]] = [
        ("one unknown", partial(regions, LINE), True),
        ("two unknowns", partial(regions, PLANE), True),
        ("two unknowns, adam", partial(regions, ADAM), True),
        ("two unknowns, ten different layers", partial(regions, LISTS), True),
        ("three unknowns", partial(regions, SPACE), False),
        *(
            (f"repair, {name} to {target}", partial(repaired, name, target), True)
            for name, target in (
                ("standard", "feature_learning"),
                ("ntk", "feature_learning"),
                ("ntk", "maximal"),
                ("standard", "kernel"),
            )
        ),
    ]
    for name, question, bounded in questions:
        seconds = best_seconds(question, 3)
        goal = f"≤ {GOAL_SECONDS} s" if bounded else ""
        shown = f"{seconds:.3f} s ({seconds / verdict:,.0f}×)"
        report(f"(a) L = 10, {name}", shown, goal, seconds <= GOAL_SECONDS)


def price_of_depth() -> None:
    """Exponents by role cost the same at any depth."""
    for name, work in (
        ("regions", partial(regions, PLANE)),
        ("repair", partial(repaired, "ntk", "feature_learning")),
    ):

        def timed(depth: int, work: Callable[..., None] = work) -> float:
            started = perf_counter()
            work(depth=depth)
            return perf_counter() - started

        ratio = in_turns(partial(timed, 100), partial(timed, 3), 9)
        what = f"(b) {name}: time at L = 100 over that at L = 3"
        report(what, f"{ratio:.2f}", "≤ 1.1", ratio <= 1.1)


if __name__ == "__main__":
    print(f"Unknowns ({machine()}; in brackets, how many verdicts at that depth take as long)")
    typical()
    price_of_depth()
