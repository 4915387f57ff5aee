"""The OpenAPI document: what the framework gathers, and what resources add to it."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app import problems
from app.api.http.resource import Resource


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
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


def _add_answers(schema: dict[str, Any], resource: Resource) -> None:
    for (method, path, status), shown in resource.answers().items():
        content = schema["paths"][path][method]["responses"][status]["content"]
        content["application/json"].update(shown)


def _document_problems(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]
    shape = TypeAdapter(problems.Problem).json_schema(ref_template="#/components/schemas/{model}")
    shape["examples"] = [problems.EXAMPLE]
    components.update(shape.pop("$defs", {}), Problem=shape)
    # The framework documents its own 422 where a route names none; none is ever sent.
    for operation in (each for item in schema["paths"].values() for each in item.values()):
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
