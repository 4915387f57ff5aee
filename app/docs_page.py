"""The interactive documentation at /docs: dark where the reader's system is, with our own icon."""

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi_offline import FastAPIOffline

from app.safe_headers import policy_for

# A line that rises with width, on a square.
_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect "
    "width='16' height='16' rx='3' fill='%23214a8a'/%3E%3Cpath d='M3 12 8 8l5-5' fill='none' "
    "stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E"
)
# Swagger UI has colours for both, and leaves the choice to the class of the page.
_DARK: Final = (
    "<script>const dark = matchMedia('(prefers-color-scheme: dark)'); const follow = () => "
    "document.documentElement.classList.toggle('dark-mode', dark.matches); "
    "dark.addEventListener('change', follow); follow();</script></head>"
)


def application(**options: Any) -> FastAPI:
    """An application whose documentation needs no internet."""
    app: FastAPI = FastAPIOffline(favicon_url=_ICON, **options)
    _replace(app, "/docs", _DARK)
    _replace(app, "/redoc", "</head>")
    return app


def _replace(app: FastAPI, path: str, end_of_head: str) -> None:
    """Serve the page with its head ending so, and with a policy for its scripts."""
    page = next(route for route in app.router.routes if getattr(route, "path", None) == path)
    draw = page.endpoint  # type: ignore[attr-defined]

    async def whole(request: Request) -> HTMLResponse:
        html: str = (await draw(request)).body.decode().replace("</head>", end_of_head, 1)
        return HTMLResponse(html, headers={"Content-Security-Policy": policy_for(html)})

    app.router.routes.remove(page)
    app.add_route(path, whole, include_in_schema=False)
