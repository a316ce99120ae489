"""Journeys run against the real thing: a practice county built by the command line and served by `gongzhi run`.

One small county per worker, with front, clockwork, sealing and printing as in service; Debian's Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gongzhi.channels.tests.gateway import Gateway, profile_file

CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE = 90_000  # ms; a journey waits for a state, and only a hang ends it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@dataclass
class Site:
    """A served practice county."""

    url: str
    folder: Path
    sign_ins: dict[str, dict[str, str]] = field(default_factory=dict)
    mailbox: Path = Path()

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `gongzhi` on this county's folder."""
        command = [sys.executable, "-m", "gongzhi.cli", *words, "--dir", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment(self.folder))


def environment(folder: Path) -> dict[str, str]:
    """What a process beside the served county needs to know of it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_"))}
    return kept | {"GONGZHI_DIR": str(folder), "LANG": "C.UTF-8"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(url: str, seconds: float, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    """The provider of text messages to whom the served county speaks."""
    with Gateway() as running:
        yield running


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, gateway: Gateway) -> Iterator[Site]:
    """A tiny practice county, built once and served until the tests end; with a provider and a mailbox."""
    folder = tmp_path_factory.mktemp("county")
    around = tmp_path_factory.mktemp("around")
    (around / "mail" / "new").mkdir(parents=True)
    port = _free_port()
    around_it = environment(folder) | {
        "GONGZHI_ORIGIN": f"http://localhost:{port}",
        "GONGZHI_HOSTS": "127.0.0.1,localhost",
        "GONGZHI_SMS": profile_file(around, gateway, ("timeout = 0.5", "timeout = 30")),
        "GONGZHI_SMS_SECRET": "s3cret",
        "GONGZHI_MAILBOX": f"maildir://{around}/mail",
    }
    command = [sys.executable, "-m", "gongzhi.cli", "demo", "--dir", str(folder), "--size", "tiny", "--seed", "7"]
    subprocess.run([*command, "--build-only"], check=True, env=around_it, stdout=subprocess.DEVNULL)
    serve = [sys.executable, "-m", "gongzhi.cli", "run", "--dir", str(folder), "--port", str(port)]
    process = subprocess.Popen(serve, env=around_it, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://localhost:{port}/health", 300, process)
        sign_ins = json.loads((folder / "demo.json").read_text())["sign_ins"]
        yield Site(f"http://localhost:{port}", folder, {row["role"]: row for row in sign_ins}, around / "mail")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(300)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser per worker; skipped in one line where Chromium cannot be had, which CI does not excuse."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def opened(browser: Any, site: Site, width: int, height: int, **more: Any) -> Any:
    """A page in a browser of its own, in Chinese, whose clicks end when the page they lead to is whole.

    Playwright returns as soon as the next page begins to arrive: what is read then may be half of it, and a key
    pressed then finds no script.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", base_url=site.url, **more
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    click = page.click

    def click_and_arrive(*args: Any, **options: Any) -> None:
        click(*args, **options)
        page.wait_for_load_state("load")

    page.click = click_and_arrive
    return page


def press(page: Any, key: str) -> None:
    """Press a key that leads to another page, and wait until that page is whole, its keys too.

    The address alone does not tell: a case opened beside the list writes its own into the bar, and a form that was
    refused keeps the one it had.
    """
    page.evaluate("document.documentElement.id = 'left'")
    page.keyboard.press(key)
    page.wait_for_selector("html:not(#left)", state="attached")
    page.wait_for_load_state("load")


@pytest.fixture
def phone(chromium: Any, site: Site) -> Iterator[Any]:
    """A resident's phone without JavaScript, in Chinese, 360 px wide."""
    page = opened(chromium, site, 360, 740, java_script_enabled=False)
    yield page
    page.context.close()


@pytest.fixture
def page(chromium: Any, site: Site) -> Iterator[Any]:
    """A desktop browser with JavaScript."""
    page = opened(chromium, site, 1280, 900)
    yield page
    page.context.close()


@pytest.fixture
def signed_in(chromium: Any, site: Site) -> Iterator[Any]:
    """`signed_in("handler")` gives a desktop page signed in with the demo account of that role."""
    pages = []

    def open_for(role: str) -> Any:
        page = opened(chromium, site, 1280, 900)
        pages.append(page)
        account = site.sign_ins[role]
        page.goto("/zh/accounts/login/")
        page.fill("input[name=login]", account["username"])
        page.fill("input[name=password]", account["password"])
        page.click("main button[type=submit]")
        page.wait_for_url("**/desk/**")
        return page

    yield open_for
    for page in pages:
        page.context.close()


def axe(page: Any, only: list[str] | None = None) -> list[str]:
    """Accessibility violations axe-core finds on the page, one line each; `only` some of its rules."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = {"type": "rule", "values": only}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:120]})" for v in found]
