"""What whoever runs the service sees and sets: readiness, workers, figures and their lines."""

import asyncio
import sys
from threading import Event
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.queue.client import QueueUnavailableError, identifier_under
from tests.app.queue.queue_double import QueueDouble, app_with, result_of

SMALL = {"preset": "mup", "depth": 2, "widths": [64, 128, 256], "learning_rate": 0.1}


@pytest.fixture
def queue() -> QueueDouble:
    return QueueDouble()


def readiness(queue: QueueDouble, up_for: float) -> dict[str, Any]:
    app = app_with(queue)
    app.state.started -= up_for
    response = TestClient(app).get("/readyz")
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize(
    ("up_for", "last_seen", "alive", "state"),
    [
        (0, None, {}, "ok"),
        (3600, None, {}, "no_worker"),
        (3600, 3600.0, {}, "no_worker"),
        (0, 3600.0, {}, "ok"),
        (3600, 31.0, {}, "ok"),
        (3600, 1.0, {"cuda": 2, "cpu": 1}, "ok"),
    ],
)
def test_readiness_tells_whether_there_are_workers(
    queue: QueueDouble, up_for: float, last_seen: float | None, alive: dict[str, int], state: str
) -> None:
    queue.alive, queue.last_seen = alive, last_seen
    assert readiness(queue, up_for) == {"status": "ok", "queue": state, "workers": alive}


def test_readiness_tells_that_nothing_can_be_written(queue: QueueDouble) -> None:
    queue.read_only = True
    assert readiness(queue, 0) == {"status": "ok", "queue": "unwritable", "workers": None}


def test_a_check_for_a_gpu_is_refused_where_no_worker_has_one(queue: QueueDouble) -> None:
    client = TestClient(app_with(queue))
    queue.alive = {"cpu": 2}
    response = client.post("/v1/checks", json={**SMALL, "device": "cuda"})
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "/problems/no-device"
    assert problem["errors"][0]["pointer"] == "/device"
    assert "alive: 2 with cpu" in problem["detail"]
    assert "submit" not in queue.asked
    queue.alive = {"cpu": 2, "cuda": 1}
    assert client.post("/v1/checks", json={**SMALL, "device": "cuda"}).status_code == 202
    queue.alive = {}
    assert client.post("/v1/checks", json=SMALL).status_code == 202


