"""Mixed load on one service for a while: python -m benchmarks.soak [SECONDS].

Batches, regions, checks, their events and plots, and clients that leave, all at once; beside them
/v1/classify is timed, which it is alone before.  Prints its percentiles idle and under load,
and the service's memory and open descriptors at the start, in the middle and at the end.
"""

import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic, perf_counter, sleep

import httpx
import psutil

_SECONDS = 1800.0
_IDLE_SECONDS = 10.0
_CHECK = {"preset": "mup", "depth": 2, "widths": [32, 64, 128], "seeds": 2, "steps": 2}
_REGIONS = {"preset": "uniform", "s": "s", "depth": 3}

_random = random.Random(0)


class Load:
    """What goes on at the same time, and how often each ended how."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.stop = Event()
        self.counts: Counter[tuple[str, object]] = Counter()
        self._threads = [
            Thread(target=self._again, args=(each,), name=each.__name__)
            for each in (self.batches, self.regions, self.checks, self.checks, self.leavers)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()

    def _again(self, what: Callable[[httpx.Client], object]) -> None:
        with httpx.Client(base_url=self.address, trust_env=False, timeout=60) as client:
            while not self.stop.is_set():
                try:
                    outcome = what(client)
                except httpx.HTTPError as error:
                    outcome = type(error).__name__
                self.counts[what.__name__, outcome] += 1
                sleep(_random.uniform(0, 0.2))

    def batches(self, client: httpx.Client) -> object:
        rows = [[0, 0.5, 0, _random.randrange(99) / 100, 0]] * 5000
        return client.post("/v1/classify/batch", json={"depth": 1, "abc": rows}).status_code

    def regions(self, client: httpx.Client) -> object:
        path = _random.choice(("/v1/regions", "/v1/regions/plot"))
        return client.post(path, json=_REGIONS).status_code

    def checks(self, client: httpx.Client) -> object:
        seed = _random.randrange(2**31)
        answer = client.post("/v1/checks", json={**_CHECK, "seed": seed})
        if answer.status_code != 202:
            return answer.status_code
        path = answer.headers["Location"]
        with client.stream("GET", f"{path}/events") as stream:
            for line in stream.iter_lines():
                if self.stop.is_set() or line == "event: result":
                    break
        if _random.random() < 0.2:
            return f"purged {client.delete(path, params={'purge': 'true'}).status_code}"
        return f"plot {client.get(f'{path}/plot.svg').status_code}"

    def leavers(self, _: httpx.Client) -> object:
        host, port = self.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            head = b"POST /v1/regions/plot HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"
            connection.sendall(head + _random.choice((b"", b"\r\n", b"\r\n{")))
        return "left"


def timed(client: httpx.Client, seconds: float) -> list[float]:
    """How long /v1/classify takes, asked some ten times a second."""
    taken = []
    until = monotonic() + seconds
    while monotonic() < until:
        body = {"preset": "uniform", "s": f"{_random.randrange(500)}/1000", "depth": 3}
        started = perf_counter()
        client.post("/v1/classify", json=body).raise_for_status()
        taken.append(perf_counter() - started)
        sleep(0.1)
    return sorted(taken)


def percentiles(taken: list[float]) -> str:
    return "  ".join(
        f"p{100 * share:g} {1000 * taken[min(int(share * len(taken)), len(taken) - 1)]:.1f} ms"
        for share in (0.5, 0.9, 0.99)
    )


def state(process: psutil.Process) -> str:
    return f"{process.memory_info().rss / 2**20:.0f} MiB, {process.num_fds()} descriptors"


def main(seconds: float) -> None:
    """Print the table."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as directory:
        log = (Path(directory) / "log").open("wb")
        service = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
            env={
                **os.environ,
                "DATABASE_URL": f"sqlite:///{directory}/checks.sqlite",
                "ABC_LOG_LEVEL": "warning",
            },
            stdout=log,
            stderr=log,
        )
        try:
            soak(service, f"http://127.0.0.1:{port}", seconds)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait()


def soak(service: "subprocess.Popen[bytes]", address: str, seconds: float) -> None:
    process = psutil.Process(service.pid)
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        while True:
            try:
                if client.get("/readyz").json()["workers"]:
                    break
            except httpx.TransportError:
                pass
            sleep(0.2)
        # What is loaded at the first use is loaded before anything is counted.
        client.post("/v1/regions/plot", json=_REGIONS)
        idle = timed(client, _IDLE_SECONDS)
        print(f"idle:       {percentiles(idle)}; {state(process)}", flush=True)
        with Load(address) as load:
            taken = []
            for part in ("first half", "second half"):
                now = timed(client, seconds / 2)
                taken += now
                print(f"{part}: {percentiles(now)}; {state(process)}", flush=True)
        sleep(2)
        print(f"afterwards: {state(process)}")
    ratio = sorted(taken)[int(0.99 * len(taken))] / idle[int(0.99 * len(idle))]
    print(f"p99 under load is {ratio:.1f} times that of an idle service")
    for (what, outcome), count in sorted(load.counts.items(), key=str):
        print(f"  {what}: {outcome}: {count}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else _SECONDS)
