"""Questions with unknowns that are slow, many or made up: they harm nobody else."""

import asyncio
import json
import random
from collections.abc import Callable, Coroutine
from threading import Event
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.api.http.solving import AT_ONCE
from app.api.repairs import solve as repairs
from app.main import create_app
from app.settings import Settings
from solver import Deadline, Repair, TimeLimitError
from solver.repairs import any_depth, repair
from tests.app.api.test_errors import anything, problem_of, scalars

REGIONS, PLOT, REPAIRS = "/v1/regions", "/v1/regions/plot", "/v1/repairs"
JSON = {"Content-Type": "application/json"}
MUP: dict[str, Any] = {"preset": "mup", "depth": 3, "target": "kernel"}


def layers(count: int, entry: Callable[[], str]) -> dict[str, Any]:
    columns = {symbol: [entry() for _ in range(count)] for symbol in "abc"}
    return {"depth": count - 1, **columns}


def hard(unknowns: str) -> dict[str, Any]:
    """A question that takes far longer than is allowed below: ten layers, none alike."""
    rng = random.Random(2011_14522)

    def entry() -> str:
        numbers = [f"{rng.randint(-999_999, 999_999)}/{rng.randint(1, 999_999)}" for _ in "stuv"]
        return "+".join(
            f"({number})*{name}" for number, name in zip(numbers, unknowns, strict=False)
        )

    return layers(12, entry)


def far() -> dict[str, Any]:
    """A start from which ninety exponents may change, each by itself."""
    rng = random.Random(2011_14522)
    start = layers(31, lambda: f"{rng.randint(-9, 9)}/{rng.randint(1, 6)}")
    return {**start, "target": "feature_learning", "tie_hidden": False}


@pytest.mark.parametrize(
    ("path", "body"),
    [(REGIONS, hard("stu")), (PLOT, hard("st")), (REPAIRS, far())],
    ids=lambda _: "",
)
def test_what_takes_too_long_is_given_up(path: str, body: dict[str, Any]) -> None:
    client = TestClient(create_app(Settings(log_level="critical", solve_max_seconds=0.05)))
    response = client.post(path, json=body)
    assert response.status_code == 422
    problem = problem_of(client, response)
    assert problem["type"] == "/problems/over-time"
    assert problem["detail"] == (
        "no answer was found in 0.05 seconds; ask about fewer unknowns, fewer different layers or "
        "a smaller depth (exponents by role cost the same at any depth)"
    )


# ---------------------------------------------------------------------------- turns


class Slow:
    """In place of the solver of repairs: it waits until it is let go, which costs no time."""

    def __init__(self) -> None:
        self.started = 0
        self.deadlines: list[Deadline] = []
        self.go = Event()
        self.waited_in_vain = False

    def __call__(self, *question: Any) -> Repair:
        deadline = question[4]
        self.started += 1
        self.deadlines.append(deadline)
        self.waited_in_vain |= not self.go.wait(timeout=20)
        return repair(*question[:4], None, *question[5:])

    async def has_started(self, count: int) -> None:
        while self.started < count:
            await asyncio.sleep(0.001)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow()
    monkeypatch.setattr(repairs, "repair", slow)
    monkeypatch.setattr(any_depth, "repair", slow)
    return slow


def test_both_depths_together_have_the_time_of_one_question(client: TestClient, slow: Slow) -> None:
    slow.go.set()
    assert client.post(REPAIRS, json={"preset": "mup", "target": "kernel"}).status_code == 200
    first, second = slow.deadlines
    assert first is second
    assert first.seconds == Settings().solve_max_seconds


Scene = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


def played(scene: Scene, patience: float) -> None:
    """Run the scene in the event loop in which the service runs too."""

    async def play() -> None:
        app = create_app(Settings(log_level="critical", solve_max_seconds=patience))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            await asyncio.wait_for(scene(client), timeout=30)

    asyncio.run(play())


