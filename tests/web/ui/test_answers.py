"""Answers of htmx, failures, paper and public sessions in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.ui.scan_server import ScanServer

pytestmark = pytest.mark.browser


def catch_printing(page: Page) -> None:
    """Note what would be printed instead of opening the print dialog."""
    page.evaluate(
        "window.printed = [];"
        "window.print = () => { document.documentElement.dataset.printed ="
        " window.printed.push(document.querySelector('.print-sheet').textContent) }; null"
    )


def expect_printed(page: Page, sheets: int) -> None:
    """Wait until so many sheets have been printed."""
    expect(page.locator("html")).to_have_attribute("data-printed", str(sheets))


def test_changes_another_place_from_an_answer_that_swaps_nothing(desk: Page) -> None:
    desk.click("#from-htmx")

    expect(desk.locator("#panel h2")).to_have_text("From htmx")
    expect(desk.locator("template[data-oob]")).to_have_count(0)
    assert desk.evaluate("document.documentElement.dataset.lastSound") == "hold"
    expect(desk.locator("[data-scan-box]")).to_be_focused()


def test_shows_a_refused_form(desk: Page) -> None:
    desk.click("#refused")

    expect(desk.locator("#answer")).to_have_text("Too long")
    expect(desk.locator("[data-failures] .message")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "heading"),
    [(500, "The server could not do it"), (403, "You are logged out"), (429, "Too many requests")],
)
def test_never_hides_a_failure(desk: Page, status: int, heading: str) -> None:
    desk.evaluate("status => document.getElementById('failed').setAttribute('hx-post', `/fail/${status}`)", status)
    desk.evaluate("htmx.process(document.getElementById('answers'))")

    desk.click("#failed")

    expect(desk.locator("[data-failures] .message")).to_contain_text(heading)
    expect(desk.locator("#answer")).to_have_text("Before")
    desk.locator("[data-failures] button").click()
    expect(desk.locator("[data-failures] .message")).to_have_count(0)


def test_says_so_when_there_is_no_answer(desk: Page, server: ScanServer) -> None:
    desk.context.set_offline(True)

    desk.click("#failed")

    expect(desk.locator("[data-failures] .message")).to_contain_text("No answer")


def test_prints_a_slip_without_leaving_the_page(desk: Page) -> None:
    catch_printing(desk)

    desk.click("#slip")
    expect(desk.locator(".print-sheet")).to_have_text("Slip 047")
    desk.keyboard.press("F10")
    expect_printed(desk, 2)

    assert desk.evaluate("window.printed") == ["Slip 047", "Slip 047"]
    assert desk.url.endswith("/desk")


@pytest.mark.parametrize(("ticked", "printed"), [(True, ["Slip 047"]), (False, [])])
def test_prints_by_itself_where_it_is_set_so(desk: Page, ticked: bool, printed: list[str]) -> None:
    catch_printing(desk)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.locator("[data-print-setting]").set_checked(ticked)

    desk.evaluate(
        "document.getElementById('answer').innerHTML = '<a data-print data-print-auto href=\"/slip\">Slip</a>';"
        "libsys.announceApplied(document.getElementById('answer'))"
    )
    if printed:
        expect_printed(desk, 1)
    # A slip that had been asked for would have been asked for before this.
    desk.evaluate("fetch('/suggest?q=last').then((answer) => answer.text())")

    assert len([address for address in asked if address.endswith("/slip")]) == len(printed)
    assert desk.evaluate("window.printed") == printed
    assert desk.evaluate("localStorage.getItem('print-without-asking')") == ("yes" if ticked else None)


@pytest.mark.parametrize(
    ("choice", "heard"), [("clear", "hold"), ("problems", ""), ("off", "")], ids=["all", "problems only", "none"]
)
def test_plays_the_sounds_that_were_chosen(desk: Page, choice: str, heard: str) -> None:
    desk.evaluate("choice => localStorage.setItem('sounds', choice)", choice)

    desk.click("#from-htmx")
    expect(desk.locator("#panel h2")).to_have_text("From htmx")

    assert desk.evaluate("document.documentElement.dataset.lastSound") == heard


def test_ends_a_public_session_with_a_visible_countdown(page: Page, server: ScanServer) -> None:
    page.clock.install()
    page.goto(f"{server.address}/session")
    session = page.locator("form.session")
    expect(session).to_contain_text("2 min")
    expect(session.locator("[data-session-stay]")).to_be_hidden()

    page.clock.run_for(95_000)
    # 25, if the machine hasn't been held up meanwhile: the page's clock goes on beside what it's put forward.
    expect(session).to_contain_text(re.compile(r"\b[12]?\d s\b"))
    expect(session.locator("[data-session-warning]")).to_be_attached()
    session.locator("[data-session-stay]").click()
    expect(session).to_contain_text("2 min")
    page.clock.run_for(121_000)

    page.wait_for_url("**/ended")
