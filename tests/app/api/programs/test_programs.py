"""Programs over HTTP: from the body to the queue, and from the queue to the answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.programs.gallery import GALLERY
from app.queue.client import Progress
from app.queue.names import PROGRAM
from tests.app.programs.results import result
from tests.app.programs.test_reading import GOOD, HOSTILE
from tests.app.queue.queue_double import QueueDouble, app_with

PATH = "/v1/programs"
SMALL: dict[str, Any] = {
    "vectors": {"v": {"std": 1}},
    "program": [{"let": "c", "moment": "v*v"}],
    "precision": 0.05,
}


@pytest.fixture
def queue() -> QueueDouble:
    return QueueDouble()


@pytest.fixture
def client(queue: QueueDouble) -> Iterator[TestClient]:
    with TestClient(app_with(queue), raise_server_exceptions=False) as client:
        yield client


def submitted(client: TestClient, **headers: str) -> dict[str, Any]:
    response = client.post(PATH, json=SMALL, headers=headers)
    assert response.status_code == 202
    answer: dict[str, Any] = response.json()
    assert response.headers["Location"] == answer["links"]["self"] == f"{PATH}/{answer['id']}"
    return answer


def test_a_program_is_queued_as_it_was_sent(client: TestClient, queue: QueueDouble) -> None:
    answer = submitted(client)
    assert answer["status"] == "queued"
    assert answer["request"] == SMALL
    assert answer["result"] is None
    assert answer["progress"]["total"] == 5, "a few copies at each of five widths"
    job = queue.newest().job
    assert job["request"] == SMALL
    assert job["budget"] == {"seconds": 600.0, "bytes": 2**31}
    assert queue.get(answer["id"]) is None, "it is no check"
    assert client.get(f"/v1/checks/{answer['id']}").status_code == 404


def test_null_counts_as_left_out(client: TestClient) -> None:
    nulls = dict.fromkeys(("matrices", "scalars", "report", "joint", "seed"))
    response = client.post(PATH, json={**SMALL, **nulls})
    assert response.json()["request"] == SMALL


def test_programs_are_got_listed_and_cancelled(client: TestClient, queue: QueueDouble) -> None:
    first, second = submitted(client), submitted(client)
    client.post("/v1/checks", json={"preset": "mup", "depth": 2})
    assert client.get(f"{PATH}/{first['id']}").json() == first
    page = client.get(PATH, params={"limit": 1}).json()
    assert [each["id"] for each in page["programs"]] == [second["id"]]
    older = client.get(PATH, params={"limit": 1, "cursor": page["next"]}).json()
    assert [each["id"] for each in older["programs"]] == [first["id"]]
    assert older["next"] is None
    cancelled = client.delete(f"{PATH}/{first['id']}").json()
    assert cancelled["status"] == "cancelled"
    listed = client.get(PATH, params={"status": "cancelled"}).json()["programs"]
    assert [each["id"] for each in listed] == [first["id"]]
    assert len(client.get("/v1/checks").json()["checks"]) == 1


def test_one_key_is_one_program(client: TestClient) -> None:
    key = {"Idempotency-Key": "some-key"}
    assert submitted(client, **key)["id"] == submitted(client, **key)["id"]
    other = client.post(PATH, json={**SMALL, "seed": 1}, headers=key)
    assert other.status_code == 409
    assert other.json()["type"] == "/problems/key-reused"
    check = client.post("/v1/checks", json={"preset": "mup", "depth": 2}, headers=key)
    assert check.status_code == 202, "keys of checks are others"


@pytest.mark.parametrize("what", ["", "/events", "/plot.svg", "/plot.png"])
@pytest.mark.parametrize("program_id", ["0" * 32, "x", "'; drop table"])
def test_an_unknown_program_is_not_found(client: TestClient, program_id: str, what: str) -> None:
    response = client.get(f"{PATH}/{program_id}{what}")
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/not-found"


def test_a_program_is_followed_to_its_result(client: TestClient, queue: QueueDouble) -> None:
    program_id = submitted(client)["id"]
    queue.change(
        program_id, status="succeeded", progress=Progress(7, 7, "all 7 units"), result=result()
    )
    text = client.get(f"{PATH}/{program_id}/events").text
    assert "event: progress" in text
    assert '"message":"all 7 units"' in text
    assert "event: result" in text
    answer = client.get(f"{PATH}/{program_id}").json()
    assert answer["result"] == result()


def test_a_program_without_a_result_is_not_drawn(client: TestClient, queue: QueueDouble) -> None:
    program_id = submitted(client)["id"]
    response = client.get(f"{PATH}/{program_id}/plot.svg")
    assert response.status_code == 409
    assert "is queued" in response.json()["detail"]
    queue.change(program_id, status="failed", error="running the program failed: KeyError: 'x'")
    assert client.get(f"{PATH}/{program_id}").json()["error"].endswith("'x'")
    assert client.get(f"{PATH}/{program_id}/plot.png").status_code == 409


def test_a_finished_program_is_drawn(client: TestClient, queue: QueueDouble) -> None:
    program_id = submitted(client)["id"]
    queue.change(program_id, status="succeeded", result=result())
    svg, png = (client.get(f"{PATH}/{program_id}/plot.{each}") for each in ("svg", "png"))
    assert svg.headers["Content-Type"].startswith("image/svg+xml")
    assert svg.content.startswith(b"<?xml")
    assert png.content.startswith(b"\x89PNG")
    assert "immutable" in png.headers["Cache-Control"]


def json_values(value: object) -> bool:
    """Whether JSON can say it."""
    if isinstance(value, float):
        return abs(value) < float("inf")
    if isinstance(value, dict):
        return all(map(json_values, value.values()))
    return all(map(json_values, value)) if isinstance(value, list) else True


@pytest.mark.parametrize(
    ("written", "path", "says"), [each for each in HOSTILE if json_values(each[0])]
)
def test_hostile_programs_get_a_message(
    client: TestClient, written: Any, path: str, says: str
) -> None:
    response = client.post(PATH, json=written)
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "/problems/invalid-request"
    if isinstance(written, dict) and 7 not in (written["program"] or ()):
        found = {error["pointer"]: error["detail"] for error in problem["errors"]}
        pointer = f"/{path}" if path else ""
        # A field that is null is left out.
        assert pointer in found
        assert says in found[pointer]


def test_infinite_numbers_are_refused(client: TestClient) -> None:
    for number in ("1e999", "-1e999", "1e-999"):
        body = f'{{"scalars": {{"s": {number}}}, "program": [{{"let": "c", "moment": "s"}}]}}'
        response = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == (202 if number == "1e-999" else 422)


def test_what_would_take_too_long_is_refused(queue: QueueDouble) -> None:
    long = {
        "matrices": {"W": {}},
        "vectors": {"x0": {}},
        "program": [
            *({"let": f"x{k + 1}", "matmul": "W", "of": f"x{k}"} for k in range(150)),
            {"let": "c", "moment": "x150*x150"},
        ],
    }
    for settings, what in (
        ({"program_max_seconds": 0.5}, "seconds of time"),
        ({"program_max_bytes": 2**20}, "MiB of memory"),
    ):
        with TestClient(app_with(queue, **settings), raise_server_exceptions=False) as client:
            response = client.post(PATH, json=long)
            assert response.status_code == 422
            assert response.json()["type"] == "/problems/over-budget"
            assert what in response.json()["detail"]
            assert response.json()["errors"][0]["pointer"] == "/program"


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"program_max_instructions": 4}, "at most 4 are taken"),
    ({"program_max_names": 4}, "at most 4 are taken"),
    ({"program_max_characters": 5}, "at most 5 are taken"),
    ({"program_max_nesting": 2}, "more than 2 deep"),
    ({"program_max_degree": 3}, "at most 3 is taken"),
    ({"program_max_joint": 1}, "at most 1 are taken"),
    ({"program_min_precision": 0.01}, "from 0.01 to 1"),
]


@pytest.mark.parametrize(("settings", "says"), SETTINGS, ids=[*map(str, range(len(SETTINGS)))])
def test_every_bound_may_be_set(queue: QueueDouble, settings: dict[str, Any], says: str) -> None:
    body = {**GOOD, "program": [*GOOD["program"], {"let": "e", "moment": "g^4"}]}
    with TestClient(app_with(queue, **settings), raise_server_exceptions=False) as client:
        response = client.post(PATH, json=body | {"precision": 0.005})
    assert response.status_code == 422
    assert says in response.json()["detail"]


def test_the_gallery_may_be_posted_as_it_is(client: TestClient) -> None:
    programs = client.get(f"{PATH}/gallery").json()["programs"]
    assert [each["name"] for each in programs] == list(GALLERY)
    for each in programs:
        assert client.post(PATH, json=each["program"]).status_code == 202, each["name"]


def test_the_key_of_the_service_guards_starting_and_cancelling(queue: QueueDouble) -> None:
    with TestClient(app_with(queue, api_key="secret"), raise_server_exceptions=False) as client:
        assert client.post(PATH, json=SMALL).status_code == 401
        assert client.get(PATH).status_code == 401  # lists show everybody's
        given = submitted(client, **{"X-API-Key": "secret"})
        assert client.get(f"{PATH}/{given['id']}").status_code == 200
        assert client.delete(f"{PATH}/{given['id']}").status_code == 401


def test_without_the_database_there_is_a_plain_answer(
    client: TestClient, queue: QueueDouble
) -> None:
    queue.down = True
    for response in (client.post(PATH, json=SMALL), client.get(PATH), client.get(f"{PATH}/x")):
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/queue-unavailable"
    assert queue.asked
    assert PROGRAM not in queue.asked