def test_others_are_answered_while_a_question_is_solved(slow: Slow) -> None:
    """Were the event loop not free, nobody could let the solver go."""

    async def scene(client: httpx.AsyncClient) -> None:
        question = asyncio.create_task(client.post(REPAIRS, json=MUP))
        await slow.has_started(1)
        assert (await client.get("/livez")).status_code == 200
        assert (await client.post("/v1/classify", json={"preset": "mup"})).status_code == 200
        assert not question.done()
        slow.go.set()
        assert (await question).status_code == 200

    played(scene, patience=10)
    assert not slow.waited_in_vain


def test_large_questions_are_in_the_way_of_no_batch(slow: Slow) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        padded = {"content": json.dumps(MUP) + " " * 300_000, "headers": JSON}
        questions = [asyncio.create_task(client.post(REPAIRS, **padded)) for _ in range(AT_ONCE)]
        await slow.has_started(AT_ONCE)
        rows = [[0, "1/2", 0, 0, 0]] * 20_000
        batch = await client.post("/v1/classify/batch", json={"depth": 1, "abc": rows})
        assert batch.json()["count"] == 20_000
        slow.go.set()
        assert [(await each).status_code for each in questions] == [200] * AT_ONCE

    played(scene, patience=10)
    assert not slow.waited_in_vain


def test_who_finds_no_turn_is_told_to_come_back(slow: Slow) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        first = [asyncio.create_task(client.post(REPAIRS, json=MUP)) for _ in range(AT_ONCE)]
        await slow.has_started(AT_ONCE)
        body = {"preset": "uniform", "s": "s", "depth": 1}
        for path in (REGIONS, PLOT):
            response = await client.post(path, json=body)
            assert response.status_code == 503
            assert response.headers["retry-after"] == "5"
            assert response.headers["content-type"] == "application/problem+json"
            problem = response.json()
            assert problem["type"] == "/problems/busy"
            assert problem["detail"] == (
                "other questions kept the solver busy for 0.25 seconds; try again later"
            )
        slow.go.set()
        for each in first:
            assert (await each).json()["classification"]["verdict"] == "kernel"
        assert (await client.post(REPAIRS, json=MUP)).status_code == 200

    played(scene, patience=0.25)
    assert slow.started == AT_ONCE + 1


def test_who_leaves_gives_the_turn_back(slow: Slow) -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        several = [asyncio.create_task(client.post(REPAIRS, json=MUP)) for _ in range(AT_ONCE + 2)]
        await slow.has_started(AT_ONCE)
        for each in several:
            each.cancel()
        slow.go.set()
        await asyncio.gather(*several, return_exceptions=True)
        again = [client.post(REPAIRS, json=MUP) for _ in range(AT_ONCE + 1)]
        assert [each.status_code for each in await asyncio.gather(*again)] == [200] * (AT_ONCE + 1)

    played(scene, patience=10)


def test_the_question_of_who_leaves_is_given_up(slow: Slow) -> None:
    """Also where it waits for its turn."""
    left = asyncio.Event()

    async def play() -> None:
        app = create_app(Settings(log_level="critical"))

        async def asked() -> None:
            body = [{"type": "http.request", "body": json.dumps(MUP).encode(), "more_body": False}]

            async def receive() -> dict[str, Any]:
                if body:
                    return body.pop()
                await left.wait()
                return {"type": "http.disconnect"}

            async def send(_: Any) -> None:
                """Nobody is there."""

            headers = [(b"content-type", b"application/json")]
            scope = {
                "type": "http", "method": "POST", "path": REPAIRS, "raw_path": REPAIRS.encode(),
                "query_string": b"", "headers": headers, "http_version": "1.1", "scheme": "http",
                "server": ("service", 80), "client": ("client", 1), "root_path": "",
            }  # fmt: skip
            await app(scope, receive, send)

        questions = [asyncio.create_task(asked()) for _ in range(AT_ONCE + 1)]
        await slow.has_started(AT_ONCE)
        assert all(each.milliseconds() > 1000 for each in slow.deadlines)
        left.set()
        while not all(map(over, slow.deadlines)):
            await asyncio.sleep(0.001)
        slow.go.set()
        await asyncio.gather(*questions)
        assert list(map(over, slow.deadlines)) == [True] * (AT_ONCE + 1)

    asyncio.run(asyncio.wait_for(play(), timeout=30))
    assert not slow.waited_in_vain


