"""The style guide in a browser: every part fits narrow windows, has targets large enough, and passes WCAG 2.2 AA."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.ui.scan_server import ScanServer

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Text links within a sentence are excepted by the rule; a tick's target is its label.
SMALL_TARGETS = """least => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter(element => element.checkVisibility() && getComputedStyle(element).display !== "inline")
    .filter(element => !element.closest(".skip"))
    .map(element => element.matches("[type=checkbox], [type=radio]") ? element.closest("label") : element)
    .filter(element => element.closest("[data-density]").dataset.density === least.density)
    .filter(element => Math.min(element.offsetHeight, element.offsetWidth) < least.size)
    .map(element => element.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", [320, 390, 800, 1100, 1440])
def test_fits_the_window(page: Page, server: ScanServer, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(f"{server.address}/styleguide")

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("density", "size"), [("desk", 24), ("portal", 44)])
def test_has_targets_large_enough(page: Page, server: ScanServer, density: str, size: int) -> None:
    page.goto(f"{server.address}/styleguide")

    assert page.evaluate(SMALL_TARGETS, {"density": density, "size": size}) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["styleguide", "desk", "search", "session"])
def test_passes_wcag(page: Page, server: ScanServer, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{server.address}/{name}")

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})

    assert [(violation["id"], violation["nodes"][0]["target"]) for violation in found.response["violations"]] == []


@pytest.mark.parametrize("name", ["#sample-dialog", "[data-keys-dialog]"])
def test_passes_wcag_in_a_dialog(page: Page, server: ScanServer, name: str) -> None:
    page.goto(f"{server.address}/styleguide")
    page.locator(name).evaluate("dialog => dialog.showModal()")

    found = Axe().run(page, context=name, options={"runOnly": {"type": "tag", "values": WCAG}})

    assert [violation["id"] for violation in found.response["violations"]] == []
