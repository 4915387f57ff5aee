"""What is set up beside the service names what the service has."""

import json
import re
from typing import Any

import yaml
from fastapi.testclient import TestClient

from app.settings import Settings
from tests import ROOT
from tests.app.queue.queue_double import QueueDouble, app_with

DASHBOARD = json.loads((ROOT / "deploy" / "grafana.json").read_text())
ALERTS = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def expressions() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    rules = [rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]]
    return panels + rules


def test_every_metric_asked_for_is_there_and_every_one_that_is_there_is_shown() -> None:
    client = TestClient(app_with(QueueDouble()))
    client.post("/v1/classify", json={"preset": "mup"})
    client.post("/v1/checks", json={"preset": "mup", "depth": 2})
    lines = client.get("/metrics").text.splitlines()
    there = {re.split(r"[{ ]", line)[0] for line in lines if line[0] != "#"}
    there = {name for name in there if not name.endswith(("_created", "_sum"))}
    asked = {
        name
        for expression in expressions()
        for name in re.findall(r"\b(?:abc|http)_[a-z_]+\b", expression)
    }
    assert asked == there


def test_labels_asked_for_are_there() -> None:
    client = TestClient(app_with(QueueDouble()))
    client.post("/v1/classify", json={"preset": "mup"})
    client.post("/v1/checks", json={"preset": "mup", "depth": 2})
    there = set(re.findall(r'(\w+)="', client.get("/metrics").text)) | {"job"}
    for expression in expressions():
        grouped = re.findall(r"(?:by|without) \(([a-z, ]+)\)", expression)
        matched = re.findall(r'(\w+)[=!]~?"', expression)
        asked = {name.strip() for each in grouped for name in each.split(",")} | set(matched)
        assert asked <= there, expression


def test_panels_do_not_overlap() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not places & cells
        places |= cells


def test_the_proxy_takes_bodies_as_large_as_the_service_does() -> None:
    (size,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(size) * 2**20 == Settings().max_body_bytes
    (seconds,) = re.findall(r"client_body_timeout (\d+)s;", NGINX)
    assert int(seconds) == Settings().max_body_seconds
