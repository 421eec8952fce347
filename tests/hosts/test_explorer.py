"""What the host serves of the explorer page, without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_world import Client, error, serving

from outlook_connector.hosts.http.explorer import STATIC
from outlook_connector.sandbox import Sandbox

VENDOR = STATIC / "vendor"


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"sales": sandbox.config()}, keys=("k-1",)) as client:
        yield client


def test_the_page_and_its_files_need_no_key_and_may_load_nothing_from_elsewhere(host: Client) -> None:
    page = host.get("/").text
    named = re.findall(r'(?:src|href)="(explorer/[^"]+)"', page)
    assert len(named) >= 5
    for path in ("/", *(f"/{one}" for one in named)):
        answer = host.get(path)
        policy = answer.headers["content-security-policy"]
        assert answer.status_code == 200, path
        assert policy.startswith("default-src 'none'; script-src 'self';"), path
        assert "unsafe" not in policy and "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert host.get("/explorer/main.js").headers["content-type"].startswith("text/javascript")


def test_nothing_is_run_from_within_the_page_itself() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|https?://", page)


def test_our_scripts_make_elements_and_never_html() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}
    assert len(scripts) > 15
    html = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
    assert {name for name, text in scripts.items() if html.search(text)} == set()


def test_the_form_library_is_the_one_that_its_notice_names() -> None:
    digest = hashlib.sha384((VENDOR / "jsoneditor.js").read_bytes()).digest()
    integrity = f"sha384-{base64.b64encode(digest).decode()}"
    assert f"file integrity: {integrity}\n" in (VENDOR / "NOTICE").read_text(encoding="utf-8")
    assert f'integrity="{integrity}"' in (STATIC / "index.html").read_text(encoding="utf-8")
    assert "The MIT License" in (VENDOR / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/explorer/none.js", "/explorer/vendor", "/explorer/%2e%2e/__init__.py"])
def test_no_other_file_is_served(host: Client, path: str) -> None:
    answer = host.get(path)
    assert answer.status_code == 404
    assert error(answer)["code"] == "unknownPath"
