"""What the library wrote to its patrons: the outbox shows what went out, to whom, and how it reads."""

import re

from playwright.sync_api import expect

from tests.browser.demo import eventually
from tests.browser.hands import check_in, follow, log_in, place_hold


def test_a_patron_is_told_that_her_title_is_ready(page, demo):
    patron, barcode = demo.patron("hold_ready"), demo.items("available")[12]
    log_in(page, demo, "librarian")
    if not demo.ready:
        demo.ready.append(place_hold(page, demo, barcode, patron["card"], "Dokk1"))
        check_in(page, demo, barcode)
    log_in(page, demo, "it_admin")
    page.goto(demo.url("/console/outbox"))
    line = page.get_by_role("row").filter(has_text=patron["name"]).filter(has_text=demo.ready[0]).first
    expect(line).to_contain_text("Hold ready")

    def is_sent() -> bool:
        page.reload()
        return "sent" in line.locator("td").first.inner_text()

    # The clock sends once a minute, and a worker that has much to do comes to it later.
    eventually(is_sent, seconds=300, pause=1)

    follow(line.get_by_role("link").first)
    main = page.get_by_role("main")
    expect(main).to_contain_text(patron["name"])
    expect(main).to_contain_text(demo.ready[0])
    expect(main).to_contain_text(re.compile(r"nummer \d{3}\b"))


def test_messages_can_be_listed_by_their_state(page, demo):
    log_in(page, demo, "it_admin")
    page.goto(demo.url("/console/outbox"))

    page.get_by_role("combobox", name="State").select_option("SENT")
    follow(page.get_by_role("button", name="Filter"))

    states = page.get_by_role("table").locator("tbody td.status-cell").all_inner_texts()
    assert states
    assert set(states) == {"sent"}
