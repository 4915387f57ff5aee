"""The OpenAPI document: what it promises, and that its examples work as they stand."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.queue.queue_double import QueueDouble, app_with

# What clients generated from the document are called: removing or renaming one breaks them.
OPERATIONS = {
    "classify": ("post", "/v1/classify"),
    "classify_batch": ("post", "/v1/classify/batch"),
    "compare_parametrizations": ("post", "/v1/equivalence"),
    "predict_exponents": ("post", "/v1/predictions"),
    "find_regions": ("post", "/v1/regions"),
    "plot_regions": ("post", "/v1/regions/plot"),
    "get_regions_plot": ("get", "/v1/regions/plot"),
    "find_repair": ("post", "/v1/repairs"),
    "create_check": ("post", "/v1/checks"),
    "list_checks": ("get", "/v1/checks"),
    "get_check": ("get", "/v1/checks/{id}"),
    "cancel_check": ("delete", "/v1/checks/{id}"),
    "check_events": ("get", "/v1/checks/{id}/events"),
    "check_plot_svg": ("get", "/v1/checks/{id}/plot.svg"),
    "check_plot_png": ("get", "/v1/checks/{id}/plot.png"),
    "find_limit": ("post", "/v1/limits"),
    "demonstrate_words": ("post", "/v1/demonstrations/words"),
    "demonstrate_analogies": ("post", "/v1/demonstrations/analogies"),
    "demonstrate_few_shot": ("post", "/v1/demonstrations/few-shot"),
    "demonstrate_transfer": ("post", "/v1/demonstrations/transfer"),
    "plot_words": ("get", "/v1/demonstrations/words/plot"),
    "plot_analogies": ("get", "/v1/demonstrations/analogies/plot"),
    "plot_few_shot": ("get", "/v1/demonstrations/few-shot/plot"),
    "plot_transfer": ("get", "/v1/demonstrations/transfer/plot"),
    "get_limit": ("get", "/v1/limits/{id}"),
    "cancel_limit": ("delete", "/v1/limits/{id}"),
    "limit_events": ("get", "/v1/limits/{id}/events"),
    "limit_plot_svg": ("get", "/v1/limits/{id}/plot.svg"),
    "limit_plot_png": ("get", "/v1/limits/{id}/plot.png"),
    "plot_limit": ("post", "/v1/limits/plot"),
    "get_limit_plot": ("get", "/v1/limits/plot"),
    "create_program": ("post", "/v1/programs"),
    "list_programs": ("get", "/v1/programs"),
    "program_gallery": ("get", "/v1/programs/gallery"),
    "get_program": ("get", "/v1/programs/{id}"),
    "cancel_program": ("delete", "/v1/programs/{id}"),
    "program_events": ("get", "/v1/programs/{id}/events"),
    "program_plot_svg": ("get", "/v1/programs/{id}/plot.svg"),
    "program_plot_png": ("get", "/v1/programs/{id}/plot.png"),
    "list_parametrizations": ("get", "/v1/parametrizations"),
    "get_parametrization": ("get", "/v1/parametrizations/{name}"),
    "get_problem": ("get", "/problems/{code}"),
    "livez": ("get", "/livez"),
    "readyz": ("get", "/readyz"),
    "metrics": ("get", "/metrics"),
}
# Pages for people and the document itself.
UNDOCUMENTED = {"/", "/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"}
MOUNTED = {"/static-offline-docs"}
# Pages where it is built; where it is not, an answer that says so.
GUIDE = {"/guide", "/guide/{page:path}"}

QUEUE = QueueDouble()
APP: FastAPI = app_with(QUEUE)
DOCUMENT: dict[str, Any] = APP.openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


POSTS = {path: operation for method, path, operation in operations() if method == "post"}
JSON_POSTS = {
    path: operation
    for path, operation in POSTS.items()
    if any("application/json" in each["content"] for each in operation["responses"].values())
}
EXAMPLES = [
    pytest.param(path, example["value"], id=f"{path}-{name}")
    for path, operation in POSTS.items()
    for name, example in operation["requestBody"]["content"]["application/json"]["examples"].items()
]


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator of one schema of the document, which may refer to the others."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": SCHEMAS}})


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of the application whose document this is."""
    with TestClient(APP, raise_server_exceptions=False) as client:
        yield client


