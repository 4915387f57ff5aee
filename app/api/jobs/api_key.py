"""The optional API key that guards starting and cancelling jobs."""

from secrets import compare_digest
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.api.http.state import settings_of
from app.problems import ProblemError

_bearer: Final = HTTPBearer(
    scheme_name="bearer",
    description="The service's API key, where it has one.",
    auto_error=False,
)
_header: Final = APIKeyHeader(
    name="X-API-Key",
    scheme_name="api_key",
    description="The same key, in a header of its own.",
    auto_error=False,
)


async def api_key(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
) -> None:
    """Raise ``ProblemError`` (401) unless the key is given, where the service has one."""
    key = settings_of(request).api_key
    if key is None:
        return
    given = header if bearer is None else bearer.credentials
    if given is None:
        raise _unauthorized("this needs the service's API key")
    # Header bytes arrive decoded as Latin-1.
    if not compare_digest(given.encode("latin-1"), key.get_secret_value().encode()):
        raise _unauthorized("the API key is not that of this service")


def _unauthorized(why: str) -> ProblemError:
    return ProblemError(
        "unauthorized",
        f"{why}; send it as Authorization: Bearer <key>, or as X-API-Key: <key>",
        "/header/Authorization",
        headers={"WWW-Authenticate": "Bearer"},
    )
