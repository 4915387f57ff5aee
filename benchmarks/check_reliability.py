"""How often a check is right: the same requests again and again, with other random numbers.

    python -m benchmarks.check_reliability --requests 200 --seeds 20 --save results.jsonl

Each request trains networks of a parametrization drawn at random, in a setting drawn at random,
and is judged twice: by the theory of what was trained, and by that of another parametrization
(exchanged), whose predictions differ.  Printed is the table of docs/checks.md.
"""

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from random import Random
from time import perf_counter

# As in a worker: threads that wait leave their core to whoever has work to do.  Before torch.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from app.experiment.conclude import Sizes, conclude
from app.experiment.further import further
from app.experiment.judge import counts
from app.experiment.plan import Experiment, Measurement, estimate, measurements, spelled
from app.experiment.run import measure
from solver import Kind, Parametrization, classify, gallery_entry, predictions
from solver.theory import Place, shared

# Of the first measurements, and of all of a check.
MOST_SECONDS_AT_FIRST, MOST_SECONDS, MOST_BYTES = 0.3, 4.0, 2**30
# Exchanged theories differ by so much in some exponent: what is nearer takes a finer tolerance.
DIFFERENCE = Fraction(1, 4)

WIDTHS_SGD = [
    (64, 128, 256), (64, 128, 256, 512), (128, 512, 2048), tuple(2**k for k in range(7, 12)),
    tuple(2**k for k in range(7, 13)), (256, 1024, 4096, 16384), tuple(2**k for k in range(8, 15)),
]  # fmt: skip
WIDTHS_ADAPTIVE = [(64, 128, 256), (64, 128, 256, 512), (32, 64, 128, 256, 512)]


def random_sgd(random: Random, depth: int) -> Parametrization:
    """On the quarter grid: sound at initialization, stable more often than not."""
    quarter = Fraction(1, 4)
    readout = random.choice([2, 2, 3, 4]) * quarter
    update = random.choice([4, 4, 4, 5, 3]) * quarter
    layers = []
    for layer in range(1, depth + 1):
        r = random.choice([0, 0, 1, 2, 2, 3, 4]) * quarter
        initial = Fraction(0) if layer == 1 else Fraction(1, 2)
        # r_l = min(a+b, 2a+c of the readout) + c_l + 2a_l - 1 + I(l = 1), in the gauge a_l = 0.
        rate = max(r, 1 - readout) - min(readout, update) + 1 - (layer == 1)
        layers.append(shared(Fraction(0), initial, rate))
    layers.append(shared(readout, Fraction(0), update - 2 * readout))
    return Parametrization(depth, tuple(layers), "sgd")


def named(random: Random, depth: int, optimizer: str) -> Parametrization:
    """A member of the gallery."""
    if optimizer == "adam":
        name, value = random.choice(
            [("mup_adam", None), ("ntk_adam", None), ("standard_adam", Fraction(3, 2)),
             ("standard_adam", Fraction(1))]
        )  # fmt: skip
    else:
        name, value = random.choice(
            [("mup", None), ("ntk", None), ("standard_1_over_n", None), ("standard", None),
             ("uniform", Fraction(1, 4)), ("uniform", Fraction(1, 3))]
        )  # fmt: skip
    return gallery_entry(name).roles(value).at_depth(depth)


@dataclass(frozen=True)
class Request:
    """What is trained, and the other theory that it is judged by."""

    experiment: Experiment
    exchanged: Parametrization | None


def requests(count: int, start: int = 0) -> Iterator[tuple[int, Request]]:
    """Requests ``start .. start + count - 1`` of an endless list that is always the same."""
    for number in range(start, start + count):
        random = Random(number)
        while True:
            made = _request(random)
            if estimate(made.experiment).seconds <= MOST_SECONDS_AT_FIRST:
                break
        yield number, made


def _request(random: Random) -> Request:
    optimizer = random.choice(["sgd", "sgd", "sgd", "adam"])
    depth = random.choice([1, 2, 2, 3, 3, 4, 6, 8])
    drawn = [
        random_sgd(random, depth)
        if optimizer == "sgd" and random.random() < 0.6
        else named(random, depth, optimizer)
        for _ in range(6)
    ]
    batch = random.choice([1, 1, 2, 4, 4, 8, 16, 64])
    experiment = Experiment(
        exponents=spelled(drawn[0]),
        optimizer="sgd" if optimizer == "sgd" else "adam",
        update_rule="sgd" if optimizer == "sgd" else random.choice(["adam", "signsgd"]),
        momentum=random.choice([0.0, 0.0, 0.9]) if optimizer == "sgd" else 0.0,
        method="matrix_free" if optimizer == "sgd" else "dense",
        device="cpu",
        widths=random.choice(WIDTHS_SGD if optimizer == "sgd" else WIDTHS_ADAPTIVE),
        steps=random.choice([2, 3, 4, 6]),
        seeds=random.choice([2, 4, 8, 16]),
        seed=0,
        batch_size=batch,
        input_dim=8,
        inputs=None,
        targets=None,
        activation=random.choice(["tanh", "tanh", "relu", "gelu", "erf"]),
        loss=random.choice(["mse", "mse", "logistic"]),
        learning_rate=float(f"{10 ** random.uniform(-2, 1):.2g}"),
        tolerance=0.05,
        most_seconds=MOST_SECONDS,
        most_bytes=MOST_BYTES,
    )
    other = next((each for each in drawn[1:] if _differ(experiment, drawn[0], each)), None)
    return Request(experiment, other)


