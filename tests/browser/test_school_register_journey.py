"""The administrator adds a school, uploads what the register says of it, looks, confirms, and takes it back."""

from playwright.sync_api import expect

from tests.browser.hands import log_in
from tests.browser.looks import faults
from tests.schools.register import samples

NUMBER = "999321"


def export() -> bytes:
    group = samples.group("8y", "8.Y", more="<c:GroupLevel>8</c:GroupLevel><c:Line>Y</c:Line>")
    pupils = [samples.pupil("zq1", "Ájlin", main="8y"), samples.pupil("zq2", "Bo", main="nowhere")]
    return samples.stil(group, *pupils, number=NUMBER).getvalue()


def test_a_school_comes_from_the_register_and_goes_back(page, demo):
    log_in(page, demo, "it_admin")
    page.goto(demo.url("/console/schools/add"))
    page.fill("[name=number]", NUMBER)
    page.click("main form button.btn-primary")
    expect(page.locator("table.rows a.work")).to_have_count(1)

    page.set_input_files("[name=file]", {"name": "eksport.xml", "mimeType": "text/xml", "buffer": export()})
    page.click("main form button.btn-primary")
    waiting = page.locator("#h-waiting")
    expect(waiting).to_be_visible(timeout=30_000)
    assert faults(page) == []

    page.click("section[aria-labelledby=h-waiting] a.work")
    details = page.locator("section[aria-labelledby=h-came] summary").first
    details.click()
    expect(page.locator("section[aria-labelledby=h-came]")).to_contain_text("Ájlin Holm")
    assert faults(page) == []

    page.click("#confirm .btn-primary")
    expect(page.locator("section tbody td.count").nth(1)).to_have_text("2")
    page.click("section[aria-labelledby=h-schools] a.work")
    assert faults(page) == []
    page.click("section[aria-labelledby=h-updates] a.work")
    assert faults(page) == []

    page.click("form[action$=take-back] button")
    expect(page.locator("#h-updates")).to_be_visible()
    page.goto(demo.url("/console/schools"))
    expect(page.locator("section tbody td.count").nth(1)).to_have_text("0")
