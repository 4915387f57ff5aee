"""A coordinate check by matrix-free networks beside one by mup's ``get_coord_data``.

Both train the same networks: µP, L = 3, tanh, d = 8, batch 4, five recorded steps, the same
widths and number of seeds.  mup 1.0.0 computes in float32, as it does by default; we in float64.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter

# As in a worker: threads that wait leave their core to whoever has work to do.  Before torch.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from mup import MuReadout, set_base_shapes
from mup.coord_check import get_coord_data
from torch import Tensor, nn

from app.experiment.data import training_batch
from app.experiment.plan import Experiment, Measurement, spelled
from app.experiment.run import measure
from benchmarks.measure import in_turns, machine, report
from solver import gallery_entry
from solver.theory import places

DEPTH, STEPS, SEEDS, RATE = 3, 4, 2, 0.5
GIB = 2**30

EXPERIMENT = Experiment(
    exponents=spelled(gallery_entry("mup").roles().at_depth(DEPTH)),
    optimizer="sgd",
    update_rule="sgd",
    momentum=0.0,
    method="matrix_free",
    device="cpu",
    widths=(256, 512, 1024),
    steps=STEPS,
    seeds=SEEDS,
    seed=0,
    batch_size=4,
    input_dim=8,
    inputs=None,
    targets=None,
    activation="tanh",
    loss="mse",
    learning_rate=RATE,
    tolerance=0.05,
)
INPUTS, TARGETS = (torch.from_numpy(each).float() for each in training_batch(EXPERIMENT))


class Perceptron(nn.Module):
    """The network as mup wants it; no weight is drawn twice."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = [EXPERIMENT.input_dim, *[width] * DEPTH]
        self.layers = nn.ModuleList(
            nn.utils.skip_init(nn.Linear, fan_in, fan_out, bias=False)
            for fan_in, fan_out in pairwise(sizes)
        )
        self.readout = MuReadout(width, 1, bias=False)

    def forward(self, inputs: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """The loss, which is where ``dict_in_out`` looks for it."""
        for layer in self.layers:
            inputs = torch.tanh(layer(inputs))
        return {"loss": ((self.readout(inputs)[:, 0] - targets) ** 2 / 2).mean()}


def perceptron(width: int) -> Perceptron:
    """With base width 1, mup's multiplier and rates are those of µP as the gallery has it."""
    model = Perceptron(width)
    set_base_shapes(model, Perceptron(1))
    nn.init.normal_(model.layers[0].weight)
    for layer in model.layers[1:]:
        nn.init.normal_(layer.weight, std=width**-0.5)
    nn.init.normal_(model.readout.weight)
    return model


def peer(width: int, seeds: int = SEEDS) -> Iterator[dict[str, object]]:
    """mup's records: root-mean-square outputs of every module at every step."""
    records = get_coord_data(
        {width: partial(perceptron, width)},
        [{"inputs": INPUTS, "targets": TARGETS}],
        lr=RATE,
        nsteps=STEPS + 1,
        nseeds=seeds,
        dict_in_out=True,
        output_fdict={"size": "l2"},
        cuda=False,
        show_progress=False,
    )
    yield from records.to_dict("records")


def ours(width: int, seeds: int = SEEDS) -> list[list[float | None]]:
    """Everything that a check records."""
    return measure(EXPERIMENT, Measurement(width, 0, seeds))


def same_sizes(width: int = 512, seeds: int = 60) -> None:
    """Both see the same: sizes of h^l and f at every step, to sampling error."""
    theirs: dict[tuple[int, int], list[float]] = {}
    for record in peer(width, seeds):
        name, step = str(record["module"]), int(str(record["t"])) - 1
        if name == "readout" or name.startswith("layers."):
            layer = DEPTH + 1 if name == "readout" else int(name.removeprefix("layers.")) + 1
            theirs.setdefault((layer, step), []).append(float(str(record["size"])))
    most = 0.0
    for place, row in zip(places(DEPTH, STEPS), ours(width, seeds), strict=True):
        if place.quantity in ("h", "f"):
            one, other = np.array(row, float), np.array(theirs[place.layer, place.step])
            error = np.sqrt((one.var() + other.var()) / seeds)
            most = max(most, float(abs(one.mean() - other.mean()) / error))
    report(f"(a) sizes of h and f, width {width}, {seeds} seeds", f"{most:.1f} σ apart",
           "≤ 4 σ", most <= 4)  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def against_the_peer(width: int, goal: int, rounds: int) -> None:
    """Times faster, taken in turns."""
    taken: dict[str, float] = {}

    def side(name: str, work: Callable[[], object]) -> float:
        now = seconds(work)
        taken[name] = min(now, taken.get(name, now))
        return now

    ratio = in_turns(
        lambda: side("mup", lambda: list(peer(width))), lambda: side("ours", lambda: ours(width)),
        rounds,
    )  # fmt: skip
    report(f"(b) times faster than mup, width {width}, {SEEDS} seeds", f"{ratio:.0f}",
           f"≥ {goal}", ratio >= goal)  # fmt: skip
    report("    seconds, best of each: mup, ours", f"{taken['mup']:.2f}, {taken['ours']:.3f}")


def growth_with_width(rounds: int = 5) -> None:
    """Sixteen times the width."""
    narrow, wide = 2**16, 2**20
    ratio = in_turns(
        lambda: seconds(lambda: ours(wide, 1)), lambda: seconds(lambda: ours(narrow, 1)), rounds
    )
    report("(c) time at width 2^20 over that at 2^16, one seed", f"{ratio:.1f}",
           "≤ 24", ratio <= 24)  # fmt: skip


PEAK = """
import json, sys
from pathlib import Path
from app.experiment.plan import Experiment, Measurement
from app.experiment.run import measure
measure(Experiment.from_json(json.loads(sys.argv[1])), Measurement(2**20, 0, 1))
print(Path("/proc/self/status").read_text())
"""


def peak_memory() -> None:
    """Of a process of its own, everything that torch takes included.

    The high-water mark, not ru_maxrss, which on Linux begins at that of the parent.
    """
    done = subprocess.run(
        [sys.executable, "-c", PEAK, json.dumps(EXPERIMENT.as_json())],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    found = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert found, "Linux tells the high-water mark"
    size = 1024 * int(found[1]) / GIB
    report("(d) peak memory at width 2^20, one seed", f"{size:.2f} GiB", "≤ 2 GiB", size <= 2)


if __name__ == "__main__":
    print(f"Coordinate check ({machine()}, torch {torch.__version__})")
    same_sizes()
    against_the_peer(4096, goal=20, rounds=7)
    against_the_peer(8192, goal=50, rounds=5)
    growth_with_width()
    peak_memory()
