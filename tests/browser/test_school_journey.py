"""A school librarian lends a pile to a class, pupil by pupil, sees who lacks a book, and takes the pile back."""

import re

from playwright.sync_api import Locator, Page, expect

from bench.demo.facts import towns
from tests.browser.demo import Demo
from tests.browser.hands import follow, log_in, press, rows, scan, scan_box

SCHOOL = "Ådalsskolen"


def class_set(page: Page, demo: Demo) -> list[str]:
    """Look up the barcodes of the class set, as she does when a label is torn: by its title, those on the shelf."""
    title = towns()[0].class_set
    page.goto(demo.url(f"/desk/search?q={title}"))
    follow(page.get_by_role("table").get_by_role("link", name=title, exact=True).first)
    shelf = page.get_by_role("region", name="Items").get_by_role("row").filter(has_text=SCHOOL)
    return shelf.filter(has_text="On the shelf").locator("td.num a").all_inner_texts()


def label(page: Page) -> Locator:
    """Return the words above the scan box: whose item comes next."""
    return page.locator("label[data-scan-label]")


def open_class(page: Page, demo: Demo, name: str) -> None:
    page.goto(demo.url("/school/"))
    follow(page.get_by_role("link", name=name, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def pupils(page: Page) -> Locator:
    return page.locator(".pupil")


def take_back(page: Page, demo: Demo, name: str, barcodes: list[str]) -> None:
    page.goto(demo.url("/school/"))
    follow(page.get_by_role("link", name=f"Take back {name}"))
    scan(page, *barcodes)
    expect(rows(page)).to_have_count(len(barcodes))


def test_lends_a_pile_in_order_sees_who_lacks_and_takes_it_back(page, demo):
    log_in(page, demo, "school_librarian")
    pile = class_set(page, demo)[:6]
    open_class(page, demo, "3.A")
    names = pupils(page).locator("b").all_inner_texts()
    assert len(names) == 24
    expect(label(page)).to_have_text(f"Scan the item for {names[0]}")

    scan(page, *pile[:3])

    expect(page.get_by_role("heading", level=1)).to_have_text("3.A borrows Gummi-Tarzan")
    expect(page.get_by_text("3 of 24 have the title")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 3)
    assert [row.locator("td").nth(3).inner_text() for row in rows(page).all()] == names[2::-1]
    expect(pupils(page).filter(has_text="Has it")).to_have_count(3)
    expect(label(page)).to_have_text(f"Scan the item for {names[3]}")

    # The fourth is ill today: the arrow key goes on to the next.
    press(page, "ArrowDown")
    expect(page.locator("[aria-current=step] b")).to_have_text(names[4])
    scan(page, pile[3])
    expect(rows(page).first).to_contain_text(names[4])
    page.get_by_role("button", name=f"Choose {names[9]}", exact=True).click()
    scan(page, pile[4])
    expect(rows(page).first).to_contain_text(names[9])

    follow(page.get_by_role("link", name="Class list"))
    expect(page.get_by_text("5 of 24 have the title")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=names[3]).first).to_contain_text("Lacks it")
    expect(page.get_by_text("Lacks it")).to_have_count(19)
    take_back(page, demo, "3.A", pile[:5])
    expect(rows(page).filter(has_text="Taken back")).to_have_count(5)
    expect(page.get_by_text("The class has nothing on loan.")).to_be_visible()


def test_lends_a_pile_to_the_teacher_until_one_day(page, demo):
    log_in(page, demo, "school_librarian")
    pile = class_set(page, demo)[6:8]
    open_class(page, demo, "5.B")
    day = page.evaluate("new Date(Date.now() + 40 * 86400000).toISOString().slice(0, 10)")
    page.get_by_label("One due date for all").fill(day)
    follow(page.get_by_role("button", name="Set"))
    follow(page.get_by_role("link", name="To the teacher"))
    teacher = label(page).inner_text().removeprefix("Scan items for ")

    scan(page, *pile)

    expect(rows(page).filter(has_text=teacher)).to_have_count(2)
    days = rows(page).locator("td:nth-child(6)").all_inner_texts()
    assert days[0] == days[1]
    assert days[0][-4:] == day[:4]
    expect(page.get_by_text(f"{teacher} has 2 items.")).to_be_visible()
    take_back(page, demo, "5.B", pile)
    expect(page.get_by_text("The class has nothing on loan.")).to_be_visible()


def test_an_item_that_another_class_has_is_refused_and_the_turn_stays(page, demo):
    log_in(page, demo, "school_librarian")
    taken, free = class_set(page, demo)[8:10]
    open_class(page, demo, "8.C")
    scan(page, taken)
    open_class(page, demo, "3.A")
    turn = label(page).inner_text()

    scan(page, taken)

    expect(rows(page).first).to_contain_text("Not lent")
    expect(page.locator("[data-scan-rows] .reasons")).to_contain_text("On loan to another patron.")
    expect(label(page)).to_have_text(turn)
    expect(scan_box(page)).to_be_focused()
    scan(page, free)
    expect(rows(page).first).to_contain_text("Lent")
    take_back(page, demo, "8.C", [taken, free])
    expect(rows(page).filter(has_text=free)).to_contain_text("Somebody outside the class")


def test_a_barcode_that_nobody_knows_says_so(page, demo):
    log_in(page, demo, "school_librarian")
    open_class(page, demo, "3.A")

    scan(page, "999")

    expect(rows(page).first).to_contain_text("Not lent")
    expect(page.locator("[data-scan-rows] .reasons")).to_contain_text(re.compile("No item has the barcode 999"))