def success(operation: dict[str, Any]) -> str:
    """The status of an answer that is no error; the one that comes at once, where there are two."""
    return min(status for status in operation["responses"] if status.startswith("2"))


def answer_schema(operation: dict[str, Any], status: int | None = None) -> dict[str, Any]:
    content = operation["responses"][str(status or success(operation))]["content"]
    (schema,) = (each["schema"] for each in content.values())
    result: dict[str, Any] = schema
    return result


def texts(value: object) -> Iterator[str]:
    """Every key and every string in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def resolved(reference: str) -> object:
    value: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        value = value[step.replace("~1", "/").replace("~0", "~")]
    return value


def test_it_is_served_and_is_version_3_1(client: TestClient) -> None:
    response = client.get("/openapi.json")
    assert response.status_code == 200
    assert response.json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


def test_it_is_the_same_every_time() -> None:
    again = create_app(Settings(log_level="critical")).openapi()
    assert json.dumps(again) == json.dumps(DOCUMENT)


def test_operation_ids_are_stable() -> None:
    found = [(op["operationId"], (method, path)) for method, path, op in operations()]
    assert len(found) == len(dict(found))
    assert dict(found) == OPERATIONS


def test_every_operation_says_what_it_does() -> None:
    for _, path, operation in operations():
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path


def test_every_route_is_documented_or_left_out_on_purpose() -> None:
    documented = set(DOCUMENT["paths"])
    routes = {context.path for context in iter_route_contexts(APP.routes)}
    assert documented <= routes
    assert routes - documented - GUIDE == UNDOCUMENTED | MOUNTED


def test_undocumented_pages_work_too(client: TestClient) -> None:
    for path in UNDOCUMENTED:
        assert client.get(path).status_code == 200, path


def test_every_reference_leads_somewhere() -> None:
    references = {text for text in texts(DOCUMENT) if text.startswith("#/")}
    assert references
    for reference in references:
        assert resolved(reference) is not None


def test_every_schema_is_used() -> None:
    used = {text.rpartition("/")[2] for text in texts(DOCUMENT) if text.startswith("#/")}
    assert set(SCHEMAS) == used


def test_the_errors_of_the_framework_are_nowhere() -> None:
    found = set(texts(DOCUMENT)) & {"HTTPValidationError", "ValidationError"}
    assert not found
    assert not [text for text in texts(DOCUMENT) if "HTTPValidationError" in text]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("status", ["400", "413", "415", "422"])
def test_errors_of_a_body_are_documented_as_problems(path: str, status: str) -> None:
    (media, content), *others = POSTS[path]["responses"][status]["content"].items()
    assert (media, others) == ("application/problem+json", [])
    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
    shown = [each["value"] for each in content["examples"].values()]
    assert {each["status"] for each in shown} == {int(status)}
    assert len({each["type"] for each in shown}) == len(shown)
    assert all(validator(content["schema"]).is_valid(each) for each in shown)


def test_sections_and_operations_come_in_the_order_of_use() -> None:
    sections = [tag["name"] for tag in DOCUMENT["tags"]]
    order = [sections.index(operation["tags"][0]) for _, _, operation in operations()]
    assert order == sorted(order)
    for item in DOCUMENT["paths"].values():
        assert list(item) == [each for each in ("post", "get", "delete") if each in item]


def test_every_documented_error_is_a_problem() -> None:
    for _, path, operation in operations():
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                continue
            assert list(response["content"]) == ["application/problem+json"], (path, status)
            assert response["description"]


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/v1/parametrizations", {"200"}),
        ("/v1/parametrizations/{name}", {"200", "404", "422"}),
        ("/problems/{code}", {"200", "404"}),
        ("/livez", {"200"}),
        ("/readyz", {"200"}),
        ("/metrics", {"200"}),
        ("/v1/regions/plot", {"200", "406", "422", "503"}),
        ("/v1/checks", {"200", "401", "422", "503"}),
        ("/v1/checks/{id}", {"200", "401", "404", "503"}),
        ("/v1/checks/{id}/events", {"200", "401", "404", "503"}),
        ("/v1/checks/{id}/plot.svg", {"200", "401", "404", "409", "503"}),
        ("/v1/checks/{id}/plot.png", {"200", "401", "404", "409", "503"}),
    ],
)
def test_what_one_can_get_is_documented(path: str, statuses: set[str]) -> None:
    assert set(DOCUMENT["paths"][path]["get"]["responses"]) == statuses


def test_the_problem_schema_is_the_one_shape() -> None:
    problem = SCHEMAS["Problem"]
    assert set(problem["properties"]) == {"type", "title", "status", "detail", "errors"}
    assert set(problem["required"]) == set(problem["properties"])
    flaw = resolved(problem["properties"]["errors"]["items"]["$ref"])
    assert isinstance(flaw, dict)
    assert set(flaw["properties"]) == {"pointer", "detail"}
    assert set(flaw["required"]) == {"pointer", "detail"}


def test_problems_are_as_documented(client: TestClient) -> None:
    valid = validator(answer_schema(POSTS["/v1/classify"], 422))
    json_type = {"Content-Type": "application/json"}
    for response in (
        client.post("/v1/classify", json={}),
        client.post("/v1/classify", content=b"{", headers=json_type),
        client.post("/v1/classify", content=b"{}"),
        client.post("/v1/classify", content=b" " * (2**24 + 1), headers=json_type),
        client.get("/v1/classify"),
        client.get("/nothing"),
        client.get("/v1/parametrizations/mup?depth=0"),
    ):
        assert response.status_code >= 400
        valid.validate(response.json())


# ---------------------------------------------------------------------------- examples


@pytest.mark.parametrize("path", POSTS)
def test_every_question_has_named_examples(path: str) -> None:
    content = POSTS[path]["requestBody"]["content"]
    assert list(content) == ["application/json"]
    examples = content["application/json"]["examples"]
    assert len(examples) >= 2
    for example in examples.values():
        assert example["summary"]
        assert "value" in example


@pytest.mark.parametrize(("path", "value"), EXAMPLES)
def test_every_example_works_untouched(client: TestClient, path: str, value: object) -> None:
    response = client.post(path, json=value)
    assert response.status_code < 300, response.text
    documented = POSTS[path]["responses"][str(response.status_code)]["content"]
    assert response.headers["content-type"].partition(";")[0] in documented
    if path in JSON_POSTS:
        schema = answer_schema(POSTS[path], response.status_code)
        validator(schema).validate(response.json())


@pytest.mark.parametrize(("path", "value"), EXAMPLES)
def test_every_example_is_valid_by_its_own_schema(path: str, value: object) -> None:
    schema = POSTS[path]["requestBody"]["content"]["application/json"]["schema"]
    validator(schema).validate(value)


def test_the_example_of_a_near_miss_shows_its_warning(client: TestClient) -> None:
    examples = POSTS["/v1/classify"]["requestBody"]["content"]["application/json"]["examples"]
    answer = client.post("/v1/classify", json=examples["rounded_exponent"]["value"]).json()
    assert any("0.3333" in warning and "1/3" in warning for warning in answer["warnings"])


def test_examples_show_every_verdict_but_the_rarest(client: TestClient) -> None:
    answers: list[dict[str, Any]] = []
    for parameter in EXAMPLES:
        path, value = parameter.values
        if path == "/v1/classify":
            answer = client.post("/v1/classify", json=value).json()
            answers += answer["verdicts"].values() if "verdicts" in answer else [answer]
    assert {each["verdict"] for each in answers} >= {"unstable", "kernel", "feature_learning"}


# ---------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    "body",
    [
        {"preset": "mean_field"},
        {"preset": "mean_field", "depth": 1},
        {"preset": "standard", "depth": 10_000},
        {"preset": "standard_adam", "c": 1},
        {"optimizer": "adam", "depth": 1, "a": [0, 1], "b": [0, 0], "c": 0, "d": 1},
        {"depth": 1, "a": [0, 1], "b": [0, 0], "c": 1},
        {"depth": 2, "a": [0, 0.3333, 0.5], "b": [1, 1, 1], "c": 0, "activation": "linear"},
    ],
    ids=json.dumps,
)
def test_answers_of_every_kind_are_as_documented(client: TestClient, body: object) -> None:
    response = client.post("/v1/classify", json=body)
    assert response.status_code == 200
    validator(answer_schema(POSTS["/v1/classify"])).validate(response.json())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/parametrizations",
        "/v1/parametrizations/uniform",
        "/v1/parametrizations/mean_field",
        "/v1/parametrizations/mup?depth=2",
        "/problems/invalid-request",
        "/livez",
        "/readyz",
    ],
)
def test_what_one_gets_is_as_documented(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    template = path.partition("?")[0]
    for prefix, name in (("/v1/parametrizations/", "{name}"), ("/problems/", "{code}")):
        if template.startswith(prefix):
            template = prefix + name
    validator(answer_schema(DOCUMENT["paths"][template]["get"])).validate(response.json())


def test_answers_have_no_undocumented_fields(client: TestClient) -> None:
    """A schema admits more than it lists, so compare the names."""
    answer = client.post("/v1/classify", json={"preset": "ntk", "depth": 2}).json()
    assert set(answer) == set(SCHEMAS["Classification"]["properties"])
    assert set(answer["layers"][0]) == set(SCHEMAS["LayerOut"]["properties"])
    assert set(answer["conditions"][0]) == set(SCHEMAS["ConditionOut"]["properties"])
    batch = client.post(
        "/v1/classify/batch", json={"depth": 1, "abc": [], "alignment": "full"}
    ).json()
    assert set(batch) == set(SCHEMAS["BatchOut"]["properties"])


# ---------------------------------------------------------------------------- questions

CHECK = "/v1/checks/{id}"
OF_ITS_OWN = ("id", "created_at", "links")
MUP_CHECK: dict[str, object] = {"preset": "mup", "depth": 2}
OF_A_CHECK = (
    *("widths", "steps", "seeds", "seed", "batch_size", "input_dim", "inputs", "targets"),
    *("activation", "loss", "learning_rate", "momentum", "update_rule", "method", "device"),
    "tolerance",
)
NULL_IS_ABSENT = ("preset", "depth", "abc", "a", "b", "c", "d", "s", "optimizer")


@pytest.mark.parametrize("name", NULL_IS_ABSENT)
def test_null_is_documented_just_where_it_is_accepted(client: TestClient, name: str) -> None:
    body: dict[str, object] = {"preset": "mup"}
    if name == "preset":
        body = {"depth": 1, "abc": [0, 1, 0, 0, 0]}
    body[name] = None
    schema = POSTS["/v1/classify"]["requestBody"]["content"]["application/json"]["schema"]
    accepted = client.post("/v1/classify", json=body).status_code == 200
    assert validator(schema).is_valid(body) is accepted


@pytest.mark.parametrize(
    "spelling",
    [
        *("0", "-0", "1/2", "-1/2", "+1/2", "0.25", "-0.5", ".5", "5.", "1e0", "25e-2", "1E-1"),
        *("000000001", "00000001/2", "1000000/1000000", "2000000/4000000", " 1", "1 ", "", "x"),
    ],
)
def test_a_spelling_is_documented_just_when_it_is_accepted(
    client: TestClient, spelling: str
) -> None:
    body = {"depth": 1, "a": [0, spelling], "b": [0, 0], "c": 0}
    schema = POSTS["/v1/classify"]["requestBody"]["content"]["application/json"]["schema"]
    accepted = client.post("/v1/classify", json=body).status_code == 200
    assert validator(schema).is_valid(body) is accepted


@pytest.mark.parametrize("name", [*MUP_CHECK, *OF_A_CHECK])
def test_null_is_documented_just_where_a_check_accepts_it(client: TestClient, name: str) -> None:
    body = {**MUP_CHECK, name: None}
    if name == "preset":
        body |= {"a": 0, "b": 0, "c": 0}
    schema = POSTS["/v1/checks"]["requestBody"]["content"]["application/json"]["schema"]
    accepted = client.post("/v1/checks", json=body).status_code == 202
    assert validator(schema).is_valid(body) is accepted


BOUNDS = [
    ("steps", (1, 64), (0, 65)),
    ("seeds", (1, 256), (0, 257)),
    ("seed", (0, 2**32 - 1), (-1, 2**32)),
    ("batch_size", (1, 128), (0, 129)),
    ("input_dim", (1, 256), (0, 257)),
    ("learning_rate", (1e-6, 1000), (0, 1001)),
    ("momentum", (0, 0.999), (-0.1, 1)),
    ("tolerance", (0.001, 0.25), (0, 0.3)),
    ("depth", (1, 16), (0, 17)),
    ("widths", ([16, 32, 64], [2**10, 2**12, 2**13]), ([8, 64, 256], [64, 256], [64, 64, 256])),
    ("loss", ("mse", "logistic", "cross_entropy"), ("hinge", 1)),
    ("method", ("auto", "dense", "matrix_free"), ("sparse",)),
    ("device", ("auto", "cpu", "cuda"), ("cuda:0",)),
    ("activation", ("tanh", "relu", "gelu", "silu", "erf", "linear"), ("swish",)),
    ("update_rule", ("sgd",), ("rmsprop",)),
]


@pytest.mark.parametrize(("name", "good", "bad"), BOUNDS, ids=[name for name, _, _ in BOUNDS])
def test_the_bounds_of_a_check_are_documented(
    client: TestClient, name: str, good: tuple[object, ...], bad: tuple[object, ...]
) -> None:
    schema = POSTS["/v1/checks"]["requestBody"]["content"]["application/json"]["schema"]
    for value in (*good, *bad):
        # Small enough for the budget at every bound.
        body = {**MUP_CHECK, "depth": 1, "widths": [16, 32, 64], name: value}
        response = client.post("/v1/checks", json=body)
        # What is refused for want of a GPU has been understood.
        no_device = response.json().get("type") == "/problems/no-device"
        accepted = response.status_code == 202 or no_device
        assert accepted is (value in good), value
        assert validator(schema).is_valid(body) is accepted, value


def test_every_bound_of_a_check_is_tested_here() -> None:
    assert {name for name, _, _ in BOUNDS} == {*OF_A_CHECK, "depth"} - {"inputs", "targets"}


@pytest.mark.parametrize("path", JSON_POSTS)
def test_documented_answers_are_those_to_the_documented_requests(path: str) -> None:
    operation = POSTS[path]
    questions = operation["requestBody"]["content"]["application/json"]["examples"]
    content = operation["responses"][success(operation)]["content"]["application/json"]
    first = next(iter(questions))
    # A single answer is that to the first request.
    shown = content["examples"] if "examples" in content else {first: {"value": content["example"]}}
    assert first in shown
    for name, documented in ((name, each["value"]) for name, each in shown.items()):
        answer = TestClient(APP).post(path, json=questions[name]["value"]).json()
        if path in ("/v1/checks", "/v1/programs"):  # which have names and dates of their own
            answer |= {name: documented[name] for name in OF_ITS_OWN}
        assert answer == documented


@pytest.mark.parametrize("path", ["/v1/regions", "/v1/repairs"])
def test_an_answer_of_each_shape_is_documented(path: str) -> None:
    content = POSTS[path]["responses"]["200"]["content"]["application/json"]
    answers = [each["value"] for each in content["examples"].values()]
    if path == "/v1/regions":
        assert any(answer.get("verdicts", {}).get("1", {}).get("optimum") for answer in answers)
    else:
        assert {answer["possible"] for answer in answers} == {True, False}


def test_documented_checks_have_the_documented_shape() -> None:
    for method, path in (("get", "/v1/checks"), ("get", CHECK), ("delete", CHECK)):
        operation = DOCUMENT["paths"][path][method]
        content = operation["responses"]["200"]["content"]["application/json"]
        validator(answer_schema(operation)).validate(content["example"])


def test_checks_have_no_undocumented_fields(client: TestClient) -> None:
    check = client.post("/v1/checks", json=MUP_CHECK).json()
    assert set(check) == set(SCHEMAS["CheckOut"]["properties"])
    (listed,) = client.get("/v1/checks", params={"limit": 1}).json()["checks"]
    assert set(listed) == set(SCHEMAS["CheckSummaryOut"]["properties"])
    for name, schema in (
        ("progress", "ProgressOut"),
        ("experiment", "ExperimentOut"),
        ("links", "LinksOut"),
        ("estimate", "EstimateOut"),
    ):
        assert set(check[name]) == set(SCHEMAS[schema]["properties"])
    for link in check["links"].values():
        QUEUE.change(check["id"], status="cancelled")
        assert client.get(link).status_code in {200, 409}


def test_the_key_opens_checks_and_nothing_else() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {name: each["type"] for name, each in schemes.items()} == {
        "bearer": "http",
        "api_key": "apiKey",
    }
    guarded = {op["operationId"]: op["security"] for _, _, op in operations() if "security" in op}
    either = [{"bearer": []}, {"api_key": []}]
    jobs = ("/v1/checks", "/v1/limits", "/v1/programs")
    guarded_operations = {
        op["operationId"]
        for _, path, op in operations()
        if path.startswith(jobs) and not path.endswith("/plot")
        if op["operationId"] != "program_gallery"
    }
    assert guarded == dict.fromkeys(guarded_operations, either)
