"""The command line with scripted measurements: python -m tests....queue_process DIR COMMAND...

Each measurement appends "begin WIDTH" and "end WIDTH" to DIR/log; in between it waits as
long as DIR/hold-WIDTH exists, and raises if DIR/fail-WIDTH does.  Where DIR/more-WIDTH exists,
that width is measured further.  No torch.  Unless DIR/own-pace
exists, processes look more often for what is to be done, so that tests wait less.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import sleep
from types import ModuleType
from typing import Any

from app import cli, experiment
from app.experiment.plan import Experiment, Measurement
from app.queue import beside


def main(directory: Path, arguments: list[str]) -> None:
    beside.COMMAND = [
        sys.executable, "-m", "tests.app.queue.queue_process", str(directory), "worker",
        "--until-input-ends",
    ]  # fmt: skip

    def say(what: str) -> None:
        with (directory / "log").open("a") as log:
            log.write(f"{what} {os.getpid()}\n")

    def measure(
        _: object, measurement: Measurement, checkpoint: Callable[[], None] = lambda: None
    ) -> list[list[float]]:
        width = measurement.width
        say(f"begin {width}")
        while (directory / f"hold-{width}").exists():
            checkpoint()
            sleep(0.02)
        if (directory / f"fail-{width}").exists():
            raise ValueError(f"no network of width {width} can be built")
        say(f"end {width}")
        return [[float(width)] * measurement.seeds]

    def conclude(
        _: Experiment,
        measured: Sequence[tuple[Measurement, list[list[float]]]],
        device: str,
        seconds: float,
    ) -> dict[str, Any]:
        say("conclude 0")
        for measurement, sizes in measured:
            assert sizes == [[float(measurement.width)] * measurement.seeds]
        return {
            "verdict": "confirmed",
            "summary": f"{len(measured)} measurements.",
            "widths": [each.width for each, _ in measured],
            "device": device,
            "seconds": seconds,
        }

    def measure_outputs(_: object, measurement: Measurement) -> list[dict[str, Any]]:
        (numbers,) = measure(_, measurement)
        noise = [[0.0, 0.0], [1e-3, 1e-3]]
        mean = [[0.0, 0.0], [1 + 1 / measurement.width] * 2]
        half = {"networks": len(numbers) // 2, "mean": mean, "squares": noise}
        return [half, half]

    replace("limits.outputs", measure=measure_outputs, measured_nonlinearity=lambda _: (0.1, 0.0))
    replace(
        "run",
        measure=measure,
        device_name=lambda _: "cpu",
        device_here=lambda: {"device": "cpu", "name": "a double", "memory": 2**30},
        DeviceError=type("D", (Exception,), {}),
    )

    def further(
        _: Experiment, measured: Sequence[tuple[Measurement, list[list[float]]]]
    ) -> list[Measurement]:
        say("further 0")
        done = {each.width for each, _ in measured}
        asked = {int(path.name.removeprefix("more-")) for path in directory.glob("more-*")}
        return [Measurement(width, 0, 2) for width in sorted(asked - done)]

    replace("conclude", conclude=conclude)
    replace("further", further=further)
    if not (directory / "own-pace").exists():
        hurry()
    launches_when_told(directory, say)
    if (directory / "silence").exists():
        from app.queue import presence

        presence.SILENCE = int((directory / "silence").read_text())
    cli.main(arguments)


def launches_when_told(directory: Path, say: Callable[[str], None]) -> None:
    """Wait before launching dbos as long as DIR/hold-launch exists."""
    from app.queue import worker

    launch = worker._launch

    def held(*given: Any) -> None:
        if (directory / "hold-launch").exists():
            say("launch 0")
        while (directory / "hold-launch").exists():
            sleep(0.02)
        launch(*given)

    worker._launch = held


def hurry() -> None:
    from app.queue import worker

    beside._SECONDS_BETWEEN_STARTS = 0.5  # type: ignore[misc]
    worker._SECONDS_BETWEEN_LOOKS = 1.0  # type: ignore[misc]
    worker._SECONDS_BETWEEN_POLLS = 0.1  # type: ignore[misc]


def replace(name: str, **contents: Any) -> None:
    module = ModuleType(f"app.experiment.{name}")
    vars(module).update(contents)
    sys.modules[module.__name__] = module
    setattr(experiment, name, module)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
