"""Timing that survives a noisy machine: best of several, and sides taken in turn."""

import os
import platform
from collections.abc import Callable
from statistics import median
from time import perf_counter


def best_seconds(work: Callable[[], object], repeat: int = 7) -> float:
    """The shortest of several runs: noise only ever adds."""
    return min(_seconds(work) for _ in range(repeat))


def in_turns(first: Callable[[], float], second: Callable[[], float], rounds: int) -> float:
    """The median ratio first / second of measurements taken alternately."""
    ratios = []
    for number in range(rounds):
        sides = (first, second) if number % 2 else (second, first)
        taken = {side: side() for side in sides}
        ratios.append(taken[first] / taken[second])
    return median(ratios)


def report(name: str, value: str, goal: str = "", met: bool = False) -> None:
    """One line of the result; without a goal there is nothing to meet."""
    outcome = f"   to reach: {goal:<18} {'met' if met else 'NOT MET'}" if goal else ""
    print(f"  {name:<58} {value:>18}{outcome}")


def machine() -> str:
    """What ran it, in a few words."""
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
