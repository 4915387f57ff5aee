"""What would run too long is refused before it is queued, with advice that holds."""

from dataclasses import replace
from typing import Any

from fastapi.testclient import TestClient

from app.experiment.plan import Experiment, estimate
from tests.app.api.test_errors import problem_of
from tests.app.queue.queue_double import QueueDouble, app_with

MUP = {"preset": "mup", "depth": 2}
ADAM = {"preset": "mup_adam", "depth": 2}


def over_budget(body: dict[str, Any], **bounds: Any) -> dict[str, Any]:
    queue = QueueDouble()
    with TestClient(app_with(queue, **bounds), raise_server_exceptions=False) as client:
        response = client.post("/v1/checks", json=body)
        assert response.status_code == 422, response.text
        problem = problem_of(client, response)
    assert problem["type"] == "/problems/over-budget"
    assert queue.asked == []
    (flaw,) = problem["errors"]
    assert flaw["detail"] == problem["detail"]
    return {"pointer": flaw["pointer"], "detail": flaw["detail"]}


WIDE = {**MUP, "widths": [2**k for k in range(8, 25, 2)]}


def accepted(body: dict[str, Any], **bounds: Any) -> Experiment:
    queue = QueueDouble()
    with TestClient(app_with(queue, **bounds), raise_server_exceptions=False) as client:
        response = client.post("/v1/checks", json=body)
        assert response.status_code == 202, response.text
    return Experiment.from_json(queue.newest().job["experiment"])


def test_too_wide_is_refused_with_the_largest_width_that_fits() -> None:
    cost = estimate(accepted(WIDE, check_max_seconds=1e9, check_max_bytes=2**50))
    flaw = over_budget(WIDE, check_max_seconds=cost.seconds / 2)
    assert flaw["pointer"] == "/widths"
    assert f"estimated at {cost.seconds:,.1f} seconds" in flaw["detail"]
    assert f"bounds here are {cost.seconds / 2:,.1f} seconds and 8.00 GiB" in flaw["detail"]
    widest = int(flaw["detail"].partition("widths up to ")[2].split()[0])
    kept = [width for width in WIDE["widths"] if width <= widest]
    assert len(kept) < len(WIDE["widths"])
    # Taking the advice helps, and no more had to go than that.
    accepted({**WIDE, "widths": kept}, check_max_seconds=cost.seconds / 2)
    one_more = WIDE["widths"][: len(kept) + 1]
    over_budget({**WIDE, "widths": one_more}, check_max_seconds=cost.seconds / 2)


def test_too_much_memory_is_refused_too() -> None:
    body = {**ADAM, "widths": [64, 256, 1024, 65536]}
    flaw = over_budget(body, check_max_seconds=1e9)
    assert flaw["pointer"] == "/widths"
    assert "widths up to 1024" in flaw["detail"]
    assert "8.00 GiB" in flaw["detail"]


def test_too_many_seeds_are_told_how_many_fit() -> None:
    body = {**MUP, "widths": [65536, 131072, 262144], "seeds": 200}
    bound = estimate(accepted({**body, "seeds": 50}, check_max_seconds=1e9)).seconds
    flaw = over_budget(body, check_max_seconds=bound)
    assert flaw["pointer"] == "/seeds"
    assert "with seeds 50 it" in flaw["detail"]


def test_too_many_steps_are_told_how_many_fit() -> None:
    body = {**MUP, "widths": [65536, 131072, 262144], "seeds": 2, "steps": 64}
    bound = estimate(accepted({**body, "steps": 3}, check_max_seconds=1e9)).seconds
    flaw = over_budget(body, check_max_seconds=bound)
    assert flaw["pointer"] == "/steps"
    assert "with steps 3 it" in flaw["detail"]


def test_too_wide_throughout_is_told_by_how_much() -> None:
    flaw = over_budget({**MUP, "widths": [2**k for k in range(20, 27)]}, check_max_seconds=20.0)
    assert flaw["pointer"] == "/widths"
    factor = int(flaw["detail"].partition("every width divided by ")[2].split()[0])
    for tried, fits in ((factor, True), (factor // 2, False)):
        widths = [2**k // tried for k in range(20, 27)]
        queue = QueueDouble()
        with TestClient(app_with(queue, check_max_seconds=20.0)) as client:
            response = client.post("/v1/checks", json={**MUP, "widths": widths})
        assert (response.status_code == 202) is fits


def test_far_too_much_is_told_to_lower_everything() -> None:
    body = {
        **MUP,
        "depth": 16,
        "widths": [16, 17, 2**26],
        "seeds": 256,
        "steps": 64,
        "batch_size": 128,
    }
    flaw = over_budget(body)
    assert flaw["pointer"] == ""
    assert "lower widths, steps, seeds and batch_size" in flaw["detail"]


def test_the_budget_says_what_it_says_of_experiments_it_knows() -> None:
    """The remedy's cost is that of the experiment so changed."""
    experiment = accepted(WIDE, check_max_seconds=1e9, check_max_bytes=2**50)
    flaw = over_budget(WIDE, check_max_seconds=50.0)
    widest = int(flaw["detail"].partition("widths up to ")[2].split()[0])
    kept = tuple(width for width in experiment.widths if width <= widest)
    cost = estimate(replace(experiment, widths=kept))
    assert flaw["detail"].endswith(
        f"it would be estimated at {cost.seconds:,.1f} seconds and {cost.bytes / 2**30:,.2f} GiB"
    )


def test_the_bound_on_depth_is_a_setting() -> None:
    queue = QueueDouble()
    with TestClient(app_with(queue, check_max_depth=3)) as client:
        assert client.post("/v1/checks", json={**MUP, "depth": 3}).status_code == 202
        problem = client.post("/v1/checks", json={**MUP, "depth": 4}).json()
    assert "between 1 and 3" in problem["detail"]
