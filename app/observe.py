"""One log line and one metric sample for each request."""

import logging
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from asgi_correlation_id import correlation_id
from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from solver import Kind

if TYPE_CHECKING:
    from app.queue.numbers import Numbers

_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The metrics of one application instance, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "http_request_duration_seconds",
            "Time to answer a request, by route and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        verdicts = Counter(
            "abc_verdicts",
            "Parametrizations classified, by verdict.",
            ("verdict",),
            registry=self.registry,
        )
        self.verdicts = {kind: verdicts.labels(kind) for kind in Kind}
        self.checks = Counter(
            "abc_checks",
            "Checks accepted, by the verdict of the theorem and by method.",
            ("theory", "method"),
            registry=self.registry,
        )
        self.queue_errors = Counter(
            "abc_queue_errors",
            "Questions to the queue that its database did not answer.",
            registry=self.registry,
        )
        self.queue = QueueCollector()
        self.registry.register(self.queue)


class QueueCollector(Collector):
    """The queue as it was when it was last asked; without an answer only that there was none."""

    def __init__(self) -> None:
        self.numbers: Numbers | None = None

    def collect(self) -> Iterator[Metric]:
        """The families of metrics."""
        numbers = self.numbers
        up = "Whether the database of the queue answered."
        yield GaugeMetricFamily("abc_queue_up", up, value=float(numbers is not None))
        if numbers is None:
            return
        checks = GaugeMetricFamily("abc_queue_checks", "Unfinished checks.", labels=("status",))
        for status, count in numbers.checks.items():
            checks.add_metric((status,), count)
        yield checks
        yield GaugeMetricFamily(
            "abc_queue_oldest_seconds",
            "Time since the oldest check was queued that is waiting; 0 where none is.",
            value=numbers.oldest_queued,
        )
        alive = GaugeMetricFamily("abc_workers", "Workers alive.", labels=("device",))
        for device in sorted({"cpu", "cuda", *numbers.workers}):
            alive.add_metric((device,), numbers.workers.get(device, 0))
        yield alive
        labels = ("worker", "device")
        count_of = CounterMetricFamily(
            "abc_worker_measurements", "Measurements, by worker.", labels=labels
        )
        seconds_of = CounterMetricFamily(
            "abc_worker_measurement_seconds", "Time spent measuring, by worker.", labels=labels
        )
        for each in numbers.announced:
            count_of.add_metric((each.executor, each.device), each.measurements)
            seconds_of.add_metric((each.executor, each.device), each.seconds)
        yield count_of
        yield seconds_of


class ObserveMiddleware:
    """Logs and times every HTTP request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self.log = structlog.get_logger("access")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then record how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        started = perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, observed)
        finally:
            seconds = perf_counter() - started
            # The route's template, not the path: paths are the client's to choose.
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.metrics.requests.labels(method, route, status).observe(seconds)
            self.log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 3),
                request_id=correlation_id.get(),
            )


_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def configure_logging(settings: Settings) -> None:
    """Structured lines on standard output: JSON for machines, or columns for people."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(
            serializer=lambda event, **_: msgspec.json.encode(event).decode()
        )
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
