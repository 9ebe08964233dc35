"""The running demo and a real browser: these tests do what people do, and nothing else.

The demo is started once, with services of its own, as `make demo` starts it; all its tests run on one worker.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NO_BROWSER = "NO BROWSER: nobody's journey is tested. Install chromium (apt-get install chromium) or Chrome."
START_SECONDS = 240


@dataclass(frozen=True)
class Demo:
    """The demo as its own `demo.json` describes it."""

    port: int
    facts: dict[str, Any]
    home: Path

    def municipality(self, name: str = "Aarhus") -> dict[str, Any]:
        """Return one of the municipalities."""
        return next(each for each in self.facts["municipalities"] if each["name"] == name)

    def staff(self, role: str, name: str = "Aarhus") -> dict[str, str]:
        """Return an account of the municipality."""
        return next(each for each in self.municipality(name)["staff"] if each["role"] == role)

    def patron(self, state: str, name: str = "Aarhus") -> dict[str, str]:
        """Return a patron in this state."""
        return next(each for each in self.municipality(name)["patrons"] if each["state"] == state)

    def items(self, state: str, name: str = "Aarhus") -> list[str]:
        """Return barcodes of items that were in this state when the demo was loaded."""
        return list(self.municipality(name)["items"][state])

    def url(self, path: str = "/", name: str = "Aarhus") -> str:
        """Return an address of the municipality, or of the consortium when the name is empty."""
        host = f"{name.lower()}.localhost" if name else "localhost"
        return f"http://{host}:{self.port}{path}"

    def status(self, host: str, path: str = "/") -> int:
        """Return the status of a page; by address and Host header, since not every resolver knows *.localhost."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            return connection.getresponse().status
        finally:
            connection.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep everything that uses the demo on one worker, since starting it costs more than all its tests."""
    for item in items:
        if "demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("demo"))
            item.add_marker(pytest.mark.demo)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """Start the demo in a folder of its own, and stop it in the end."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="libsys-demo-") as folder:
        # A service user must be able to reach the folder.
        Path(folder).chmod(0o755)
        home = Path(folder) / "var"
        inherited = {name: value for name, value in os.environ.items() if not _is_ours(name)}
        log = Path(folder) / "demo.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "libsys.embedded", "demo", "--home", str(home), "--port", str(port)],
                cwd=settings.ROOT,
                env=inherited,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
            try:
                _wait_until_ready(process, port, log)
                yield Demo(port, json.loads((home / "demo.json").read_text()), home)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)


def _is_ours(name: str) -> bool:
    return name.startswith("LIBSYS_") or name in (
        "DATABASE_URL",
        "REDIS_URL",
        "PORT",
        "RESET",
        "MAKEFLAGS",
        "MAKELEVEL",
    )


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"The demo ended while it started:\n{log.read_text()[-3000:]}")
        # Said when everything is up, and not only the web.
        if b"Libsys is ready" in log.read_bytes():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                assert answer.status == 200
            return
        time.sleep(0.5)
    pytest.fail(f"The demo wasn't ready after {START_SECONDS} s:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium or Chrome."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a fresh profile at a desk's size, in Danish's neighbour English so that tests read their own language."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, demo: Demo) -> Iterator[Page]:
    """Open an empty page; a script's error, or something that the content security policy refuses, fails the test."""
    for name in ("Aarhus", "Hedensted", "Sundbyberg", "Oulu", ""):
        context.add_cookies([{"name": "language", "value": "en", "url": demo.url("/", name)}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    page.on("response", lambda answer: errors.append(answer.url) if answer.status >= 500 else None)
    yield page
    assert errors == []


def log_in(page: Page, demo: Demo, role: str, *, name: str = "Aarhus", branch: str = "") -> None:
    """Log a member of staff in, and choose her branch when she's asked for it."""
    account = demo.staff(role, name)
    page.goto(demo.url("/account/log-in", name))
    page.get_by_label("User name").fill(account["username"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/account/log-in" not in url)
    if branch or "/account/branch" in page.url:
        if "/account/branch" not in page.url:
            page.goto(demo.url("/account/branch", name))
        choice = page.get_by_label(branch) if branch else page.get_by_role("radio").first
        choice.check()
        page.get_by_role("button", name="Work here").click()


def log_in_patron(page: Page, demo: Demo, state: str, *, name: str = "Aarhus") -> dict[str, str]:
    """Log a patron in to the portal and return what the demo knows of her."""
    patron = demo.patron(state, name)
    page.goto(demo.url("/log-in", name))
    page.get_by_label("Card number").fill(patron["card"])
    page.get_by_label("PIN").fill(patron["pin"])
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url("**/me")
    return patron


def scan(page: Page, text: str) -> None:
    """Type a barcode as a scanner does, with Enter behind it."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")
