"""The optional API keys that guard starting, cancelling and, if so set, reading of jobs."""

from hashlib import sha256
from pathlib import Path
from secrets import compare_digest
from typing import Annotated, Final, Literal

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.api.http.state import settings_of
from app.problems import ProblemError
from app.settings import Settings

_bearer: Final = HTTPBearer(
    scheme_name="bearer",
    description="One of the service's API keys, where it has any.",
    auto_error=False,
)
_header: Final = APIKeyHeader(
    name="X-API-Key",
    scheme_name="api_key",
    description="The same key, in a header of its own.",
    auto_error=False,
)
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
_Header = Annotated[str | None, Security(_header)]


class Keys:
    """The keys of one application: the one that is set, and those of the file as it is now."""

    def __init__(self, settings: Settings) -> None:
        key, self._file = settings.api_key, settings.api_key_file
        self._fixed = [] if key is None else [_digest(key.get_secret_value())]
        self._seen: tuple[int, int, int] | None = None
        self._read: list[bytes] = []

    @property
    def guarded(self) -> bool:
        """Whether a key is needed at all; also where the file has none, or is gone."""
        return bool(self._fixed) or self._file is not None

    def open(self, given: str) -> bool:
        """Whether the key is one of them.  Takes as long whichever it is, and if it is none."""
        # Header bytes arrive decoded as Latin-1.
        digest = sha256(given.encode("latin-1")).digest()
        # All of them are compared, wherever the right one stands.
        return sum(compare_digest(digest, each) for each in self._known()) > 0

    def _known(self) -> list[bytes]:
        if self._file is None:
            return self._fixed
        try:
            now = self._file.stat()
            seen = (now.st_mtime_ns, now.st_size, now.st_ino)
            if seen != self._seen:
                self._read, self._seen = _keys_in(self._file), seen
        except (OSError, UnicodeDecodeError):
            return self._fixed
        return self._fixed + self._read


def _keys_in(file: Path) -> list[bytes]:
    """One key on each line; empty lines and those that begin with # hold none."""
    lines = (line.strip() for line in file.read_text().splitlines())
    return [_digest(line) for line in lines if line and not line.startswith("#")]


def _digest(key: str) -> bytes:
    # Of one length, so that not even that is told.
    return sha256(key.encode()).digest()


async def api_key(request: Request, bearer: _Bearer, header: _Header) -> None:
    """Raise ``ProblemError`` (401) unless a key is given, where the service has any."""
    _require(request, bearer, header)


async def key_to_read(request: Request, bearer: _Bearer, header: _Header) -> None:
    """The same where reading a job by its id needs a key."""
    if _access(request) == "key":
        _require(request, bearer, header)


async def key_to_list(request: Request, bearer: _Bearer, header: _Header) -> None:
    """The same where listing jobs needs a key."""
    if _access(request) != "open":
        _require(request, bearer, header)


def _access(request: Request) -> Literal["open", "id", "key"]:
    return settings_of(request).read_access


def _require(
    request: Request, bearer: HTTPAuthorizationCredentials | None, header: str | None
) -> None:
    keys: Keys = request.app.state.keys
    if not keys.guarded:
        return
    given = header if bearer is None else bearer.credentials
    if given is None:
        raise _unauthorized("this needs the service's API key")
    if not keys.open(given):
        raise _unauthorized("the API key is not that of this service")


def _unauthorized(why: str) -> ProblemError:
    return ProblemError(
        "unauthorized",
        f"{why}; send it as Authorization: Bearer <key>, or as X-API-Key: <key>",
        "/header/Authorization",
        headers={"WWW-Authenticate": "Bearer"},
    )
