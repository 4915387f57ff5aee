"""Configuration, from the environment: ``ABC_MAX_DEPTH=100`` sets ``max_depth``."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.queue.address import read_address
from solver import Limits


class Settings(BaseSettings):
    """Bounds and behaviour of the service.  Every field is documented in docs/operations.md."""

    model_config = SettingsConfigDict(
        env_prefix="ABC_",
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        # A database's URL holds a password.
        hide_input_in_errors=True,
    )

    max_depth: int = Field(10_000, ge=1, le=1_000_000, description="Largest depth accepted.")
    max_integer: int = Field(
        10**6,
        ge=1,
        le=10**12,
        description="Largest numerator and denominator of an exponent, in lowest terms.",
    )
    max_body_bytes: int = Field(
        16 * 2**20, ge=1024, description="Largest request body, which is that of a batch, in bytes."
    )
    max_question_bytes: int = Field(
        2 * 2**20, ge=1024, description="Largest request body of a single question, in bytes."
    )
    max_body_seconds: float = Field(
        30.0, gt=0, description="Longest time in which a request body may arrive, in seconds."
    )
    max_batch_rows: int = Field(100_000, ge=1, description="Most rows in one batch.")
    solve_max_seconds: float = Field(
        10.0, gt=0, description="Longest time to solve one question with unknowns, in seconds."
    )
    plot_max_seconds: float = Field(
        10.0, gt=0, description="Longest time that a figure waits to be drawn, in seconds."
    )
    plot_cache_bytes: int = Field(
        32 * 2**20,
        ge=0,
        description="Most bytes of finished figures of checks that are kept.",
    )
    check_max_depth: int = Field(
        16, ge=1, le=64, description="Most hidden layers in a coordinate check or a limit."
    )
    check_max_seconds: float = Field(
        600.0,
        gt=0,
        description="Longest estimated time of a check or a limit, in seconds.",
    )
    check_max_bytes: int = Field(
        8 * 2**30,
        ge=2**20,
        description="Most memory a check or a limit may need, in bytes.",
    )
    program_max_instructions: int = Field(
        200, ge=1, le=2000, description="Most instructions in a program."
    )
    program_max_names: int = Field(
        64, ge=1, le=1000, description="Most matrices, vectors and scalars given to a program."
    )
    program_max_characters: int = Field(
        1000, ge=1, le=10_000, description="Longest expression in a program."
    )
    program_max_nesting: int = Field(
        50, ge=2, le=200, description="Deepest nesting of an expression in a program."
    )
    program_max_degree: int = Field(
        16, ge=2, le=64, description="Highest power of a Gaussian in a program."
    )
    program_max_joint: int = Field(
        8, ge=1, le=64, description="Most vectors of a program whose joint law is asked for."
    )
    program_min_precision: float = Field(
        1e-5, gt=0, le=1, description="Least sampling error that may be asked of a program."
    )
    program_max_seconds: float = Field(
        600.0, gt=0, description="Longest estimated time of a program, in seconds."
    )
    program_max_bytes: int = Field(
        2 * 2**30, ge=2**20, description="Most memory a program may need, in bytes."
    )
    check_retention: float = Field(
        30.0, gt=0, description="Days after which a finished check is removed."
    )
    max_streams_per_address: int = Field(
        20, ge=1, description="Most streams of events that one address may have open."
    )
    database_url: str = Field(
        "sqlite:///abc-checks.sqlite",
        validation_alias=AliasChoices("DATABASE_URL", "ABC_DATABASE_URL"),
        repr=False,
        description="Where checks and programs are kept: an SQLite file, or a PostgreSQL database.",
    )
    api_key: SecretStr | None = Field(
        None, description="Where set, starting, cancelling and listing jobs needs a key."
    )
    api_key_file: Path | None = Field(
        None, description="A file of further keys, one a line, read again whenever it changes."
    )
    read_access: Literal["open", "id", "key"] = Field(
        "id",
        description="What reading takes where there are keys: nothing, the id of the job, or a "
        "key; lists need a key unless it is open.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",),
        description="Origins whose pages may call it, separated by commas; empty for none.",
    )
    guide: Path = Field(
        Path("build/guide"), description="Where the guide is built that is served at /guide."
    )
    log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        "info", description="Least severe log lines to write."
    )
    log_format: Literal["json", "console"] = Field(
        "json", description="One JSON object per line, or lines for people."
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(origin.strip() for origin in value.split(",") if origin.strip())
        return value

    @field_validator("database_url")
    @classmethod
    def _read_address(cls, value: str) -> str:
        return read_address(value)

    @field_validator("api_key")
    @classmethod
    def _blank_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        # An unset variable often arrives as an empty one; an empty key would guard nothing.
        return value if value and value.get_secret_value().strip() else None

    @property
    def limits(self) -> Limits:
        """The bounds that the solver enforces while reading."""
        return Limits(max_integer=self.max_integer, max_depth=self.max_depth)
