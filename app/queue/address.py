"""Where the queue is kept: reading DATABASE_URL.

Its messages never repeat the URL: it may hold a password.
"""

from pathlib import Path
from typing import Final

_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = ("postgresql", "postgres", "postgresql+psycopg")
_EXPECTED: Final = (
    'expected "sqlite:///queue.sqlite" (a file on this machine) or '
    '"postgresql://user:password@host/database"'
)


def read_address(url: str) -> str:
    """The URL, if it names a database that can keep a queue.  Raises ``ValueError``."""
    scheme = url.split(":", 1)[0]
    if scheme == "sqlite":
        name = url.removeprefix(_SQLITE)
        if not url.startswith(_SQLITE) or not name or name.startswith((":memory:", "file:")):
            raise ValueError(f"a queue in SQLite needs a file; {_EXPECTED}")
        if "?" in name:
            raise ValueError("the SQLite file takes no options; leave out what follows the ?")
        return url
    if scheme not in _POSTGRESQL:
        raise ValueError(f"this kind of database cannot keep the queue; {_EXPECTED}")
    # Loaded here alone, so that the embedded default starts fast.
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(
            f"it cannot be read; {_EXPECTED}, with %40 for an @ in the password, and the like"
        ) from None
    if not address.database:
        raise ValueError(f"it names no database; {_EXPECTED}")
    return address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def embedded_file(url: str) -> Path | None:
    """The file of a queue kept on this machine; None for a database of many machines."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
