"""The main job in a minute: start the service, ask it over HTTP, stop it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, Final

import httpx

from app.table import gallery_table

_PATIENCE: Final = 60.0  # seconds: a cold start on a slow machine
_PLOTS: Final = Path("demo")
_CHECKS: Final[tuple[dict[str, Any], ...]] = (
    {"preset": "mup", "depth": 2},
    {"preset": "ntk", "depth": 2},
)


def main() -> None:
    """Classify the gallery and one of our own, mend it; check two on real networks."""
    with _service() as address, httpx.Client(base_url=address, timeout=30) as client:
        print(f"The service is up at {address}. The gallery, classified over HTTP:\n")
        print(gallery_table(client))
        question = {"depth": 3, "a": [0, 0, 0, 0], "b": [0, 0.5, 0.5, 0.5], "c": 0}
        answer = client.post("/v1/classify", json=question).raise_for_status().json()
        print(f"\nYour own: POST /v1/classify {json.dumps(question)}\n")
        print(f"  verdict: {answer['verdict']}")
        for reason in answer["reasons"]:
            print(f"  - {reason}")
        _solve(client, question)
        print("\nDo real networks agree? Each check trains some, of widths 256 to 65536.")
        for each in _CHECKS:
            _check(client, each)
    print("\nThe service is stopped. `make serve` starts it again; open /docs to try your own.")


def _solve(client: httpx.Client, question: dict[str, Any]) -> None:
    """The least change to it, and what other learning rates do."""
    wanted = {**question, "target": "feature_learning"}
    print(f"\nThe least change for features to be learned: POST /v1/repairs {json.dumps(wanted)}\n")
    answer = client.post("/v1/repairs", json=wanted).raise_for_status().json()
    print(f"  {answer['summary']}")
    unknown = {**question, "c": "c"}
    print(f"\nFor which learning rates, n^(-c)? POST /v1/regions {json.dumps(unknown)}\n")
    answer = client.post("/v1/regions", json=unknown).raise_for_status().json()
    for line in answer["summary"]:
        print(f"  {line}")


def _check(client: httpx.Client, question: dict[str, Any]) -> None:
    print(f"\nPOST /v1/checks {json.dumps(question)}\n")
    check = client.post("/v1/checks", json=question).raise_for_status().json()
    with client.stream("GET", f"/v1/checks/{check['id']}/events", timeout=None) as events:
        for line in events.iter_lines():
            data = line.removeprefix("data:").strip()
            if data and data != line:
                check = json.loads(data)
                _show(check)
    print()
    if check["result"] is None:
        raise RuntimeError(f"the check ended as {check['status']}: {check['error']}")
    print(f"  {check['result']['summary']}")
    _PLOTS.mkdir(exist_ok=True)
    for kind in ("svg", "png"):
        plot = client.get(f"/v1/checks/{check['id']}/plot.{kind}").raise_for_status()
        (_PLOTS / f"{question['preset']}.{kind}").write_bytes(plot.content)
    print(f"  The plot: {_PLOTS / question['preset']}.svg and .png")


def _show(check: dict[str, Any]) -> None:
    """Progress, on one line where there is a terminal."""
    if message := check.get("message"):
        print(f"  {message}", end="\r" if sys.stdout.isatty() else "\n", flush=True)


@contextmanager
def _service() -> Iterator[str]:
    """A server process of our own on a free port, with a database of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as directory:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
            env={
                **os.environ,
                "ABC_LOG_LEVEL": "warning",
                "DATABASE_URL": f"sqlite:///{directory}/checks.sqlite",
            },
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the service stopped while starting; its message is above")
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.TransportError:
            sleep(0.1)
    raise RuntimeError(f"the service was not ready within {_PATIENCE:.0f} seconds")


if __name__ == "__main__":
    main()
