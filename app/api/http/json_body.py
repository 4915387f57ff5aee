"""Request bodies: bounded, declared as JSON, and read with decimals kept as written."""

from collections.abc import Callable, Coroutine
from email.message import Message as Headers
from time import monotonic
from typing import Any, Final

import msgspec
from anyio import move_on_after
from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from app.api.http.stopping import server_stops
from app.problems import ProblemError
from app.settings import Settings
from solver import Written

# 0.1 means one tenth: a JSON number with a point or an exponent is kept as it is written.
_DECODER: Final = msgspec.json.Decoder(float_hook=Written)
# Slower, but at each decimal another thread may take its turn.
_LETTING_OTHERS: Final = msgspec.json.Decoder(float_hook=lambda text: Written(text))
_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])

# Bodies from this size on are decoded in a thread: a decoder reads some 20 MiB in 100 ms.
_LONG: Final = 64 * 1024
# Bodies from this size on are worked on few at a time.
_LARGE: Final = 256 * 1024

_SECONDS_BETWEEN_LOOKS: Final = 0.5


class JsonRequest(Request):
    """A request whose body is read exactly, within the configured size."""

    def __init__(self, request: Request, most_bytes: int, many_rows: bool) -> None:
        super().__init__(request.scope, request.receive)
        self._most_bytes = most_bytes
        self._many_rows = many_rows

    async def body(self) -> bytes:
        """The whole body.  Answers 413 as soon as it is known to be too large."""
        if not hasattr(self, "_body"):
            most = self._most_bytes
            declared = self.headers.get("content-length", "0")
            if declared.isdecimal() and int(declared[:20]) > most:
                raise _too_large(f"of {declared[:20]} bytes", most)
            receive = self._receive
            self._receive = self._in_time(receive)
            try:
                self._body = await self._received(most)
            except ClientDisconnect:  # nobody is left to read the answer
                raise ProblemError("invalid-json", "the body broke off; send it whole") from None
            finally:
                self._receive = receive
            if self._body:
                _check_media_type(self.headers.get("content-type"))
        return self._body

    def _in_time(self, receive: Receive) -> Receive:
        """``receive``, which raises ``ProblemError`` when it takes too long or the server stops."""
        settings: Settings = self.app.state.settings
        until = monotonic() + settings.max_body_seconds

        async def received() -> Message:
            while (left := until - monotonic()) > 0:
                with move_on_after(min(left, _SECONDS_BETWEEN_LOOKS)):
                    return await receive()
                if server_stops():
                    raise ProblemError(
                        "stopping",
                        "the service stops, and the body has not arrived; send it again later",
                        headers={"Retry-After": "5"},
                    )
            raise ProblemError(
                "body-too-slow",
                f"the body did not arrive within {settings.max_body_seconds:g} seconds; send it at "
                "once",
            )

        return received

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
        body = await self.body()
        if len(body) < _LONG:
            return decode(body)
        if not self._many_rows:
            return await run_sync(decode, body)
        settings: Settings = self.app.state.settings
        return await run_sync(
            _rows_decoded, body, settings.max_batch_rows, settings.max_question_bytes
        )


class JsonRoute(APIRoute):
    """A route that reads its body as ``JsonRequest`` does."""

    # Of whom large bodies wait for permits, by their name in the application's state.
    permits = "large_bodies"
    # Whether the body holds a list of many rows, and so may be larger than one question is.
    many_rows = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            settings: Settings = request.app.state.settings
            most = settings.max_body_bytes
            if not self.many_rows:
                most = min(most, settings.max_question_bytes)
            exact = JsonRequest(request, most, self.many_rows)
            if len(await exact.body()) < _LARGE:
                return await handle(exact)
            # Large bodies take memory many times their size while they are worked on.
            async with getattr(request.app.state, self.permits):
                return await handle(exact)

        return handler


class RowsRoute(JsonRoute):
    """A route whose body holds a list of many rows."""

    many_rows = True


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
        return _decoder(len(body)).decode(body)
    except UnicodeDecodeError as error:
        detail = f"{name} is not UTF-8: {error.reason} at byte {error.start}"
    except RecursionError:
        detail = f"{name} is nested too deeply"
    except ValueError as error:  # msgspec's own errors, and integers of thousands of digits
        detail = f"{name} is not JSON: {str(error)[:200]}"
    raise ProblemError("invalid-json", f"{detail}; send one JSON object in UTF-8")


def _rows_decoded(body: bytes, most_rows: int, most_bytes: int) -> Any:
    """What ``decode`` gives, row by row: between rows another thread may take its turn.

    Raises ``ProblemError`` for many more rows than there may be before it makes anything of them,
    and for a row that alone is larger than a single question may be.
    """
    # A list for each row, and a few around them.
    if body.count(b"[") > most_rows + 10:
        raise ProblemError(
            "invalid-request",
            f"abc has more than {most_rows} rows, which one batch holds; send the rest in another",
            "/abc",
        )
    try:
        fields = {
            name: _ITEMS.decode(value) if bytes(memoryview(value)[:1]) == b"[" else value
            for name, value in _FIELDS.decode(body).items()
        }
        return {name: _decoded(value, name, most_bytes) for name, value in fields.items()}
    except (ValueError, RecursionError):
        return decode(body)  # which says what is wrong, and where


def _decoded(value: msgspec.Raw | list[msgspec.Raw], name: str, most_bytes: int) -> Any:
    if isinstance(value, list):
        return [_decoded(each, f"{name}[{index}]", most_bytes) for index, each in enumerate(value)]
    text = memoryview(value)
    if len(text) > most_bytes:
        raise _too_large(f"has an entry {name[:40]} of {len(text)} bytes, which", most_bytes)
    return _decoder(len(text)).decode(text)


def _decoder(size: int) -> "msgspec.json.Decoder[Any]":
    return _DECODER if size < _LONG else _LETTING_OTHERS


def _check_media_type(declared: str | None) -> None:
    if declared is None:
        raise ProblemError(
            "unsupported-media", "no Content-Type is given; send Content-Type: application/json"
        )
    message = Headers()
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
