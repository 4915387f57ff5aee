"""The documentation page in a real browser that reaches no host but this one."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Literal
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

pytestmark = pytest.mark.processes

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
_DEADLINE_S = 30
expect.set_options(timeout=1000 * _DEADLINE_S)


def _chromium() -> str:
    named = os.environ.get("CHROMIUM", "")
    if os.path.isfile(named) and os.access(named, os.X_OK):
        return named
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    message = "no Chromium: apt install chromium (Debian), or set CHROMIUM to the path of one"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = monotonic() + _DEADLINE_S
    while process.poll() is None and monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            sleep(0.05)
    pytest.fail(f"the server did not become ready:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=_ARGUMENTS) as browser,
    ):
        yield browser


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the real server listens; it is started only where there is a browser for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--port", str(port)],
            env={**os.environ, "ABC_LOG_LEVEL": "warning"},
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass
class Docs:
    """The page at /docs, and what went wrong on it."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def guard(self, route: Route) -> None:
        """Let requests to this host pass; abort and record all others."""
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def operation(self, name: str) -> Locator:
        return self.page.locator(f".opblock[id$='-{name}']")


@pytest.fixture
def docs(browser: Browser, address: str) -> Iterator[Docs]:
    """The loaded page; whatever the test did, nothing may have gone outside or failed on it."""
    with browser.new_context() as context:
        docs = Docs(context.new_page())
        context.route("**/*", docs.guard)
        docs.page.on("console", lambda m: docs.errors.append(m.text) if m.type == "error" else None)
        docs.page.on("pageerror", lambda error: docs.errors.append(str(error)))
        docs.page.goto(f"{address}/docs")
        assert docs.outside == [], "the page needs the network"
        expect(docs.page.locator(".opblock-post").first).to_be_visible()
        yield docs
        # An image or a font that a response brings in is asked for a moment later.
        docs.page.wait_for_load_state("networkidle")
    assert docs.outside == []
    assert docs.errors == []


def _try_out(operation: Locator) -> None:
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()


def _execute(operation: Locator) -> Locator:
    """Send the request as it stands; the body shown in answer, which must be one of success."""
    return _executed(operation).locator(".highlight-code").first


def _executed(operation: Locator) -> Locator:
    """Send the request as it stands; the answer shown, which must be one of success."""
    operation.get_by_role("button", name="Execute").click()
    response = operation.locator(".live-responses-table .response").first
    expect(response.locator(".response-col_status")).to_have_text(re.compile("20[02]"))
    return response.locator(".response-col_description")


def test_first_example_untouched(docs: Docs) -> None:
    operation = docs.operation("classify")
    _try_out(operation)
    expect(_execute(operation)).to_contain_text('"verdict": "feature_learning"')


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_colours_of_the_system(
    browser: Browser, address: str, scheme: Literal["light", "dark"]
) -> None:
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{address}/docs")
        expect(page.locator(".opblock-post").first).to_be_visible()
        assert page.evaluate("document.documentElement.classList.contains('dark-mode')") is (
            scheme == "dark"
        )


def test_another_example_from_the_dropdown(docs: Docs) -> None:
    operation = docs.operation("classify")
    _try_out(operation)
    operation.locator("select.examples-select-element").first.select_option(
        label="Standard parametrization: blows up"
    )
    expect(_execute(operation)).to_contain_text('"verdict": "unstable"')


def test_every_post_operation_untouched(docs: Docs) -> None:
    """Whatever the page offers to send works as offered."""
    operations = docs.page.locator(".opblock-post").all()
    assert operations
    for operation in operations:
        _try_out(operation)
        if "plot" in (operation.get_attribute("id") or ""):
            expect(_executed(operation).locator("img")).to_be_visible()
        else:
            expect(_execute(operation)).to_contain_text("{")
        # Whatever is open is drawn again with each change of the page.
        operation.locator(".opblock-summary-control").click()
        expect(operation.locator(".opblock-body")).to_have_count(0)
