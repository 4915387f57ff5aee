"""Requests made up from the OpenAPI document: the service must keep every promise in it."""

from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.exhaustive

KEY = "the key"
CONFIG = {
    "auth": {"openapi": {"bearer": {"bearer": KEY}}},
    "seed": 2011_14522,
    "generation": {"max-examples": 10, "deterministic": True, "database": "none"},
    "checks": {
        # JSON Schema cannot say that the length of a vector depends on the depth, or that a
        # parameter lies within the range of its family (422), or that a key was used before (409).
        "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]},
    },
    "operations": [
        {
            # Its two parts have the schema of /v1/classify, whose every case is enumerated there;
            # enumerating pairs of them takes half a minute.  Random pairs are still drawn.
            "include-operation-id": "compare_parametrizations",
            "phases": {"coverage": {"enabled": False}},
        },
        # They read what other operations read, and each answer is worked out anew.
        *(
            {"include-operation-id": name, "phases": {"coverage": {"enabled": False}}}
            for name in (
                *("plot_regions", "plot_limit", "get_limit_plot", "predict_exponents"),
                *("demonstrate_words", "demonstrate_analogies", "demonstrate_few_shot"),
                *("plot_words", "plot_analogies", "plot_few_shot"),
            )
        ),
    ],
}


schema = schemathesis.openapi.from_asgi(
    "/openapi.json",
    create_app(Settings(log_level="critical", api_key=KEY, solve_max_seconds=1.0)),
    config=SchemathesisConfig.from_dict(CONFIG),
)


@schema.parametrize()
def test_the_service_does_what_its_document_says(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()
