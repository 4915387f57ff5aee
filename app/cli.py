"""The command line: ``abc-dichotomy serve``, ``worker``, ``gallery``."""

import signal
import sys
from contextlib import nullcontext

import click
import httpx
import uvicorn
from pydantic import ValidationError

from app.observe import configure_logging
from app.protocol import BoundedProtocol
from app.queue.address import embedded_file
from app.queue.beside import CANNOT_WORK, worker_beside
from app.queue.gpus import devices, one_on_each
from app.settings import Settings
from app.table import gallery_table


@click.group()
def main() -> None:
    """Exact verdicts on neural networks of growing width."""


@main.command()
@click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True, show_envvar=True)
@click.option(
    "--port", default=8000, envvar="PORT", type=click.IntRange(0, 65535), show_default=True,
    show_envvar=True,
)  # fmt: skip
@click.option("--workers", default=1, type=click.IntRange(min=1), show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the HTTP API; the documentation is at /docs.

    With the queue in an SQLite file, a worker runs beside it; with one in PostgreSQL, start
    workers wherever they shall run.
    """
    settings = _settings()
    click.echo(f"Starting on http://{host}:{port} - documentation: http://{host}:{port}/docs")
    if not embedded_file(settings.database_url):
        click.echo("Checks wait for workers on the same database: python -m app.worker")
    _end_workers_first()
    with worker_beside() if embedded_file(settings.database_url) else nullcontext():
        # The access log is the service's own, structured and with request ids.
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            timeout_graceful_shutdown=10,
            http=BoundedProtocol,
            ws="none",
            log_level="warning",
        )


@main.command()
@click.option(
    "--gpus",
    metavar="all|COUNT",
    help="Run one worker on each GPU of this machine, or on the first COUNT of them.",
)
@click.option("--until-input-ends", is_flag=True, hidden=True)
def worker(gpus: str | None, until_input_ends: bool) -> None:
    """Run coordinate checks, one measurement at a time; on several GPUs with --gpus."""
    settings = _settings()
    if gpus is not None:
        _end_workers_first()
        try:
            one_on_each(devices(gpus))
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        return
    try:
        from app.queue.worker import work
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        click.echo(
            "Error: a worker needs torch; install it with: pip install 'abc-dichotomy[worker]'",
            err=True,
        )
        sys.exit(CANNOT_WORK)
    work(
        settings.database_url,
        retention_days=settings.check_retention,
        until_input_ends=until_input_ends,
    )


def _end_workers_first() -> None:
    """Of itself SIGTERM would end this process before it has ended its workers."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def _settings() -> Settings:
    """The settings from the environment, or an end with a message that names every flaw."""
    try:
        settings = Settings()
    except ValidationError as error:
        flaws = (f"{_variable(e['loc'])}: {e['msg']}" for e in error.errors())
        raise click.ClickException("; ".join(flaws)) from None
    file = embedded_file(settings.database_url)
    if file and not file.parent.is_dir():
        raise click.ClickException(
            f"DATABASE_URL: the queue is to be kept in {file}, and there is no directory "
            f"{file.parent}; create it, or name another file"
        )
    configure_logging(settings)
    return settings


def _variable(location: tuple[int | str, ...]) -> str:
    name = "_".join(map(str, location)).upper()
    return name if name.endswith("DATABASE_URL") else f"ABC_{name}"


@main.command()
@click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="A running service."
)
def gallery(url: str) -> None:
    """Print the named parametrizations with their verdicts."""
    try:
        with httpx.Client(base_url=url, timeout=30) as client:
            click.echo(gallery_table(client))
    except httpx.TransportError as error:
        raise click.ClickException(
            f"no service answers at {url} ({error}); start one with `make serve`"
        ) from None


if __name__ == "__main__":
    main()
