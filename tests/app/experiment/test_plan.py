"""What a check is to do, and what it is said to cost."""

import json
import subprocess
import sys

import pytest
from scipy.optimize import brentq

from app.experiment.plan import (
    DEFAULT_WIDTHS,
    Experiment,
    Method,
    estimate,
    measurements,
    seconds_left,
    seeds_at,
)
from app.experiment.update_rules import UpdateRule
from tests import ROOT
from tests.app.experiment.experiments import described, experiment, named

SGD = experiment(named("mup", 3), widths=DEFAULT_WIDTHS["matrix_free"])
DENSE = experiment(named("mup_adam", 3), widths=DEFAULT_WIDTHS["dense"])
MUON = experiment(
    described(depth=3, optimizer={"input": "adamw", "hidden": "muon", "readout": "sgd"},
              a=[0, 0, 0, 1], b=[0, "1/2", "1/2", "inf"], c=[0, 0, 0, -1],
              bias={"a": 0, "b": 0, "c": 0, "optimizer": "adamw"}, residual=True, weight_decay=0),
    widths=DEFAULT_WIDTHS["matrix_free"],
)  # fmt: skip
# The largest that may be asked for at all, in every direction at once.
HOSTILE = experiment(
    named("mup", 16),
    widths=tuple(2**26 - k for k in range(20)),
    steps=64,
    seeds=256,
    batch_size=128,
    input_dim=256,
)


@pytest.mark.parametrize("each", [SGD, DENSE, HOSTILE], ids=["sgd", "dense", "hostile"])
def test_measurements_are_every_network_once(each: Experiment) -> None:
    done: dict[int, list[int]] = {}
    for width, first, seeds in measurements(each):
        assert seeds >= 1
        done.setdefault(width, []).extend(range(first, first + seeds))
    assert list(done) == sorted(each.widths)
    for width, networks in done.items():
        assert networks == list(range(seeds_at(each, width)))


def test_narrow_networks_are_more_so_that_noise_is_even() -> None:
    numbers = [seeds_at(SGD, width) for width in SGD.widths]
    assert numbers[-1] == SGD.seeds
    assert numbers == sorted(numbers, reverse=True)
    for width, number in zip(SGD.widths, numbers, strict=True):
        assert number <= 16 * SGD.seeds
        if number < 16 * SGD.seeds:
            assert number * width**0.5 == pytest.approx(SGD.seeds * max(SGD.widths) ** 0.5, rel=0.1)


def test_experiments_travel_as_json() -> None:
    own = experiment(
        named("ntk_adam", 1), inputs=((0.5, 1.0), (2.0, 0.0)), targets=(1.0, 0.0), batch_size=2
    )
    for each in (SGD, DENSE, HOSTILE, MUON, own):
        assert Experiment.from_json(json.loads(json.dumps(each.as_json()))) == each


def test_jobs_of_earlier_versions_are_read() -> None:
    written = SGD.as_json()
    for name in ("biases", "bias_optimizers", "bias_rules", "residual", "normalized",
                 "weight_decay", "epsilon"):  # fmt: skip
        del written[name]
    assert Experiment.from_json(json.loads(json.dumps(written))) == SGD


def test_what_costs_more_is_estimated_to_cost_more() -> None:
    for each in (SGD, DENSE, MUON):
        base = estimate(each)
        for more in (
            {"widths": (*each.widths, 2 * max(each.widths))},
            {"steps": 2 * each.steps},
            {"seeds": 2 * each.seeds},
            {"batch_size": 4 * each.batch_size},
            {"input_dim": 16 * each.input_dim},
        ):
            cost = estimate(Experiment.from_json({**each.as_json(), **more}))
            assert cost.seconds > base.seconds, more


def test_hostile_checks_are_seen_through() -> None:
    cost = estimate(HOSTILE)
    assert cost.seconds > 1e9
    assert cost.bytes > 1e13


@pytest.mark.parametrize("each", [SGD, DENSE, MUON], ids=["sgd", "dense", "muon"])
@pytest.mark.parametrize("pace", [0.25, 1.0, 3.0])
def test_what_is_left_comes_to_follow_the_pace_of_the_worker(each: Experiment, pace: float) -> None:
    whole = estimate(each).seconds
    assert seconds_left(each, 0, 0.0) == pytest.approx(whole)
    before, mistake = 0.0, abs(1 - pace)
    for done in range(1, len(measurements(each))):
        # The estimate of these measurements: who has spent that has the rest of it left.
        now = brentq(lambda spent, done=done: spent + seconds_left(each, done, spent) - whole,
                     0, whole)  # fmt: skip
        assert before < now < whole
        before, left = now, seconds_left(each, done, pace * now)
        now_mistaken = abs(left / (whole - now) - pace)
        assert now_mistaken < mistake or pace == 1
        mistake = now_mistaken
    assert mistake < 0.3 * abs(1 - pace) + 1e-9
    concluding = seconds_left(each, len(measurements(each)), before)
    assert 0 < concluding < 0.1 * whole


# Linux lets ru_maxrss begin at that of the parent: its high-water mark does not.
GROWTH = """
import json, re, resource, sys
from pathlib import Path
from app.experiment.plan import Experiment, Measurement
from app.experiment.run import measure
from tests import ROOT
def peak():
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
each = Experiment.from_json(json.loads(sys.argv[1]))
measure(each, Measurement(8, 0, 2))
before = peak()
measure(each, Measurement(each.widths[0], 0, each.seeds))
print(peak() - before)
"""


@pytest.mark.training
@pytest.mark.parametrize(
    ("method", "rule", "width"),
    [
        ("matrix_free", "sgd", 2**18),
        ("matrix_free", "muon", 2**18),
        ("dense", "muon", 768),
        ("dense", "sgd", 2048),
        ("dense", "adam", 2048),
    ],
)
def test_memory_is_not_underestimated(method: Method, rule: UpdateRule, width: int) -> None:
    given = {"sgd": named("mup", 3), "adam": named("mup_adam", 3), "muon": MUON.parametrization}
    each = experiment(given[rule], method=method, widths=(width,), seeds=1)
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, json.dumps(each.as_json())],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    measured = int(done.stdout)
    assert 0.85 * measured < estimate(each).bytes < 1.6 * measured
