"""The running demo and a real browser: these tests do what people do, and nothing else.

The demo is started once, with services of its own, as `make demo` starts it; all its tests run on one worker.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.demo import TOWNS, Demo, eventually, running_demo

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
# Milliseconds: two cores run a browser, the demo and the other half of the tests beside it, and perhaps more than that.
PATIENCE = 60_000
# The first compares the demo with what was written down when it was loaded, and later tests lend and return.
# What's put on the hold shelf early has been told to its patron when the last one looks.
ORDER = {"test_demo_directory": 0, "test_check_in_journey": 1, "test_outbox_journey": 3}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the demo, and put it into an order in which one test's traces don't trouble another."""
    for item in items:
        if "demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.demo)
            # A machine that was too slow once is no fault of the page; one that fails twice is. Only for what a press
            # or a page didn't do in time, never for what a page says. What the first try has done stays done: the
            # second may fail for it, and can't pass by it, for each expects the answer to its own press.
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))
    items.sort(key=lambda item: ORDER.get(item.path.stem, 2))


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """Start the demo, or take the running one."""
    with running_demo() as demo:
        eventually(demo.can_search, seconds=300)
        yield demo


# Not for the whole run: while Playwright runs, Django refuses the database to other tests on this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start the installed Chromium or Chrome, once for all journeys; each page has a profile of its own."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(NO_BROWSER)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[object]:
    """Open pages, each in a profile of its own at a desk's size; what a page may never do fails the test.

    That is: an error in a script, something that the content security policy refuses, an answer of 500 and more.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one() -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce")
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        for name in (*TOWNS, ""):
            context.add_cookies([{"name": "language", "value": "en", "url": demo.url("/", name)}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
        page.on("response", lambda answer: errors.append(answer.url) if answer.status >= 500 else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page) -> Page:
    """Open an empty page."""
    return open_page()


@pytest.fixture
def other_page(open_page) -> Page:
    """Open a second desk: a browser that shares nothing with the first."""
    return open_page()
