"""Figures as answers: their media types, and drawing, one at a time and never without end."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, Literal, get_args

from anyio import Semaphore, fail_after
from anyio.to_thread import run_sync
from fastapi import Request, Response

from app.api.http.leaving import leaving
from app.api.http.state import settings_of
from app.problems import ProblemError

FileFormat = Literal["svg", "png"]

#: What is drawn.  Each kind waits in a line of its own, so that it waits for one of another kind
#: at most.
PictureKind = Literal["check", "regions", "limit", "program", "demonstration"]

MEDIA_TYPES: Final[dict[FileFormat, str]] = {"svg": "image/svg+xml", "png": "image/png"}

_SCHEMAS: Final[dict[FileFormat, dict[str, str]]] = {
    "svg": {"type": "string"},
    "png": {"type": "string", "format": "binary"},
}


def content(*formats: FileFormat) -> dict[str, Any]:
    """An OpenAPI response that is a figure in one of these formats.

    The first is what /docs asks for: it shows PNG as a picture, and SVG as its source.
    """
    return {"content": {MEDIA_TYPES[each]: {"schema": _SCHEMAS[each]} for each in formats}}


class Studio:
    """The lines in which figures wait to be drawn, and those that were drawn last.

    Used in the event loop alone.
    """

    def __init__(self, most_bytes: int) -> None:
        self.turns: dict[PictureKind, Semaphore] = {
            kind: Semaphore(1) for kind in get_args(PictureKind)
        }
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def kept(self, key: Hashable) -> bytes | None:
        """The picture of that key, if it is still there."""
        picture = self._kept.get(key)
        if picture is not None:
            self._kept.move_to_end(key)
        return picture

    def keep(self, key: Hashable, picture: bytes) -> None:
        """Keep a picture, and drop those that were asked for longest ago."""
        self._bytes += len(picture) - len(self._kept.get(key, b""))
        self._kept[key] = picture
        self._kept.move_to_end(key)
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._kept.popitem(last=False)[1])


async def figure(
    request: Request,
    kind: PictureKind,
    draw: Callable[[FileFormat], bytes],
    file_format: FileFormat,
    headers: Mapping[str, str],
    key: str | None = None,
) -> Response:
    """The answer that ``draw`` gives, in a thread, in its turn, unless it is kept under ``key``.

    Nothing is drawn for a client that has left.  Raises ``ProblemError`` (503) where others keep
    it waiting for too long.
    """
    studio: Studio = request.app.state.studio
    name = (kind, key, file_format)
    picture = None if key is None else studio.kept(name)
    if picture is None:
        picture = await _drawn(request, studio, kind, lambda: draw(file_format), name)
    return Response(picture, media_type=MEDIA_TYPES[file_format], headers=dict(headers))


async def _drawn(
    request: Request,
    studio: Studio,
    kind: PictureKind,
    draw: Callable[[], bytes],
    name: tuple[PictureKind, str | None, FileFormat],
) -> bytes:
    patience = settings_of(request).plot_max_seconds
    turn = studio.turns[kind]
    with leaving(request) as gone:
        try:
            with fail_after(patience):
                await turn.acquire()
        except TimeoutError:
            raise _busy(f"other figures kept it waiting for {patience:g} seconds") from None
        try:
            # Somebody else may have asked for the same in the meantime.
            if name[1] is not None and (picture := studio.kept(name)) is not None:
                return picture
            if gone.done():
                raise _busy("its client has left")
            picture = await run_sync(draw)
        finally:
            turn.release()
    if name[1] is not None:
        studio.keep(name, picture)
    return picture


def _busy(why: str) -> ProblemError:
    return ProblemError(
        "busy", f"the figure was not drawn: {why}; try again later", headers={"Retry-After": "5"}
    )