@pytest.mark.parametrize("key", [None, "a key of mine".replace(" ", "-")])
def test_what_may_have_been_queued_all_the_same_is_named(
    queue: QueueDouble, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    submitted: list[str] = []

    def submit(_: object, key: str) -> None:
        submitted.append(key)
        raise QueueUnavailableError("the queue did not answer")

    monkeypatch.setattr(queue, "submit", submit)
    headers = {} if key is None else {"Idempotency-Key": key}
    response = TestClient(app_with(queue)).post("/v1/checks", json=SMALL, headers=headers)
    assert response.status_code == 503
    assert key in (None, *submitted)
    assert f"/v1/checks/{identifier_under(submitted[0])};" in response.json()["detail"]


# ---------------------------------------------------------------------------- pictures

REGIONS = {"preset": "uniform", "s": "s", "depth": 2}


class Easel:
    """Draws as long as it is not let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.begun = Event(), Event()
        self.drawn: list[str] = []
        for kind in ("checks", "regions"):
            double = SimpleNamespace(draw=lambda *_, kind=kind: self.draw(kind))
            monkeypatch.setitem(sys.modules, f"app.figures.{kind}", double)

    def draw(self, kind: str) -> bytes:
        self.drawn.append(kind)
        if kind == "regions":
            self.begun.set()
            assert self.go.wait(60)
        return kind.encode()


def finished(queue: QueueDouble, client: TestClient) -> str:
    identifier: str = client.post("/v1/checks", json=SMALL).json()["id"]
    queue.change(identifier, status="succeeded", result=result_of(queue.newest()))
    return identifier


def test_figures_of_checks_wait_for_no_others_and_are_drawn_once(
    queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    easel = Easel(monkeypatch)
    app = app_with(queue)
    path = f"/v1/checks/{finished(queue, TestClient(app))}/plot"

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            slow = [
                asyncio.create_task(client.post("/v1/regions/plot", json=REGIONS)) for _ in "123"
            ]
            while not easel.begun.is_set():
                await asyncio.sleep(0.01)
            for _ in "12":
                for each in ("svg", "png"):
                    assert (await client.get(f"{path}.{each}")).content == b"checks"
            easel.go.set()
            assert [(await each).content for each in slow] == [b"regions"] * 3

    asyncio.run(ask())
    assert sorted(easel.drawn) == ["checks"] * 2 + ["regions"] * 3


def test_figures_are_kept_up_to_a_bound(
    queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    easel = Easel(monkeypatch)
    client = TestClient(app_with(queue, plot_cache_bytes=2 * len(b"checks")))
    first, second, third = (finished(queue, client) for _ in "123")
    for identifier in (first, second, first, third, first, second):
        assert client.get(f"/v1/checks/{identifier}/plot.svg").content == b"checks"
    assert len(easel.drawn) == 4, "the second was dropped for the third, being asked for before it"


def test_a_figure_waits_for_others_no_longer_than_it_may(
    queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    easel = Easel(monkeypatch)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app_with(queue, plot_max_seconds=0.2))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            slow = asyncio.create_task(client.post("/v1/regions/plot", json=REGIONS))
            while not easel.begun.is_set():
                await asyncio.sleep(0.01)
            response = await client.post("/v1/regions/plot", json=REGIONS)
            easel.go.set()
            await slow
            return response

    response = asyncio.run(ask())
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/busy"
    assert "0.2 seconds" in response.json()["detail"]
    assert response.headers["Retry-After"]
    assert easel.drawn == ["regions"]


def test_nothing_is_drawn_for_clients_that_have_left(
    queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    easel = Easel(monkeypatch)
    app = app_with(queue)
    path = f"/v1/checks/{finished(queue, TestClient(app))}/plot.svg"

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        return None

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"",
        "headers": [], "client": ("test", 1), "server": ("test", 80), "scheme": "http",
    }  # fmt: skip

    async def ask() -> None:
        async with app.state.studio.turns["check"]:  # another figure is being drawn
            leavers = [asyncio.create_task(app(dict(scope), receive, send)) for _ in range(20)]
            await asyncio.sleep(0.2)
        await asyncio.gather(*leavers)

    asyncio.run(ask())
    assert easel.drawn == []


# ---------------------------------------------------------------------------- removing


def test_a_finished_check_is_removed_on_demand(queue: QueueDouble) -> None:
    client = TestClient(app_with(queue))
    identifier = client.post("/v1/checks", json=SMALL).json()["id"]
    path = f"/v1/checks/{identifier}"
    response = client.delete(path, params={"purge": "true"})
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/not-finished"
    assert client.delete(path, params={"purge": "false"}).json()["status"] == "cancelled"
    assert client.delete(path, params={"purge": "true"}).json()["status"] == "cancelled"
    for method in ("GET", "DELETE"):
        assert client.request(method, path).status_code == 404
    assert client.delete(path, params={"purge": "yes"}).status_code == 422


# ---------------------------------------------------------------------------- metrics


def samples(client: TestClient) -> dict[str, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    lines = (line.rpartition(" ") for line in response.text.splitlines() if line[0] != "#")
    return {name: float(value) for name, _, value in lines}


def test_metrics_tell_of_the_queue_and_its_workers(queue: QueueDouble) -> None:
    client = TestClient(app_with(queue))
    for _ in "12":
        client.post("/v1/checks", json=SMALL)
    queue.alive = {"cuda": 2}
    told = samples(client)
    assert told["abc_queue_up"] == 1
    assert told['abc_queue_checks{status="queued"}'] == 2
    assert told['abc_queue_checks{status="running"}'] == 0
    assert told["abc_queue_oldest_seconds"] == 12.5
    assert told['abc_workers{device="cuda"}'] == 2
    assert told['abc_workers{device="cpu"}'] == 0
    worker = '{device="cpu",worker="a-worker-1"}'
    assert told[f"abc_worker_measurements_total{worker}"] == 7
    assert told[f"abc_worker_measurement_seconds_total{worker}"] == 3.5
    assert told["abc_queue_errors_total"] == 0
    queue.down = True
    told = samples(client)
    assert told["abc_queue_up"] == 0
    assert not [name for name in told if name.startswith(("abc_workers", "abc_queue_checks"))]
    assert told["abc_queue_errors_total"] == 1
