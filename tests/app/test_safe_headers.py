"""What browsers are told on every answer, and that no answer repeats where it was asked."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

PATHS = ("/livez", "/docs", "/redoc", "/openapi.json", "/nowhere", "/v1/parametrizations", "/guide")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_them(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    policy = directives(headers["Content-Security-Policy"])
    assert policy["frame-ancestors"] == ["'none'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(policy.get("script-src", ()))
    assert policy["default-src"] in (["'none'"], ["'self'"])


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (each.split() for each in policy.split(";"))}


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_scripts_of_a_page_may_run_and_no_others(client: TestClient, path: str) -> None:
    response = client.get(path)
    allowed = directives(response.headers["Content-Security-Policy"])["script-src"]
    inline = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in inline]
    assert sorted(allowed) == sorted(["'self'", *hashes])
    sources = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', response.text)
    assert sources
    assert all(each.startswith(("/", "data:")) for each in sources)


def test_the_pages_of_the_guide_may_run_their_scripts(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html><script>let a = 1;</script></html>")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "index.html").write_text("<script id='x'>let b = 2;</script>")
    client = TestClient(create_app(Settings(log_level="critical", guide=tmp_path)))
    for path in ("/guide/", "/guide/more/"):
        allowed = directives(client.get(path).headers["Content-Security-Policy"])["script-src"]
        for script in (b"let a = 1;", b"let b = 2;"):
            assert f"'sha256-{b64encode(sha256(script).digest()).decode()}'" in allowed


@pytest.mark.parametrize("path", ["/", "/v1/checks/", "/guide/more?x=1"])
def test_redirects_do_not_repeat_the_host(tmp_path: Path, path: str) -> None:
    (tmp_path / "more").mkdir()
    for folder in (tmp_path, tmp_path / "more"):
        (folder / "index.html").write_text("<html></html>")
    client = TestClient(create_app(Settings(log_level="critical", guide=tmp_path)))
    response = client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert response.is_redirect
    assert "evil" not in response.headers["Location"]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("ranges", ["bytes=0-3", "bytes=9-1", "bytes=x", "=", "lines=1-2"])
def test_a_range_is_passed_over(tmp_path: Path, ranges: str) -> None:
    (tmp_path / "index.html").write_text("<html></html>")
    client = TestClient(create_app(Settings(log_level="critical", guide=tmp_path)))
    response = client.get("/guide/", headers={"Range": ranges})
    assert (response.status_code, response.text) == (200, "<html></html>")


@pytest.mark.parametrize("limit", ["1_0", " 5", "5 ", "+ 5", "٣", "1e1", ""])
def test_a_number_in_a_query_is_written_in_digits(client: TestClient, limit: str) -> None:
    response = client.get("/v1/checks", params={"limit": limit})
    assert response.status_code == 422
    (flaw,) = response.json()["errors"]
    assert flaw["pointer"] == "/query/limit"
    assert "must be a whole number" in flaw["detail"]