def over(deadline: Deadline) -> bool:
    try:
        return deadline.milliseconds() == 0
    except TimeLimitError:
        return True


def test_many_at_once_are_answered_as_one_alone(client: TestClient) -> None:
    questions: list[tuple[str, dict[str, Any]]] = [
        *((REPAIRS, {**MUP, "depth": depth}) for depth in range(1, 6)),
        *((REGIONS, {"preset": "uniform", "s": "s", "depth": depth}) for depth in range(1, 6)),
        *((REPAIRS, {**MUP, "locked": ["a", "b"], "depth": depth}) for depth in range(1, 6)),
    ]
    alone = [client.post(path, json=body).json() for path, body in questions]

    async def scene(many: httpx.AsyncClient) -> None:
        together = await asyncio.gather(*(many.post(path, json=body) for path, body in questions))
        assert [each.json() for each in together] == alone

    played(scene, patience=30)


# ---------------------------------------------------------------------------- anything at all

TARGETS = (
    *("stable", "nontrivial", "unstable", "trivial", "kernel", "operator", "feature_learning"),
    *("feature_learning_in_every_layer", "maximal"),
)
selectors = st.from_regex(r"[abcde](\.(input|hidden|readout|[0-9]))?", fullmatch=True)
expressions = st.from_regex(
    r"-?[0-9](/[0-9])?( ?[-+*/] ?(s|t|\(1 - s\)|[0-9])){0,3}", fullmatch=True
)
entries = expressions | scalars
columns = st.lists(entries, min_size=2, max_size=4) | st.fixed_dictionaries(
    {"input": entries, "readout": entries}, optional={"hidden": entries}
)
plausible = st.fixed_dictionaries(
    {},
    optional={
        "preset": st.sampled_from(["mup", "uniform", "mean_field", "standard_adam"]),
        "depth": st.integers(0, 3),
        "abc": st.lists(entries, min_size=4, max_size=8),
        "a": columns,
        "b": columns,
        "c": entries | columns,
        "d": entries,
        "s": expressions,
        "optimizer": st.sampled_from(["sgd", "adam"]),
        "bounds": st.dictionaries(st.sampled_from("st"), st.lists(scalars, max_size=2)) | anything,
        "minimize": st.sampled_from("st"),
        "subject_to": st.sampled_from(TARGETS),
        "target": st.sampled_from(TARGETS),
        "locked": st.lists(selectors) | anything,
        "weights": st.dictionaries(selectors, scalars) | anything,
        "margin": scalars,
        "tie_hidden": st.booleans(),
    },
)


@pytest.mark.parametrize("path", [REGIONS, REPAIRS])
@given(body=anything | plausible)
def test_no_json_whatever_is_a_defect(client: TestClient, path: str, body: object) -> None:
    response = client.post(path, content=json.dumps(body), headers=JSON)
    if response.status_code != 200:
        problem_of(client, response)


by_role = st.fixed_dictionaries(
    {"input": expressions, "hidden": expressions, "readout": expressions}
)


@given(a=by_role, b=by_role, c=expressions, depth=st.none() | st.integers(1, 4))
def test_expressions_are_answered_or_pointed_at(
    client: TestClient, a: object, b: object, c: object, depth: object
) -> None:
    response = client.post(REGIONS, json={"a": a, "b": b, "c": c, "depth": depth})
    if response.status_code != 200:
        problem = problem_of(client, response)
        assert response.status_code == 422
        assert all(each["pointer"][1:2] in {"", "a", "b", "c"} for each in problem["errors"])
