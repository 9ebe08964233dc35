"""What's wrong with how a page looks: WCAG 2.2 AA by axe-core, by day and by night, and windows that are too narrow."""

from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# By night a page has other colours and nothing else.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# A small phone (also what a desk is at 400 %), a phone, and the desk just before its two columns fit.
WIDTHS = (320, 390, 1100)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """async (runOnly) => {
  const answer = await axe.run(document, { runOnly, resultTypes: ["violations"], preload: false });
  return answer.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
}"""


def faults(page: Page, *, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Return everything that's wrong with the page as it stands now."""
    page.evaluate(_axe())
    found = _violations(page, "light", WCAG) + _violations(page, "dark", COLOURS)
    if page.locator("h1").count() != 1 or not page.title():
        found.append(f"one heading of the first level, and a title: {page.locator('h1').all_inner_texts()}")
    return found + _too_wide(page, widths)


def _violations(page: Page, scheme: Any, rules: dict[str, Any]) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    return [f"{rule} ({scheme}): {nodes}" for rule, nodes in page.evaluate(VIOLATIONS, rules)]


def _too_wide(page: Page, widths: tuple[int, ...]) -> list[str]:
    size, found = page.viewport_size, []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if (overflow := page.evaluate(OVERFLOW)) > 0:
            found.append(f"{overflow} px wider than {width}")
    if size:
        page.set_viewport_size(size)
    return found


@cache
def _axe() -> str:
    return Axe().axe_script