def _differ(experiment: Experiment, one: Parametrization, other: Parametrization) -> bool:
    """Whether the predictions differ, by enough to be seen, and not both are unstable."""
    kinds = {classify(each, experiment.activation).kind for each in (one, other)}
    if kinds == {Kind.UNSTABLE}:
        return False
    pairs = zip(
        predictions(one, experiment.steps, experiment.activation),
        predictions(other, experiment.steps, experiment.activation),
        strict=True,
    )
    return any(
        first.exponent is not None
        and second.exponent is not None
        and abs(first.exponent - second.exponent) >= DIFFERENCE
        for first, second in pairs
        if counts(Place(*first[:3]))
    )


class Networks:
    """Networks of one experiment, each measured once however often it is judged."""

    def __init__(self, truth: Experiment) -> None:
        self._truth = truth
        self._sizes: dict[Measurement, Sizes] = {}
        self.seconds = 0.0

    def check(self, claimed: Experiment) -> dict[str, object]:
        """What a check says that takes the networks to be ``claimed``."""
        measured = [(each, self._of(each)) for each in measurements(claimed)]
        rounds = 0
        while more := further(claimed, measured):
            measured += [(each, self._of(each)) for each in more]
            rounds += 1
        result = conclude(claimed, measured, "cpu", 0.0)
        return {
            "verdict": result["verdict"],
            "theory": result["theory"],
            "empirical": result["empirical"],
            "widest": result["widths"][-1],
            "rounds": rounds,
            "summary": result["summary"],
        }

    def _of(self, measurement: Measurement) -> Sizes:
        if measurement not in self._sizes:
            started = perf_counter()
            self._sizes[measurement] = measure(self._truth, measurement)
            self.seconds += perf_counter() - started
        return self._sizes[measurement]


def run(request: Request, seed: int) -> dict[str, object]:
    """One line of the record: both verdicts on one set of networks."""
    truth = replace(request.experiment, seed=seed)
    networks = Networks(truth)
    true = networks.check(truth)
    seconds = networks.seconds
    exchanged = None
    if request.exchanged is not None:
        exchanged = networks.check(replace(truth, exponents=spelled(request.exchanged)))
    return {"seed": seed, "seconds": seconds, "true": true, "exchanged": exchanged}


def table(lines: list[dict[str, object]]) -> Iterator[str]:
    """The record in a few numbers."""
    for which, wrong in (("true", "contradicted"), ("exchanged", "confirmed")):
        by_request: dict[object, list[str]] = {}
        for line in lines:
            if found := line[which]:
                assert isinstance(found, dict)
                by_request.setdefault(line["request"], []).append(found["verdict"])
        verdicts = Counter(each for group in by_request.values() for each in group)
        same = sum(max(Counter(group).values()) for group in by_request.values())
        total = sum(verdicts.values())
        agreed = sum(len(set(group)) == 1 for group in by_request.values())
        yield (
            f"{which:<10} {len(by_request):>4} requests {total:>5} checks   "
            + "   ".join(f"{name} {verdicts[name]}" for name in
                         ("confirmed", "inconclusive", "contradicted"))
            + f"   the verdict of most seeds {100 * same / max(total, 1):.1f}%"
            + f"   all seeds alike {agreed}   wrong ({wrong}) {verdicts[wrong]}"
        )  # fmt: skip


def main() -> None:
    """Run, record and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--start", type=int, default=0, help="the number of the first request")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--save", type=Path, help="a file of JSON lines, to be continued")
    parser.add_argument("--table", action="store_true", help="print what is saved, run nothing")
    given = parser.parse_args()
    lines: list[dict[str, object]] = []
    if given.save and given.save.exists():
        lines = [json.loads(each) for each in given.save.read_text().splitlines()]
    done = {(line["request"], line["seed"]) for line in lines}
    for number, request in () if given.table else requests(given.requests, given.start):
        for seed in range(given.seeds):
            if (number, seed) in done:
                continue
            line = {"request": number, **run(request, seed)}
            lines.append(line)
            if given.save:
                with given.save.open("a") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print("\n".join(table(lines)))


if __name__ == "__main__":
    main()
