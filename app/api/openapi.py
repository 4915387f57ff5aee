"""The OpenAPI document: what the framework gathers, and what resources add to it."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter

from app import problems
from app.api.demonstrations.request import COMPONENTS as OF_DEMONSTRATIONS
from app.api.http.enumerations import ENUMERATIONS
from app.api.http.resource import Resource
from app.api.limits.request import COMPONENTS as OF_LIMITS
from app.api.parametrization.schemas import COMPONENTS
from app.api.programs.request import COMPONENTS as OF_PROGRAMS


def tags(resources: Iterable[Resource]) -> list[dict[str, str]]:
    """The tags of the routes, each with its description, in the order of the resources."""
    return [
        {"name": str(each.routers[0].tags[0]), "description": each.about}
        for each in resources
        if each.about is not None
    ]


def document(app: FastAPI, resources: Iterable[Resource]) -> None:
    """Make the OpenAPI document tell the truth about errors and answers, and build it once."""
    gathered = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        schema = gathered()
        for each in resources:
            _add_answers(schema, each)
        _document_problems(schema)
        schema["paths"] = _in_order_of_use(schema)
        return _with_components(schema)

    app.openapi = openapi  # type: ignore[method-assign]


# What a person does first comes first.
_METHODS: Final = ("post", "get", "delete")


def _in_order_of_use(schema: dict[str, Any]) -> dict[str, Any]:
    """The paths by section, a collection before its members; making before asking and deleting."""
    sections = [each["name"] for each in schema["tags"]]

    def place(path: str) -> tuple[int, bool]:
        first = next(iter(schema["paths"][path].values()))
        return sections.index(first["tags"][0]), "{" in path

    return {
        path: dict(sorted(schema["paths"][path].items(), key=lambda each: _METHODS.index(each[0])))
        for path in sorted(schema["paths"], key=place)
    }


# What is said of one use of a named choice.
_BESIDE: Final = ("description", "default")


def _with_components(schema: dict[str, Any]) -> dict[str, Any]:
    """Each named schema once, and references to it wherever it occurs."""
    named = {
        **COMPONENTS,
        **OF_LIMITS,
        **OF_DEMONSTRATIONS,
        **OF_PROGRAMS,
        **{name: {"type": "string", "enum": list(each)} for name, each in ENUMERATIONS.items()},
    }

    def name_of(value: dict[str, Any]) -> str | None:
        bare = {"type": "string", "enum": value["enum"]} if "enum" in value else value
        return next((name for name, each in named.items() if each == bare), None)

    def referring(value: Any, whole: bool = False) -> Any:
        if isinstance(value, list):
            return [referring(each) for each in value]
        if not isinstance(value, dict):
            return value
        name = None if whole else name_of(value)
        if name is not None:
            beside = {key: value[key] for key in _BESIDE if key in value and "enum" in value}
            return {"$ref": f"#/components/schemas/{name}", **beside}
        return {key: referring(each) for key, each in value.items()}

    document: dict[str, Any] = referring(schema)
    document["components"]["schemas"].update(
        {name: referring(each, whole=True) for name, each in named.items()}
    )
    for name, each in document["components"]["schemas"].items():
        _kind_to_generators(each.get("properties", {}), of_request=name.endswith("In"))
    return document


def _kind_to_generators(properties: dict[str, Any], of_request: bool) -> None:
    """Mend what clients' generators stumble over."""
    if of_request:
        # openapi-typescript takes a property with a default for one that is always there.
        for each in properties.values():
            each.pop("default", None)
    if "d" in properties:
        # openapi-python-client reads objects from a variable of that name, in this order.
        properties["d"] = properties.pop("d")


def _add_answers(schema: dict[str, Any], resource: Resource) -> None:
    for (method, path, status), shown in resource.answers().items():
        content = schema["paths"][path][method]["responses"][status]["content"]
        content["application/json"].update(shown)


def _document_problems(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]
    shape = TypeAdapter(problems.Problem).json_schema(ref_template="#/components/schemas/{model}")
    components.update(shape.pop("$defs", {}), Problem=shape)
    # The framework documents its own 422 where a route names none; none is ever sent.
    for operation in (each for item in schema["paths"].values() for each in item.values()):
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
