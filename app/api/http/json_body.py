"""Request bodies: bounded, declared as JSON, and read with decimals kept as written."""

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any, Final

import msgspec
from anyio import fail_after
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from app.problems import ProblemError
from app.settings import Settings
from solver import Written

# 0.1 means one tenth: a JSON number with a point or an exponent is kept as it is written.
_DECODER: Final = msgspec.json.Decoder(float_hook=Written)


# Bodies from this size on are worked on few at a time.
_LARGE: Final = 256 * 1024


class JsonRequest(Request):
    """A request whose body is read exactly, within the configured size."""

    async def body(self) -> bytes:
        """The whole body.  Answers 413 as soon as it is known to be too large."""
        if not hasattr(self, "_body"):
            settings: Settings = self.app.state.settings
            most = settings.max_body_bytes
            declared = self.headers.get("content-length", "0")
            if declared.isdecimal() and int(declared[:20]) > most:
                raise _too_large(f"of {declared[:20]} bytes", most)
            try:
                with fail_after(settings.max_body_seconds):
                    self._body = await self._received(most)
            except TimeoutError:
                raise ProblemError(
                    "body-too-slow",
                    f"the body did not arrive within {settings.max_body_seconds:g} seconds; send "
                    "it at once",
                ) from None
            except ClientDisconnect:  # nobody is left to read the answer
                raise ProblemError("invalid-json", "the body broke off; send it whole") from None
            if self._body:
                _check_media_type(self.headers.get("content-type"))
        return self._body

    async def _received(self, most: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in self.stream():
            size += len(chunk)
            if size > most:
                raise _too_large("", most)
            chunks.append(chunk)
        return b"".join(chunks)

    async def json(self) -> Any:
        """The body as JSON: 400 for anything that is not, however it is broken."""
        return decode(await self.body())


class JsonRoute(APIRoute):
    """A route that reads its body as ``JsonRequest`` does."""

    # Of whom large bodies wait for permits, by their name in the application's state.
    permits = "large_bodies"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            exact = JsonRequest(request.scope, request.receive)
            if len(await exact.body()) < _LARGE:
                return await handle(exact)
            # Large bodies take memory many times their size while they are worked on.
            async with getattr(request.app.state, self.permits):
                return await handle(exact)

        return handler


def plain(value: Any) -> Any:
    """The value in what any JSON library reads back alike: decimals as numbers, lists."""
    match value:
        case Written():
            return float(value)
        case list() | tuple():
            return [plain(each) for each in value]
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case _:
            return value


def decode(body: bytes, name: str = "the body") -> Any:
    """JSON with exact decimals.  Raises ``ProblemError`` (400) with the place where it breaks."""
    if not body:
        raise ProblemError("invalid-json", f"{name} is empty; send a JSON object")
    try:
        return _DECODER.decode(body)
    except UnicodeDecodeError as error:
        detail = f"{name} is not UTF-8: {error.reason} at byte {error.start}"
    except RecursionError:
        detail = f"{name} is nested too deeply"
    except ValueError as error:  # msgspec's own errors, and integers of thousands of digits
        detail = f"{name} is not JSON: {str(error)[:200]}"
    raise ProblemError("invalid-json", f"{detail}; send one JSON object in UTF-8")


def _check_media_type(declared: str | None) -> None:
    if declared is None:
        raise ProblemError(
            "unsupported-media", "no Content-Type is given; send Content-Type: application/json"
        )
    message = Message()
    message["content-type"] = declared
    kind = message.get_content_type()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise ProblemError(
            "unsupported-media",
            f"the body is declared as {declared[:80]}; send Content-Type: application/json",
        )


def _too_large(size: str, most: int) -> ProblemError:
    return ProblemError(
        "body-too-large",
        f"the body {size} is larger than {most} bytes; send it in parts".replace("  ", " "),
    )
