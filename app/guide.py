"""The guide, built by ``make docs``, served at /guide without internet."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.problems import ProblemError


def serve_guide(app: FastAPI, folder: Path) -> None:
    """Serve what is built in the folder; where nothing is, say how to build it."""
    if (folder / "index.html").is_file():
        app.mount("/guide", StaticFiles(directory=folder, html=True), name="guide")
        return

    @app.get("/guide", include_in_schema=False)
    @app.get("/guide/{page:path}", include_in_schema=False)
    async def no_guide() -> None:
        """Answer 404 with the remedy."""
        raise ProblemError(
            "not-found",
            "the guide is not built here; run `make docs` beside the service and start it again, "
            "or read the folder docs/ of the repository",
        )
