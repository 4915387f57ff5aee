"""The command line: ``abc-dichotomy serve``, ``abc-dichotomy gallery``."""

import click
import httpx
import uvicorn
from pydantic import ValidationError

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
    """Serve the HTTP API; the documentation is at /docs."""
    try:
        Settings()
    except ValidationError as error:
        flaws = (f"ABC_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise click.ClickException("; ".join(flaws)) from None
    click.echo(f"Starting on http://{host}:{port} - documentation: http://{host}:{port}/docs")
    # The access log is the service's own, structured and with request ids.
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        timeout_graceful_shutdown=10,
        ws="none",
        log_level="warning",
    )


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
