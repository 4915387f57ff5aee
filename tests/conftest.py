"""The application under test, spoken to over HTTP without a server."""

import gc
import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings

from app.main import create_app
from app.settings import Settings

# How long an example takes says more of the machine than of the code.  The same examples each time:
# a failure is one of the change at hand.  For others: pytest --hypothesis-profile=thorough.
settings.register_profile("tests", deadline=None, derandomize=True, database=None, max_examples=60)
settings.register_profile("quick", settings.get_profile("tests"), max_examples=10)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("tests")

pytest_plugins = ["tests.app.queue.queue_fixtures"]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the checks of tests to themselves, whatever database the environment names."""
    directory = TemporaryDirectory()
    config.add_cleanup(directory.cleanup)
    os.environ["DATABASE_URL"] = f"sqlite:///{directory.name}/checks.sqlite"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the PostgreSQL server starts one."""
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()) or "on_postgres" in item.name:
            item.add_marker("processes")


def pytest_collection_finish() -> None:
    """What has been imported stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_collections_at_start() -> Iterator[None]:
    """An application collects garbage when it starts: all that tests have left, each time."""
    names = ("collect", "freeze", "unfreeze", "set_threshold")
    idle = SimpleNamespace(**dict.fromkeys(names, lambda *_: None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.main.gc", idle)
        yield


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """A client of the whole application; a defect is seen as the 500 that a caller would get."""
    app = create_app(Settings(log_level="critical"))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
