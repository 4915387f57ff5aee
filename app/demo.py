"""The main job in a minute: start the service, ask it over HTTP, stop it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import httpx

from app.table import gallery_table

_PATIENCE = 60.0  # seconds: a cold start on a slow machine


def main() -> None:
    """Classify the gallery and one parametrization of our own, and print the answers."""
    with _service() as address, httpx.Client(base_url=address, timeout=30) as client:
        print(f"The service is up at {address}. The gallery, classified over HTTP:\n")
        print(gallery_table(client))
        question = {"depth": 3, "a": [0, 0, 0, 0], "b": [0, 0.5, 0.5, 0.5], "c": 0}
        answer = client.post("/v1/classify", json=question).raise_for_status().json()
        print(f"\nYour own: POST /v1/classify {json.dumps(question)}\n")
        print(f"  verdict: {answer['verdict']}")
        for reason in answer["reasons"]:
            print(f"  - {reason}")
    print("\nThe service is stopped. `make serve` starts it again; open /docs to try your own.")


@contextmanager
def _service() -> Iterator[str]:
    """A server process of our own on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
        env={**os.environ, "ABC_LOG_LEVEL": "warning"},
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
