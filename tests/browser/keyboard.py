"""Hands that touch no mouse: they go on by Tab and see the focus wherever they are."""

from playwright.sync_api import Locator, Page

MANY_TABS = 60
# What has the focus, and whether an outline, a ring or a frame shows it.
FOCUS = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const shown = outline || (element.matches(":focus-visible") && style.boxShadow !== "none");
  return { name: element.tagName, shown };
}"""


def expect_visible_focus(page: Page) -> None:
    """Expect something to have the focus, and to show it."""
    focus = page.evaluate(FOCUS)
    assert focus["name"] != "BODY", "Nothing has the focus."
    assert focus["shown"], f"The focus on {focus['name']} isn't to be seen."


def tab_to(page: Page, target: Locator, *, key: str = "Tab") -> None:
    """Go on until something has the focus, seeing it all the way.

    :param key: Shift+Tab to go back
    """
    for _ in range(MANY_TABS):
        if target.evaluate("element => element === document.activeElement"):
            expect_visible_focus(page)
            return
        page.keyboard.press(key)
        expect_visible_focus(page)
    raise AssertionError(f"{key} doesn't reach {target}.")


def type_into(page: Page, field: Locator, text: str) -> None:
    """Go to a field and type, in place of what stands there."""
    tab_to(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
