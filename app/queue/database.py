"""Connections to the database of the queue: never without end, and none that outlives its file."""

from typing import Any, Final

from dbos import DBOS
from sqlalchemy import Engine, NullPool, create_engine, event, text

from app.queue.address import embedded_file, read_address
from app.queue.tables import make_tables

# Seconds.  A lock on an SQLite file is held for milliseconds; a PostgreSQL server that does not
# answer in this time is as good as gone.
_PATIENCE: Final = 4

_UNREACHABLE: Final = {
    "connect_timeout": _PATIENCE,
    # A machine that vanished without a word is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def engine_of(database_url: str) -> Engine:
    """An engine on the queue's database; connects only when used."""
    url = read_address(database_url)
    if embedded_file(url):
        # A pooled connection would go on writing into a file that has been moved or deleted.
        engine = create_engine(url, poolclass=NullPool)
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = create_engine(
            url, connect_args=_UNREACHABLE, pool_pre_ping=True, pool_timeout=_PATIENCE
        )
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def prepare(engine: Engine) -> None:
    """Connect, and create or migrate the tables.  Raises what SQLAlchemy raises."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    DBOS.migrate(engine.url.render_as_string(hide_password=False))
    make_tables(engine)


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Writers queue up from the start of their transactions, as dbos needs it.
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")
    connection.execute("PRAGMA foreign_keys=ON")


def _prepare_postgresql(connection: Any, _: object) -> None:
    # A worker that freezes within a transaction must not keep others from its check.
    connection.execute("SET idle_in_transaction_session_timeout = '20s'")
    connection.commit()
