"""/v1/checks on the real queue, in an SQLite file, with no worker: nothing is lost or forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

SMALL = {"preset": "mup", "depth": 2, "widths": [64, 128, 256], "learning_rate": 0.1}


def app_on(file: Path) -> FastAPI:
    return create_app(Settings(log_level="critical", database_url=f"sqlite:///{file}"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "checks.sqlite"


@pytest.fixture
def client(file: Path) -> Iterator[TestClient]:
    with TestClient(app_on(file), raise_server_exceptions=False) as client:
        yield client


def accepted(client: TestClient, **headers: str) -> dict[str, Any]:
    response = client.post("/v1/checks", json=SMALL, headers=headers)
    assert response.status_code == 202, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_check_waits_for_a_worker(client: TestClient) -> None:
    check = accepted(client)
    assert check["status"] == "queued"
    assert check["request"] == SMALL
    assert check["progress"]["done"] == 0
    assert check["progress"]["total"] >= 3
    assert client.get(f"/v1/checks/{check['id']}").json() == check
    assert client.get(f"/v1/checks/{check['id']}/plot.svg").status_code == 409


def test_a_check_outlives_the_service(client: TestClient, file: Path) -> None:
    check = accepted(client)
    with TestClient(app_on(file)) as another:
        assert another.get(f"/v1/checks/{check['id']}").json() == check


def test_a_key_starts_one_check(client: TestClient, file: Path) -> None:
    key = {"Idempotency-Key": "the-key"}
    check = accepted(client, **key)
    with TestClient(app_on(file)) as another:
        assert accepted(another, **key) == check
        response = another.post("/v1/checks", json={**SMALL, "steps": 3}, headers=key)
    assert response.status_code == 409
    assert response.json()["type"] == "/problems/key-reused"
    assert len(client.get("/v1/checks").json()["checks"]) == 1


def test_pages_hold_every_check_once(client: TestClient) -> None:
    ids = {accepted(client)["id"] for _ in range(5)}
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "status": "queued"}
    while query.get("cursor", "first"):
        page = client.get("/v1/checks", params=query).json()
        seen += [check["id"] for check in page["checks"]]
        query["cursor"] = page["next"]
    assert len(seen) == 5
    assert set(seen) == ids


@pytest.mark.parametrize("cursor", ["0", "x" * 255, "1-2", "9" * 13 + "-" + "g" * 32])
def test_a_cursor_of_no_page_is_refused(client: TestClient, cursor: str) -> None:
    response = client.get("/v1/checks", params={"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/query/cursor"


def test_a_cancelled_check_stays_readable_and_ends_its_stream(client: TestClient) -> None:
    path = f"/v1/checks/{accepted(client)['id']}"
    for _ in range(2):
        response = client.delete(path)
        assert response.status_code == 200
        assert response.json()["status"] == "cancelled"
    assert client.get(path).json()["status"] == "cancelled"
    stream = client.get(f"{path}/events").text
    assert stream.count("event: progress") == stream.count("event: result") == 1
    assert client.get("/v1/checks", params={"status": "queued"}).json()["checks"] == []


@pytest.mark.parametrize("check_id", ["0" * 32, "x", "%00", "'; drop table", "é" * 300])
def test_an_unknown_check_is_not_found(client: TestClient, check_id: str) -> None:
    for response in (
        client.get(f"/v1/checks/{check_id}"),
        client.delete(f"/v1/checks/{check_id}"),
        client.get(f"/v1/checks/{check_id}/events"),
        client.get(f"/v1/checks/{check_id}/plot.png"),
    ):
        assert response.status_code == 404
        assert response.json()["type"] == "/problems/not-found"


def test_the_service_recovers_when_its_database_comes_back(tmp_path: Path) -> None:
    directory = tmp_path / "later"
    with TestClient(app_on(directory / "checks.sqlite"), raise_server_exceptions=False) as client:
        for response in (client.post("/v1/checks", json=SMALL), client.get("/v1/checks")):
            assert response.status_code == 503
            assert response.headers["Retry-After"]
            assert str(tmp_path) not in response.text
        assert client.get("/readyz").json() == {
            "status": "ok",
            "queue": "unavailable",
            "workers": None,
        }
        directory.mkdir()
        check = accepted(client)
        assert client.get(f"/v1/checks/{check['id']}").json() == check
        assert client.get("/readyz").json()["queue"] == "ok"


def test_a_finished_check_is_drawn(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    documented = client.get("/openapi.json").json()["paths"]["/v1/checks/{id}"]["get"]
    example = documented["responses"]["200"]["content"]["application/json"]["example"]
    check = accepted(client)
    queue = client.app.state.queue  # type: ignore[attr-defined]
    found = queue.get(check["id"])
    done = replace(found, status="succeeded", result=example["result"])
    monkeypatch.setattr(queue, "get", lambda _: done)
    svg = client.get(f"/v1/checks/{check['id']}/plot.svg")
    assert svg.status_code == 200
    assert svg.text.startswith("<?xml")
    png = client.get(f"/v1/checks/{check['id']}/plot.png")
    assert png.content.startswith(b"\x89PNG")
