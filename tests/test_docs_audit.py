"""The audit of public code: its table says what its commands show, and what an oracle says."""

import json
import re
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.pages import PAGES, rows
from tests.solver.theory.published_networks import INF, Tensor, judge

PAGE = "audit.md"
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGES[PAGE], re.DOTALL | re.M))
TABLE = [
    (re.findall(r"\[(.*?)\]\(#(.*?)\)", name)[0], commit, verdict)
    for name, commit, verdict in rows(PAGE, "| rule |")
]


@pytest.fixture(scope="module")
def service() -> TestClient:
    return TestClient(create_app(Settings(log_level="critical")))


def question(section: str) -> dict[str, Any]:
    (body,) = re.findall(r"^\$ ask classify '(.*?)' \|", SECTIONS[section], re.DOTALL | re.M)
    asked: dict[str, Any] = json.loads(body)
    return asked


def test_the_table_lists_the_sections_in_order() -> None:
    assert [title for (title, _), _, _ in TABLE] == list(SECTIONS)
    for (title, anchor), commit, _ in TABLE:
        assert anchor == re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        assert re.fullmatch(r"[\w-]+/[\w-]+ [0-9a-f]{7}", commit)
        assert (
            re.search(r"`[\w/]*\.py`", SECTIONS[title])
            or "The same" in SECTIONS[title]
            or ("`MuSharedReadout`" in SECTIONS[title])
        )


@pytest.mark.parametrize(("name", "verdict"), [(each[0][0], each[2]) for each in TABLE])
def test_the_table_says_what_the_service_answers(
    service: TestClient, name: str, verdict: str
) -> None:
    answer = service.post("/v1/classify", json=question(name)).json()
    said = [answer["verdict"].replace("_", " ")]
    said += ["maximal"] if answer["maximal"] else []
    said += ["controlled"] if (answer["instability"] or {}).get("controlled") else []
    assert ", ".join(said) == verdict


def number(value: Any) -> Any:
    return INF if value == "inf" else Fraction(str(value))


def spelled_out(asked: dict[str, Any]) -> list[Tensor]:
    """The question as the oracle's tensors; by role, as a network with one hidden layer more."""
    if "tensors" not in asked:
        roles = ("input", "hidden", "readout")
        return [
            {"name": role, "kind": role, "optimizer": asked["optimizer"][role]}
            | {
                each: number(asked[each][role] if isinstance(asked[each], dict) else asked[each])
                for each in "abc"
            }
            for role in roles
        ]
    found: list[Tensor] = []
    for each in asked["tensors"]:
        leader = next((one for one in found if one["name"] == each.get("tied_to")), {})
        shared = {key: leader[key] for key in ("b", "c", "optimizer") if key in leader}
        numbers = {key: number(each[key]) for key in ("a", "b", "c", "weight_decay") if key in each}
        found.append({**each, **shared, **numbers})
    return found


@pytest.mark.parametrize(("name", "verdict"), [(each[0][0], each[2]) for each in TABLE])
def test_the_verdicts_are_those_of_the_tables_of_the_theory(name: str, verdict: str) -> None:
    asked = question(name)
    attention = [each | {"scale": number(each["scale"])} for each in asked.get("attention", [])]
    found = judge(spelled_out(asked), attention)
    assert found["verdict"].replace("_", " ") == verdict.split(",")[0]
    assert found["maximal"] is verdict.endswith("maximal")


def test_names_of_the_gallery_are_those_that_it_means(service: TestClient) -> None:
    """Entries that a section names are in the gallery, and its networks behave like them."""
    named = re.findall(r"`(\w+)` (?:in|of) the gallery", PAGES[PAGE])
    assert sorted(named) == ["everett_standard_full", "mup_muon_match_rms", "spectral_rates_adam"]
    for name, section in (
        ("everett_standard_full", "mu_transformer with a standard head"),
        ("spectral_rates_adam", "nanotron: spectral rates under Adam"),
    ):
        entry = service.get(f"/v1/parametrizations/{name}").json()
        deeper = entry["classification"]["verdicts"][">=2"]
        answer = service.post("/v1/classify", json=question(section)).json()
        for field in ("verdict", "r"):
            assert deeper[field] == answer[field]
        for field in ("features", "logits"):
            assert deeper["instability"][field] == answer["instability"][field]
    asked = question("Emerging-Optimizers: Muon's default scale")
    asked["c"] = {"input": 0, "hidden": "1/2", "readout": 0}
    answer = service.post("/v1/classify", json=asked).json()
    assert (answer["maximal"], answer["equivalent_to"]) == (True, ["mup_muon_match_rms"])
    asked |= {"c": 0, "optimizer": {**asked["optimizer"], "hidden": "muon_unit_rms"}}
    assert service.post("/v1/classify", json=asked).json()["maximal"] is True
