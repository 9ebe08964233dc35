"""A browser and a server of their own for the design system's scripts; no database."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.ui.scan_server import ScanServer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Milliseconds: two cores run this browser beside the demo, another browser and the other half of the tests.
PATIENCE = 30_000


# For the length of a module only: while Playwright runs, Django refuses the database to other tests on this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium or Chrome."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(
            "NO BROWSER: the scripts of the design system are not tested. Install chromium (apt-get) or Chrome."
        )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(settings: Any) -> Iterator[ScanServer]:
    """Serve the test pages."""
    templates = [dict(engine) for engine in settings.TEMPLATES]
    templates[0]["DIRS"] = [Path(__file__).parent / "templates"]
    templates[0]["APP_DIRS"] = True
    templates[0]["OPTIONS"] = {"context_processors": []}
    settings.TEMPLATES = templates
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.ROOT_URLCONF = "tests.web.ui.urls"
    server = ScanServer()
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page that fails the test when a script does or the content security policy refuses something."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def desk(page: Page, server: ScanServer) -> Page:
    """Open the desk of the tests, the cursor in its scan box."""
    page.goto(f"{server.address}/desk")
    page.wait_for_selector("[data-scan-box]:focus")
    return page
