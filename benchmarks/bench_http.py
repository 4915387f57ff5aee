"""The HTTP service beside its floor (see benchmarks/floor.py), one process each, in one run.

(c) requests per second of /v1/classify on distinct bodies; (d) a batch of 100,000 rows.
"""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from http.client import HTTPConnection
from time import perf_counter, sleep

from benchmarks.measure import best_seconds, in_turns, machine, report
from solver import GALLERY

_REQUESTS = 1500
_ROUNDS = 8
_CONNECTIONS = 4
_ROWS = 100_000
_SPELLINGS = [0, 1, -1, 0.5, -0.5, "1/2", "-1/2", "1", "0", "1/3", "3/2", 0.25]


@contextmanager
def server(factory: str) -> Iterator[int]:
    """A server process of its own; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--no-access-log", "--log-level", "warning"],
        env={**os.environ, "ABC_LOG_LEVEL": "warning"},
    )
    try:
        for _ in range(200):
            try:
                if request(HTTPConnection("127.0.0.1", port), "GET", "/readyz") == 200:
                    break
            except OSError:
                sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def request(connection: HTTPConnection, method: str, path: str, body: bytes | None = None) -> int:
    """One request, its answer read to the end."""
    connection.request(method, path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status


def bodies(count: int) -> list[bytes]:
    """Distinct questions, as people ask them: variations on the gallery, in every form.

    Most give all hidden layers the same exponents; one in four varies them layer by layer.
    """
    generator = random.Random(0)
    entries = [
        e for e in GALLERY.values() if e.optimizer == "sgd" and not (e.bias or e.depth_one_only)
    ]
    result: dict[bytes, None] = {}
    while len(result) < count:
        depth = generator.randint(1, 8)
        entry = generator.choice(entries)
        s = Fraction(generator.randint(0, 12), 24) if entry.parameter else None
        layers = list(
            entry.roles(s).at_depth(depth).shifted(Fraction(generator.randint(-6, 6), 12)).layers
        )
        if generator.random() < 0.5:  # a change to one exponent of one role
            place, symbol = generator.choice([0, 1, -1]), generator.choice("abc")
            step = Fraction(generator.choice([-2, -1, 1, 2]), 4)
            changed = layers[place]._replace(**{symbol: getattr(layers[place], symbol) + step})
            layers = [changed if layer == layers[place] else layer for layer in layers]
        if generator.random() < 0.25:
            layers = [layer._replace(c=layer.c + generator.choice([0, 0, 1])) for layer in layers]
        a, b, c = (
            [spelled(each, generator) for each in column]
            for column in list(zip(*layers, strict=True))[:3]
        )
        roles = [
            dict(zip(("input", "hidden", "readout"), (x[0], x[-2], x[-1]), strict=True))
            for x in (a, b, c)
        ]
        question: dict[str, object] = generator.choice(
            [
                {"depth": depth, "abc": [*a, *b, *c]},
                {"depth": depth, "a": a, "b": b, "c": c},
                {"depth": depth, "a": roles[0], "b": roles[1], "c": roles[2]},
            ]
        )
        result[json.dumps(question).encode()] = None
    return list(result)


def spelled(value: Fraction, generator: random.Random) -> object:
    """The value as somebody might write it."""
    if value.denominator == 1:
        return int(value)
    decimal = float(value)
    exact = Fraction(str(decimal)) == value
    return decimal if exact and generator.random() < 0.5 else str(value)


def throughput(port: int, path: str, questions: list[bytes]) -> float:
    """Requests per second over a few kept-alive connections."""

    def ask(share: list[bytes]) -> None:
        connection = HTTPConnection("127.0.0.1", port)
        for body in share:
            status = request(connection, "POST", path, body)
            if status != 200:
                raise RuntimeError(f"{path} answered {status} to {body.decode()}")
        connection.close()

    started = perf_counter()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        list(pool.map(ask, [questions[i::_CONNECTIONS] for i in range(_CONNECTIONS)]))
    return len(questions) / (perf_counter() - started)


def batch_seconds(port: int, path: str, body: bytes) -> float:
    """Seconds until the whole answer is there."""
    connection = HTTPConnection("127.0.0.1", port)
    started = perf_counter()
    status = request(connection, "POST", path, body)
    seconds = perf_counter() - started
    connection.close()
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return seconds


def main() -> None:
    """Print the ratios."""
    print(f"HTTP ({machine()})")
    # No question is asked twice of the same server.
    questions = bodies((_ROUNDS + 2) * _REQUESTS)
    rounds = [questions[start : start + _REQUESTS] for start in range(0, len(questions), _REQUESTS)]
    generator = random.Random(1)
    with server("app.main:create_app") as service, server("benchmarks.floor:create_app") as floor:
        for port, path in ((service, "/v1/classify"), (floor, "/floor/classify")):
            throughput(port, path, rounds[0])
        of_service, of_floor = iter(rounds[1:]), iter(rounds[1:])
        ratio = in_turns(
            lambda: throughput(service, "/v1/classify", next(of_service)),
            lambda: throughput(floor, "/floor/classify", next(of_floor)),
            rounds=_ROUNDS,
        )
        rate = throughput(service, "/v1/classify", next(of_service))
        report(
            f"(c) over the floor, questions new to it ({rate:.0f} requests/s)",
            f"{ratio:.2f}",
            "≥ 0.8",
            ratio >= 0.8,
        )
        ratio = in_turns(
            lambda: throughput(service, "/v1/classify", rounds[0]),
            lambda: throughput(floor, "/floor/classify", rounds[0]),
            rounds=_ROUNDS,
        )
        report(
            f"(c) the same for {_REQUESTS} distinct questions, asked again",
            f"{ratio:.2f}",
            "≥ 0.8",
            ratio >= 0.8,
        )
        for name, spellings in (
            ("mixed spellings", _SPELLINGS),
            ("integers", [-1, 0, 1]),
            ('strings "p/q"', ["1/2", "0", "-1/2", "1", "1/3"]),
        ):
            rows = [generator.choices(spellings, k=7) for _ in range(_ROWS)]
            body = json.dumps({"depth": 2, "abc": rows}).encode()
            batch_seconds(floor, "/floor/batch", body)
            seconds: list[float] = []

            def service_batch(body: bytes = body, seconds: list[float] = seconds) -> float:
                seconds.append(batch_seconds(service, "/v1/classify/batch", body))
                return seconds[-1]

            ratio = in_turns(
                service_batch, lambda body=body: batch_seconds(floor, "/floor/batch", body), 7
            )
            report(
                f"(d) 100,000 rows over the floor, {name} ({min(seconds):.2f} s)",
                f"{ratio:.2f}",
                "≤ 2.5",
                ratio <= 2.5,
            )
    started = "import sys, app.main; app.main.create_app(); assert 'torch' not in sys.modules"
    seconds_to_import = best_seconds(
        lambda: subprocess.run([sys.executable, "-c", started], check=True), 5
    )
    bare = best_seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 5)
    report(
        f"API process: import and build ({seconds_to_import / bare:.0f}x a bare interpreter)",
        f"{seconds_to_import:.2f} s",
        "≤ 1 s",
        seconds_to_import <= 1,
    )


if __name__ == "__main__":
    main()
