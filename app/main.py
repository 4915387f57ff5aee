"""The application factory: ``uvicorn --factory app.main:create_app``."""

import gc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from anyio import Semaphore
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app import problems
from app.api import openapi
from app.api.http.pictures import Studio
from app.api.http.queue_access import queue_threads
from app.api.http.solving import AT_ONCE
from app.api.jobs.api_key import Keys
from app.api.resources import RESOURCES
from app.docs_page import application
from app.guide import serve_guide
from app.observe import Metrics, ObserveMiddleware, configure_logging
from app.queue.client import CheckQueue
from app.safe_headers import SafeHeadersMiddleware
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
    app = application(
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
        openapi_tags=openapi.tags(RESOURCES),
    )
    app.state.settings = settings
    app.state.started = monotonic()
    app.state.keys = Keys(settings)
    app.state.metrics = Metrics()
    app.state.large_bodies = Semaphore(2)
    app.state.large_questions = Semaphore(AT_ONCE)
    app.state.queue = CheckQueue(settings.database_url)
    app.state.queue_threads = queue_threads()
    app.state.streams = Counter()
    app.state.solving = Semaphore(AT_ONCE)
    app.state.studio = Studio(settings.plot_cache_bytes)
    problems.install(app)
    pages = list(app.router.routes)
    for router in (each for resource in RESOURCES for each in resource.routers):
        app.include_router(router)
    # Routes are tried in order; the busiest come first, the documentation's pages last.
    app.router.routes[:] = [*app.router.routes[len(pages) :], *pages]
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["X-Request-ID", "Location", "Retry-After"],
    )
    app.add_middleware(SafeHeadersMiddleware)
    app.add_middleware(ObserveMiddleware, metrics=app.state.metrics)
    app.add_middleware(CorrelationIdMiddleware)
    serve_guide(app, settings.guide)
    openapi.document(app, RESOURCES)
    return app
