"""Tables of our own, beside those of dbos: which workers there are, and a row to try writing on."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    literal_column,
    schema,
    text,
)

#: Where they are in PostgreSQL.  SQLite has one schema only, hence the prefix of the names.
_SCHEMA: Final = "abc"
_KEY: Final = 0x616263  # of the lock under which tables are made

_metadata: Final = MetaData(schema=_SCHEMA)

#: ``about`` is JSON: device, name, memory.  Times are milliseconds of the database's clock.
workers: Final = Table(
    "abc_workers",
    _metadata,
    Column("executor", Text, primary_key=True),
    Column("about", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
#: One row, written to learn whether writing is possible.
trials: Final = Table(
    "abc_trials",
    _metadata,
    Column("name", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)


def ours(engine: Engine) -> Engine:
    """The engine, with our tables where its database keeps them."""
    if engine.dialect.name == "postgresql":
        return engine
    return engine.execution_options(schema_translate_map={_SCHEMA: None})


# With these, lists of checks are read in their order, however many there are.
_INDEXES: Final = {
    "abc_by_name": "name, created_at",
    "abc_by_name_and_status": "name, status, created_at",
}


def make_tables(engine: Engine) -> None:
    """Make those that are missing, also while others do the same; those of dbos are there."""
    with ours(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})
            connection.execute(schema.CreateSchema(_SCHEMA, if_not_exists=True))
        for table in _metadata.sorted_tables:
            connection.execute(schema.CreateTable(table, if_not_exists=True))
        theirs = (
            "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
        )
        for name, columns in _INDEXES.items():
            connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {theirs} ({columns})"))


def now(connection: Connection) -> ColumnElement[int]:
    """The database's clock, in milliseconds."""
    return literal_column(
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
        if connection.dialect.name == "postgresql"
        else "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
        BigInteger,
    )
