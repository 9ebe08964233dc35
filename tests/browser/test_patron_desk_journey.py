"""Patrons as the desk sees them: found in three letters, renewed, reserved for, paid by; and the day's lists."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import check_in, follow, leave_by, log_in, scan


def open_patron(page: Page, demo, card: str, name: str = "Aarhus") -> None:
    page.goto(demo.url(f"/desk/patrons?q={card}", name))
    expect(page).to_have_url(re.compile(r"/desk/patrons/\d+"))


def test_finds_a_patron_by_three_letters(page, demo):
    patron = demo.patron("fine")
    given, family = patron["name"].split()[0], patron["name"].split()[-1]
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/patrons"))

    page.get_by_role("combobox").press_sequentially(f"{given[:3]} {family[:3]}")
    follow(page.get_by_role("option").filter(has_text=patron["name"]).first)

    expect(page.get_by_role("heading", level=1)).to_have_text(patron["name"])
    page.goto(demo.url("/desk/patrons"))
    expect(page.get_by_role("region", name="Seen lately")).to_contain_text(patron["name"])


def test_two_letters_are_too_few_and_it_says_so(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/patrons"))

    page.get_by_role("combobox").fill("Pe")
    leave_by(page, "Enter")

    expect(page.get_by_role("status").filter(has_text="Write at least three letters.")).to_be_visible()


def test_renews_all_of_a_patron_s_loans(page, demo):
    barcodes, patron = demo.items("available")[15:17], demo.patron("child", place=1)
    log_in(page, demo, "librarian")
    # Due in two days, so that a renewal moves the day.
    tomorrow = page.evaluate("new Date(Date.now() + 2 * 86400000).toISOString().slice(0, 10)")
    page.goto(demo.url(f"/desk/check-out?due={tomorrow}"))
    scan(page, patron["card"], *barcodes)
    open_patron(page, demo, patron["card"])

    leave_by(page, "Control+o")

    expect(page.get_by_text("2 loans have been renewed.")).to_be_visible()
    check_in(page, demo, *barcodes)


def test_each_loan_says_why_it_can_not_be_renewed(page, demo):
    log_in(page, demo, "librarian")

    open_patron(page, demo, demo.patron("overdue", place=1)["card"])

    loans = page.get_by_role("region", name="Loans")
    expect(loans.get_by_role("button", name="Renew all loans")).to_be_disabled()
    expect(loans.get_by_text(re.compile(r"Owes .*Lending stops at")).first).to_be_visible()


def test_places_moves_and_cancels_a_hold(page, demo):
    patron, barcode = demo.patron("hold_ready", place=1), demo.items("available")[17]
    log_in(page, demo, "librarian")
    page.goto(demo.url(f"/desk/items/{barcode}"))
    title = page.get_by_role("heading", level=1).inner_text()
    open_patron(page, demo, patron["card"])

    # The key leads to the search, which remembers for whom.
    leave_by(page, "Control+h")
    page.get_by_role("combobox", name="Title, author, subject, ISBN").fill(title)
    leave_by(page, "Enter")
    follow(page.get_by_role("table").get_by_role("link", name=title, exact=True).first)
    expect(page.get_by_role("complementary", name="Hold")).to_contain_text(patron["name"])
    page.get_by_label("Pick up at").select_option(label="Dokk1")
    leave_by(page, "Control+h")
    expect(page.get_by_text(f"{title} is on hold for {patron['name']}, to be picked up at Dokk1.")).to_be_visible()

    held = page.get_by_role("region", name="Holds").get_by_role("row").filter(has_text=title)
    expect(held).to_contain_text("No. 1 of 1")
    held.get_by_role("link", name=re.compile("^Move")).click()
    page.get_by_role("dialog").get_by_label("Pick up at").select_option(label="Gellerup Bibliotek")
    follow(page.get_by_role("dialog").get_by_role("button", name="Move"))
    expect(page.get_by_text(f"{title} is picked up at Gellerup Bibliotek.")).to_be_visible()
    follow(held.get_by_role("button", name=re.compile("^Cancel")))
    expect(page.get_by_text(f"The hold on {title} is cancelled.")).to_be_visible()
    expect(held).to_have_count(0)


def test_writes_a_fee_takes_its_payment_and_prints_the_receipt(page, demo):
    log_in(page, demo, "librarian", name="Hedensted")
    patron = demo.patron("blocked", "Hedensted")
    open_patron(page, demo, patron["card"], "Hedensted")
    fees = page.get_by_role("region", name="Fees")
    owed = re.search(r"Owes ([\d.,]+)", fees.inner_text())[1]

    fees.get_by_role("link", name="Write a fee …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount").fill("45.50")
    dialog.get_by_label("What for").fill("A torn cover")
    follow(dialog.get_by_role("button", name="Write the fee"))
    expect(fees).to_contain_text("A torn cover")
    page.keyboard.press("Control+p")
    page.get_by_role("dialog").get_by_label("Amount").fill("45.50")
    leave_by(page, "Enter")
    expect(page.get_by_text(re.compile(r"45[.,]50.* is paid\."))).to_be_visible()
    expect(fees).to_contain_text(f"Owes {owed}")

    page.keyboard.press("F10")
    paper = page.locator(".print-sheet [data-paper]")
    expect(paper).to_contain_text("45.50 DKK")
    expect(paper).to_contain_text(re.compile(r"Receipt \d+"))


def test_a_payment_above_what_is_owed_is_refused_in_its_dialog(page, demo):
    log_in(page, demo, "librarian")
    open_patron(page, demo, demo.patron("owes")["card"])

    page.keyboard.press("Control+p")
    page.get_by_role("dialog").get_by_label("Amount").fill("100000")
    leave_by(page, "Enter")

    expect(page.get_by_role("dialog")).to_contain_text("More than is owed")


def test_the_days_lists_are_what_the_first_page_counts(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/"))
    work = page.get_by_role("region", name="To do")
    counts = {
        text: int(work.get_by_role("row").filter(has_text=text).locator(".status").inner_text())
        for text in ("Holds to fetch from the shelves", "Hold shelf to clear", "Overdue loans")
    }

    for text, path in zip(counts, ("holds", "shelf", "overdue"), strict=True):
        page.goto(demo.url("/desk/"))
        follow(work.get_by_role("link", name=text))
        expect(page).to_have_url(re.compile(f"/desk/{path}$"))
        heading = page.get_by_role("heading", level=2).first
        expect(heading).to_have_text(re.compile(rf"^{counts[text]} "))
    assert counts["Overdue loans"] > 0


def test_who_is_overdue_stands_in_the_list_with_a_way_to_her_page(page, demo):
    patron = demo.patron("overdue")
    log_in(page, demo, "librarian")
    names = []
    for place in (0, 1):
        log_in(page, demo, "librarian", branch=place)
        page.goto(demo.url("/desk/overdue"))
        names = page.get_by_role("main").get_by_role("link", name=patron["name"]).all()
        if names:
            break

    follow(names[0])

    expect(page.get_by_role("heading", level=1)).to_have_text(patron["name"])
    expect(page.get_by_role("region", name="Loans")).to_contain_text(re.compile(r"\d+ days? late"))
