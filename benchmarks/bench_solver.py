"""(a) One call of the solver at L = 3; (b) rows per second of classify_many."""

import random
from fractions import Fraction
from functools import partial

import numpy as np

from benchmarks.measure import best_seconds, machine, report
from solver import GALLERY, Exponents, Parametrization, Verdict, classify, classify_many

_ROWS = 1_000_000


def written(verdict: Verdict) -> tuple[object, ...]:
    """All that is worked out only when it is looked at."""
    return (
        verdict.reasons,
        verdict.consequences,
        verdict.conditions,
        verdict.canonical,
        verdict.equivalent_to,
    )


def single_calls() -> None:
    """Verdict, certificate and words, on distinct parametrizations with three hidden layers."""
    generator = random.Random(0)
    halves = [Fraction(n, 2) for n in range(-2, 5)]
    gallery = [
        entry.roles().at_depth(3)
        for entry in GALLERY.values()
        if entry.parameter is None and entry.bias is None and not entry.depth_one_only
    ]
    drawn = [
        Parametrization(3, tuple(Exponents(*generator.choices(halves, k=3)) for _ in range(4)))
        for _ in range(200)
    ]
    for name, points in (("gallery", gallery * 25), ("random halves", drawn)):
        seconds = best_seconds(lambda points=points: [written(classify(each)) for each in points])
        each = 1e6 * seconds / len(points)
        report(f"(a) classify, L = 3, {name}", f"{each:.0f} µs", "≤ 150 µs", each <= 150)
    # The solver remembers layers it has seen.  Exponents that nobody has asked about:
    fresh = [
        [
            Parametrization(
                3,
                tuple(
                    Exponents(*(Fraction(generator.randint(-60, 120), 60) for _ in "abc"))
                    for _ in range(4)
                ),
            )
            for _ in range(200)
        ]
        for _ in range(14)
    ]
    seconds = best_seconds(lambda: [classify(each) for each in fresh.pop()])
    each = 1e6 * seconds / 200
    report("    layers never seen before", f"{each:.0f} µs", "≤ 150 µs", each <= 150)
    seconds = best_seconds(lambda: [written(classify(each)) for each in fresh.pop()])
    report("    the same, and every word of the answer", f"{1e6 * seconds / 200:.0f} µs")


def rows_per_second() -> None:
    """Integer-coded rows over the denominator 12, half of them near the gallery."""
    generator = np.random.default_rng(0)
    for depth in (2, 3):
        mup = GALLERY["mup"].roles().at_depth(depth).layers
        row = [int(12 * layer[symbol]) for symbol in range(2) for layer in mup] + [0]
        near = np.array(row) + 6 * generator.integers(-1, 2, (_ROWS // 2, len(row))) * (
            generator.random((_ROWS // 2, len(row))) < 0.1
        )
        rows = np.concatenate([near, generator.integers(-24, 25, (_ROWS // 2, len(row)))])
        for optimizer in ("sgd", "adam"):
            seconds = best_seconds(partial(classify_many, depth, rows, 12, optimizer), 5)
            rate = _ROWS / seconds / 1e6
            report(
                f"(b) classify_many, L = {depth}, {optimizer}",
                f"{rate:.1f} M rows/s",
                "≥ 5 M rows/s",
                rate >= 5,
            )


if __name__ == "__main__":
    print(f"Solver ({machine()})")
    single_calls()
    rows_per_second()
