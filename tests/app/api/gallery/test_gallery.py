"""GET /v1/parametrizations and /v1/parametrizations/{name}, against the published tables."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.solver.theory.test_gallery_of_practice import BIASES, TRANSFORMERS
from tests.solver.theory.test_gallery_of_practice import ROWS as IN_USE

FIELDS = {
    "name", "title", "optimizer", "a", "b", "c", "parameter", "depths", "source", "description",
    "bias", "tensors", "attention", "alignment", "same_as", "used_by",
}  # fmt: skip

# name: optimizer, a, b, c as (input, hidden, readout), the parameter, the depths.
ROWS: dict[str, tuple[str, str, str, str, str | None, str]] = {
    "ntk": ("sgd", "0, 1/2, 1/2", "0, 0, 0", "0, 0, 0", None, "any"),
    "standard": ("sgd", "0, 0, 0", "0, 1/2, 1/2", "0, 0, 0", None, "any"),
    "standard_1_over_n": ("sgd", "0, 0, 0", "0, 1/2, 1/2", "1, 1, 1", None, "any"),
    "mean_field": ("sgd", "0, None, 1", "0, None, 0", "-1, None, -1", None, "1"),
    "mup": ("sgd", "-1/2, 0, 1/2", "1/2, 1/2, 1/2", "0, 0, 0", None, "any"),
    "uniform": (
        "sgd",
        "s - 1/2, s, 1/2",
        "1/2 - s, 1/2 - s, 1/2 - s",
        "0, 0, 0",
        "s",
        "any",
    ),
    "standard_divided_logits": ("sgd", "0, 0, 1/2", "0, 1/2, 1/2", "0, 0, 0", None, "any"),
    "mup_adam": ("adam", "0, 0, 1", "0, 1/2, 0", "0, 1, 0", None, "any"),
    "ntk_adam": ("adam", "0, 1/2, 1/2", "0, 0, 0", "1/2, 1, 1/2", None, "any"),
    "standard_adam": ("adam", "0, 0, 0", "0, 1/2, 1/2", "c, c, c", "c", "any"),
}


#: Every name by role, in order.
NAMES = [*ROWS, *IN_USE]
FAMILIES = {"uniform", "standard_adam"}


def get(client: TestClient, name: str, **query: object) -> dict[str, Any]:
    response = client.get(f"/v1/parametrizations/{name}", params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def listed(client: TestClient) -> list[dict[str, Any]]:
    response = client.get("/v1/parametrizations")
    assert response.status_code == 200
    answer: dict[str, list[dict[str, Any]]] = response.json()
    assert set(answer) == {"parametrizations"}
    return answer["parametrizations"]


def test_the_gallery_begins_as_the_papers_do_in_their_order(client: TestClient) -> None:
    assert [each["name"] for each in listed(client)] == [*NAMES, *TRANSFORMERS]


@pytest.mark.parametrize("name", ROWS)
def test_each_entry_has_the_exponents_of_the_table(client: TestClient, name: str) -> None:
    (entry,) = [each for each in listed(client) if each["name"] == name]
    optimizer, a, b, c, parameter, depths = ROWS[name]
    assert set(entry) == FIELDS
    assert entry["optimizer"] == optimizer
    assert entry["depths"] == depths
    for symbol, row in zip("abc", (a, b, c), strict=True):
        roles = entry[symbol]
        assert list(roles) == ["input", "hidden", "readout"]
        assert ", ".join(map(str, roles.values())) == row
    assert (entry["parameter"] or {}).get("name") == parameter
    assert [entry[name] for name in ("bias", "tensors", "attention", "same_as")] == [None] * 4
    assert entry["alignment"] == "theorem"


def test_every_entry_says_what_it_is_where_it_is_from_and_who_uses_it(client: TestClient) -> None:
    for entry in listed(client):
        assert set(entry) == FIELDS
        for name in ("title", "source", "description", "used_by"):
            assert entry[name] == entry[name].strip() != "", entry["name"]
        for sentence in ("description", "used_by"):
            assert entry[sentence].endswith("."), entry["name"]


@pytest.mark.parametrize("name", IN_USE)
def test_entries_in_use_have_the_exponents_that_were_published(
    client: TestClient, name: str
) -> None:
    (entry,) = [each for each in listed(client) if each["name"] == name]
    optimizers, row, _ = IN_USE[name]
    shown = [" ".join(entry[symbol].values()) for symbol in "abc"]
    assert shown == [part.strip() for part in row.split("|")]
    one = entry["optimizer"]
    assert optimizers == (one if isinstance(one, str) else " ".join(one.values()))
    assert list((entry["bias"] or {}).get("b", {}).values()) == BIASES.get(name, [])
    assert entry["alignment"] == (name.rsplit("_", 1)[1] if "everett" in name else "theorem")


def test_another_gauge_of_an_earlier_entry_says_so(client: TestClient) -> None:
    """The service itself finds them equivalent, and no two others."""
    same = {each["name"]: each["same_as"] for each in listed(client)}
    for name, first in same.items():
        if first is not None:
            asked = {"first": {"preset": name}, "second": {"preset": first}}
            answer = client.post("/v1/equivalence", json=asked).json()
            assert answer["any_depth"] is True
    assert {name for name, first in same.items() if first == "mup"} == {"musgd", "spectral_sgd"}
    assert {name for name, first in same.items() if first == "mup_adam"} == {
        "muadam",
        "everett_mup_full",
        "everett_mean_field_full",
    }


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_networks_by_tensors_go_wherever_tensors_do(client: TestClient, name: str) -> None:
    (entry,) = [each for each in listed(client) if each["name"] == name]
    assert [entry[each] for each in ("a", "b", "c", "depths")] == [None] * 4
    spelled = {"tensors": entry["tensors"], "attention": entry["attention"]}
    classification = get(client, name)["classification"]
    assert classification["verdict"] == TRANSFORMERS[name][0][0]
    for path, more in (
        ("classify", {}),
        ("predictions", {"steps": 1}),
        ("repairs", {"target": "stable"}),
    ):
        answers = [
            client.post(f"/v1/{path}", json={**form, **more})
            for form in ({"preset": name}, spelled)
        ]
        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
    asked = {"first": {"preset": name}, "second": spelled}
    assert client.post("/v1/equivalence", json=asked).json()["equivalent"] is True
    locked = {"preset": name, "target": "stable", "locked": ["c.q", "a.head"]}
    assert client.post("/v1/repairs", json=locked).status_code == 200


@pytest.mark.parametrize(
    ("path", "more", "pointer", "words"),
    [
        ("classify", {"depth": 2}, "/depth", "takes no depth"),
        ("classify", {"optimizer": "sgd"}, "/optimizer", "change the tensors"),
        ("classify", {"bias": {"a": 0, "b": 0, "c": 0}}, "/bias", "takes no bias"),
        ("classify", {"s": 0}, "/s", "takes no s"),
        ("classify", {"a": 0}, "/a", "takes no a"),
        ("classify", {"alignment": "some"}, "/alignment", "write one of"),
        ("repairs", {"target": "stable", "locked": ["c.nobody"]}, "/locked/0", "names no tensor"),
        ("regions", {}, "", "no unknown"),
        ("limits", {"inputs": [[1]], "targets": [1]}, "/preset", "by tensors"),
    ],
)
def test_what_a_network_by_tensors_does_not_take(
    client: TestClient, path: str, more: dict[str, object], pointer: str, words: str
) -> None:
    response = client.post(f"/v1/{path}", json={"preset": "transformer_mup", **more})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]


def test_biases_of_an_entry_stay_unless_others_are_given(client: TestClient) -> None:
    def asked(**more: object) -> dict[str, Any]:
        body = {"preset": "torch_linear_adam", "depth": 2, **more}
        answer: dict[str, Any] = client.post("/v1/classify", json=body).json()
        written: dict[str, Any] = answer["parametrization"]
        return written

    own = {"a": ["0", "0"], "b": ["0", "1/2"], "c": ["0", "0"], "optimizer": "adamw"}
    assert asked()["bias"] == own
    assert asked(alignment="full")["bias"] == own
    assert asked(residual=True)["bias"] == own
    assert asked(optimizer="lion")["bias"] == own | {"optimizer": "lion"}
    assert asked(bias={"a": 0, "b": "inf", "c": 1})["bias"]["b"] == ["inf", "inf"]
    with_epsilon = client.post(
        "/v1/classify", json={"preset": "torch_linear_adam", "depth": 2, "epsilon": 0}
    ).json()
    by_hand = {"depth": 2, "optimizer": "adamw", "a": 0, "b": [0, "1/2", "1/2"], "c": 0}
    by_hand |= {"bias": {"a": 0, "b": [0, "1/2"], "c": 0}, "epsilon": 0}
    assert with_epsilon == client.post("/v1/classify", json=by_hand).json()


def test_rates_of_an_assumption_keep_it_on_request(client: TestClient) -> None:
    plain = get(client, "everett_standard_full", depth=3)["classification"]
    assumed = get(client, "everett_standard_full", depth=3, alignment="full")["classification"]
    assert (plain["verdict"], assumed["verdict"]) == ("unstable", "feature_learning")
    assert assumed["assumptions"]["theorem"] == "unstable"


def test_families_say_where_they_are_defined(client: TestClient) -> None:
    entries = {each["name"]: each["parameter"] for each in listed(client)}
    for parameter in (entries["uniform"], entries["standard_adam"]):
        assert set(parameter) == {"name", "meaning", "example", "minimum", "maximum"}
    assert (entries["uniform"]["minimum"], entries["uniform"]["maximum"]) == ("0", "1/2")
    assert entries["standard_adam"]["minimum"] is None
    assert entries["standard_adam"]["maximum"] is None


@pytest.mark.parametrize("name", sorted({*NAMES, *TRANSFORMERS} - FAMILIES))
def test_one_entry_is_listed_and_classified_for_every_depth(client: TestClient, name: str) -> None:
    entry = get(client, name)
    verdicts = entry.pop("classification")
    assert entry in listed(client)
    assert verdicts == client.post("/v1/classify", json={"preset": name}).json()


@pytest.mark.parametrize(
    ("name", "query", "verdict", "r"),
    [
        ("mup", {"depth": 3}, "feature_learning", "0"),
        ("ntk", {"depth": 10_000}, "kernel", "1/2"),
        ("mean_field", {"depth": 1}, "feature_learning", "0"),
        ("uniform", {"depth": 2, "s": "1/4"}, "kernel", "1/4"),
        ("uniform", {"depth": 2, "s": "0.1"}, "kernel", "1/10"),
        ("standard_adam", {"depth": 2, "c": "1"}, "unstable", "0"),
        ("standard_adam", {"depth": 2, "c": "3/2"}, "operator", "1/2"),
    ],
)
def test_one_entry_at_a_depth(
    client: TestClient, name: str, query: dict[str, object], verdict: str, r: str
) -> None:
    classification = get(client, name, **query)["classification"]
    assert (classification["verdict"], classification["r"]) == (verdict, r)
    assert classification["depth"] == query["depth"]
    asked = client.post("/v1/classify", json={"preset": name, **query})
    assert classification == asked.json()


@pytest.mark.parametrize("name", ["uniform", "standard_adam"])
def test_a_family_without_its_parameter_has_no_verdict(client: TestClient, name: str) -> None:
    entry = get(client, name)
    assert set(entry) == FIELDS | {"classification"}
    assert entry["classification"] is None


def test_a_family_with_its_parameter_is_classified_for_every_depth(client: TestClient) -> None:
    classification = get(client, "uniform", s="1/4")["classification"]
    assert classification["any_depth"] is True
    assert [each["r"] for each in classification["verdicts"].values()] == ["1/4", "1/4"]


@pytest.mark.parametrize(
    "name", ["nkt", "MUPS", "mup2", "%20", "ntk.json", "é", "x" * 5000, "__class__", "%00", "..%2f"]
)
def test_an_unknown_name_is_not_found(client: TestClient, name: str) -> None:
    response = client.get(f"/v1/parametrizations/{name}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "/problems/not-found"
    assert len(problem["detail"]) < 1000


def test_an_unknown_name_is_told_the_names(client: TestClient) -> None:
    detail = client.get("/v1/parametrizations/nkt").json()["detail"]
    assert "nkt" in detail
    assert all(name in detail for name in (*NAMES, *TRANSFORMERS))


@pytest.mark.parametrize(
    ("name", "query", "pointer"),
    [
        ("mup", "depth=0", "/query/depth"),
        ("mup", "depth=-1", "/query/depth"),
        ("mup", "depth=10001", "/query/depth"),
        ("mup", "depth=two", "/query/depth"),
        ("mup", "depth=2.5", "/query/depth"),
        ("mup", "depth=", "/query/depth"),
        ("mup", "depth=" + "9" * 5000, "/query/depth"),
        ("mup", "depth=true", "/query/depth"),
        ("mup", "s=1/4", "/query/s"),
        ("mup", "alignment=some", "/query/alignment"),
        ("transformer_mup", "depth=2", "/query/depth"),
        ("mup", "c=1", "/query/c"),
        ("mean_field", "depth=2", "/query/depth"),
        ("uniform", "depth=2", "/query/s"),
        ("uniform", "s=2", "/query/s"),
        ("uniform", "s=-1/1000000", "/query/s"),
        ("uniform", "s=half", "/query/s"),
        ("uniform", "s=", "/query/s"),
        ("uniform", "s=1/0", "/query/s"),
        ("uniform", "s=nan", "/query/s"),
        ("uniform", "s=1e999999999999", "/query/s"),
        ("uniform", "s=%00", "/query/s"),
        ("uniform", "s=%D9%A1", "/query/s"),
        ("uniform", "s=" + "1" * 6000, "/query/s"),
        ("standard_adam", "c=one", "/query/c"),
        ("standard_adam", "depth=3", "/query/c"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_bad_query_parameters_are_pointed_at(
    client: TestClient, name: str, query: str, pointer: str
) -> None:
    response = client.get(f"/v1/parametrizations/{name}?{query}")
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "/problems/invalid-request"
    assert [each["pointer"] for each in problem["errors"]] == [pointer]
    assert len(problem["detail"]) < 1000


def test_a_depth_that_is_not_possible_says_what_is(client: TestClient) -> None:
    detail = client.get("/v1/parametrizations/mup?depth=10001").json()["detail"]
    assert "10000" in detail
    detail = client.get("/v1/parametrizations/mean_field?depth=2").json()["detail"]
    assert "mean_field" in detail
    assert "1" in detail
