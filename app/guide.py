"""The guide, built by ``make docs``, served at /guide without internet."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.problems import ProblemError
from app.safe_headers import policy_for


class _Pages(StaticFiles):
    """The pages, whose own scripts may run in browsers, and no others."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._policy = policy_for(*(page.read_text() for page in folder.rglob("*.html")))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with the policy."""
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = self._policy
        return response


def serve_guide(app: FastAPI, folder: Path) -> None:
    """Serve what is built in the folder; where nothing is, say how to build it."""
    if (folder / "index.html").is_file():
        app.mount("/guide", _Pages(folder), name="guide")
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
