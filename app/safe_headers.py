"""Headers that keep browsers safe, on every answer, and those of requests that are ignored."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Data and pictures: nothing is loaded, and nothing runs.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
_SCRIPT: Final = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def policy_for(*pages: str) -> str:
    """The content security policy of pages whose own scripts may run, and no others."""
    scripts = {script for page in pages for script in _SCRIPT.findall(page)}
    hashes = sorted(b64encode(sha256(each.encode()).digest()).decode() for each in scripts)
    allowed = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return (
        f"default-src 'self'; script-src {allowed}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


class SafeHeadersMiddleware:
    """Adds the headers, and makes redirects stay here, whatever Host a request names."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, without Range: every answer is small, and is sent whole."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "range" in Headers(scope=scope):
            kept = [header for header in scope["headers"] if header[0] != b"range"]
            scope = {**scope, "headers": kept}

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", _POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                if "location" in headers:
                    headers["location"] = _here(headers["location"])
            await send(message)

        await self.app(scope, receive, safely)


def _here(location: str) -> str:
    """The address without the machine: the framework repeats whatever Host it was given."""
    parts = urlsplit(location)
    if not parts.netloc:
        return location
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
