"""The application factory: ``uvicorn --factory app.main:create_app``."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter, Semaphore
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline
from pydantic import TypeAdapter
from starlette.middleware.cors import CORSMiddleware

from app import problems
from app.api.checks import events as check_events
from app.api.checks import examples as check_examples
from app.api.checks import plots as check_plots
from app.api.checks import route as checks
from app.api.classify import examples
from app.api.classify import route as classify
from app.api.equivalence import examples as equivalence_examples
from app.api.equivalence import route as equivalence
from app.api.gallery import route as parametrizations
from app.api.http import solving
from app.api.http.queue_access import queue_threads
from app.api.regions import plot as region_plots
from app.api.regions import route as regions
from app.api.repairs import route as repairs
from app.api.service import route as service
from app.api.solved_examples import solved_examples
from app.observe import Metrics, ObserveMiddleware, configure_logging
from app.queue.client import CheckQueue
from app.settings import Settings

VERSION = "0.1.0"

_DESCRIPTION = """
How does a neural network behave as its width grows? Post an **abc-parametrization** (per-layer
exponents a, b and a learning-rate exponent c) and a depth, and get an exact verdict: unstable,
trivial, kernel regime or feature learning, with the certificate and the reasons.

The theory is the Dynamical Dichotomy of *Feature Learning in Infinite-Width Neural Networks*
(Yang & Hu, arXiv 2011.14522; TP4) and, for adaptive optimizers, of *Adaptive Optimization in the
Infinite-Width Limit* (Yang & Littwin, arXiv 2308.01814; TP4b). Every decision is made in exact
rational arithmetic.
"""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Spare the garbage collector what lives as long as the process, and short-lived answers."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    yield
    gc.unfreeze()
    # A thread in which a database hangs is not waited for; the application may start again.
    app.state.queue_threads.shutdown(wait=False, cancel_futures=True)
    app.state.queue_threads = queue_threads()
    app.state.queue.close()


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application.  Settings come from the environment unless given."""
    settings = settings or Settings()
    configure_logging(settings)
    app = FastAPIOffline(
        title="abc-dichotomy",
        version=VERSION,
        summary="Exact verdicts on neural networks of growing width",
        description=_DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        lifespan=_lifespan,
        # The validator badge would call a server on the internet.
        swagger_ui_parameters={
            "validatorUrl": None,
            "displayRequestDuration": True,
            "defaultModelsExpandDepth": 0,
        },
        openapi_tags=_TAGS,
    )
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.large_bodies = Semaphore(2)
    app.state.large_questions = Semaphore(solving.AT_ONCE)
    app.state.queue = CheckQueue(settings.database_url)
    app.state.queue_threads = queue_threads()
    app.state.streams = Semaphore(check_events.MOST_STREAMS)
    app.state.solving = Semaphore(solving.AT_ONCE)
    app.state.plotting = CapacityLimiter(1)  # the library keeps global state
    problems.install(app)
    pages = list(app.router.routes)
    for module in (
        *(classify, parametrizations, equivalence, regions, region_plots, repairs),
        *(checks, check_events, check_plots, service),
    ):
        app.include_router(module.router)
    app.include_router(checks.posting)
    # Routes are tried in order; the busiest come first, the documentation's pages last.
    app.router.routes[:] = [*app.router.routes[len(pages) :], *pages]
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["X-Request-ID", "Location", "Retry-After"],
    )
    app.add_middleware(ObserveMiddleware, metrics=app.state.metrics)
    app.add_middleware(CorrelationIdMiddleware)
    _document(app)
    return app


_TAGS = [
    {"name": "classify", "description": "Verdicts on parametrizations, one or many, and gauge."},
    {"name": "gallery", "description": "The named parametrizations of the literature."},
    {"name": "solve", "description": "For which exponents is it so, and what must change?"},
    {"name": "checks", "description": "Verdicts put to the test on real networks."},
    {"name": "service", "description": "Health, metrics, and what problems mean."},
]


def _document(app: FastAPI) -> None:
    """Make the OpenAPI document tell the truth about errors, and build it once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                license_info=app.license_info,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            # Set here, because the framework drops what is null from examples.
            for (method, path, status), example in (
                examples.ANSWERS | equivalence_examples.ANSWERS | check_examples.ANSWERS
            ).items():
                content = schema["paths"][path][method]["responses"][status]["content"]
                content["application/json"]["example"] = example
            for path, named in solved_examples().items():
                content = schema["paths"][path]["post"]["responses"]["200"]["content"]
                content["application/json"]["examples"] = named
            components = schema["components"]["schemas"]
            shape = TypeAdapter(problems.Problem).json_schema(
                ref_template="#/components/schemas/{model}"
            )
            shape["examples"] = [problems.EXAMPLE]
            components.update(shape.pop("$defs", {}), Problem=shape)
            # The framework documents its own 422 where a route names none; none is ever sent.
            for operation in (each for item in schema["paths"].values() for each in item.values()):
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
            for name in ("HTTPValidationError", "ValidationError"):
                components.pop(name, None)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
