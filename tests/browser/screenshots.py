"""Takes the README's picture of the desk anew: `python -m tests.browser.screenshots`.

It starts a demo, or takes the fresh one whose folder `LIBSYS_TEST_DEMO_HOME` names.
"""

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import BROWSERS, FLAGS, NO_BROWSER
from tests.browser.demo import Demo, eventually, running_demo
from tests.browser.hands import begin, log_in, rows, scan

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "desk.png"
SIZE = {"width": 1280, "height": 800}
# Places in the list of what's available, each another title's.
LENT = (11, 14, 17, 10, 28)
REFERENCE_FILM = 4


def main() -> None:
    """Serve a patron at the desk of Aarhus and keep what the screen shows."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit(NO_BROWSER)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        eventually(demo.can_search, seconds=300)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(viewport=SIZE, locale="en-GB", color_scheme="light", reduced_motion="reduce")
        context.add_cookies([{"name": "language", "value": "en", "url": demo.url()}])
        _serve(context.new_page(), demo)
        browser.close()


def _serve(page: Page, demo: Demo) -> None:
    patron, lent = demo.patron("overdue"), [demo.items("available")[place] for place in LENT]
    log_in(page, demo, "supervisor")
    page.goto(demo.url(f"/desk/patrons?q={patron['card']}"))
    page.keyboard.press("Control+u")
    page.get_by_role("dialog").get_by_label(re.compile("^For")).select_option(label="Film")
    page.get_by_role("dialog").get_by_label("Why").fill("Three discs came back scratched")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Lift")).to_be_visible()
    begin(page, demo, patron)
    scan(page, *lent[:-1], demo.items("reference_only")[REFERENCE_FILM], lent[-1])
    expect(rows(page)).to_have_count(len(lent) + 1)
    page.screenshot(path=PICTURE)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "libsys.settings")
    main()
