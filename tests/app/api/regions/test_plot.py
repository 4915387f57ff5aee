"""GET /v1/regions/plot: the figure at an address.  The POST is tested with errors and examples."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.pictures

PATH = "/v1/regions/plot"
UNIFORM = {"preset": "uniform", "s": "s", "depth": 2}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Settings(log_level="critical")), raise_server_exceptions=False)


def test_it_is_what_the_post_answers(client: TestClient) -> None:
    for media_type in ("image/svg+xml", "image/png"):
        headers = {"Accept": media_type}
        got = client.get(PATH, params={"question": json.dumps(UNIFORM)}, headers=headers)
        posted = client.post(PATH, json=UNIFORM, headers=headers)
        assert got.status_code == posted.status_code == 200
        assert got.headers["content-type"] == media_type
        assert got.content == posted.content


def test_pages_get_what_they_can_show(client: TestClient) -> None:
    """As browsers ask for the source of an image; and what leaves it open."""
    params = {"question": json.dumps(UNIFORM)}
    for accept in ("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8", "", "*/*"):
        answer = client.get(PATH, params=params, headers={"Accept": accept})
        assert answer.headers["content-type"] == "image/svg+xml", accept
    answer = client.get(PATH, params=params, headers={"Accept": "IMAGE/PNG"})
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:4] == b"\x89PNG"


def test_decimals_are_kept_as_written(client: TestClient) -> None:
    """0.1000000000000000055 would be refused as a fraction of large numbers."""
    question = '{"preset": "uniform", "s": "s", "depth": 2, "bounds": {"s": [0.1, 0.5]}}'
    assert client.get(PATH, params={"question": question}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "accept", "given"),
    [
        ("png", "*/*", "image/png"),
        ("svg", "image/png", "image/svg+xml"),
        ("png", "text/html", "image/png"),
        (None, "image/png", "image/png"),
    ],
)
def test_the_address_may_name_the_format(
    client: TestClient, asked: str | None, accept: str, given: str
) -> None:
    params = {"question": '{"preset": "uniform", "s": "s"}'} | ({"format": asked} if asked else {})
    answer = client.get(PATH, params=params, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, given)


@pytest.mark.parametrize(
    ("question", "pointer", "said"),
    [
        ("", "/query/question", "question is empty; send a JSON object"),
        ("{", "/query/question", "question is not JSON"),
        ("[]", "/query/question", "question is a list; it must be a JSON object"),
        ("null", "/query/question", "question is null; it must be a JSON object"),
        ('{"preset": "mup"}', "/query/question", "no unknown"),
        ('{"preset": "uniform", "s": "s*s"}', "/query/question/s", "not affine"),
        ('{"preset": "uniform", "s": "s", "x": 1}', "/query/question/x", "not a field here"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    client: TestClient, question: str, pointer: str, said: str
) -> None:
    answer = client.get(PATH, params={"question": question})
    assert answer.status_code == 422
    problem: dict[str, Any] = answer.json()
    assert [flaw["pointer"] for flaw in problem["errors"]] == [pointer]
    assert said in problem["detail"]
