from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from common.audit import record
from tests.factories import (
    BranchFactory,
    HoldFactory,
    ItemFactory,
    PatronCategoryFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    StaffAccountFactory,
)
from web.console.audit_words import ACTIONS, CHANGED, CHANGES, SUBJECTS


@pytest.fixture
def done(admin_client, now):
    """Let Berta and the system do something to an item, a patron and a hold."""
    berta = StaffAccountFactory(name="Berta Bibliotekar")
    item = ItemFactory(record=RecordFactory(title="Kongens fald"))
    patron = PatronFactory(given_name="Ingrid", family_name="Solvang")
    record(action="circulation.check_in", actor=berta, subject=item)
    record(action="patrons.change", actor=berta, subject=patron)
    record(action="circulation.cancel_hold", actor=None, subject=HoldFactory(record=RecordFactory(title="Havbrevene")))
    AuditEntry.objects.filter(action="patrons.change").update(at=now - timedelta(days=3))
    return {"berta": berta, "item": item, "patron": patron}


@pytest.fixture
def shown(admin_client):
    """Return what stands in the table of the log, asked in some way."""

    def show(**asked):
        page = admin_client.get("/console/audit", asked).content.decode()
        return page.partition("<tbody>")[2].partition("</tbody>")[0]

    return show


def test_names_who_did_what_to_what(done, shown):
    page = shown()

    assert "Berta Bibliotekar" in page
    assert f"{done['item'].barcode} Kongens fald" in page
    assert "Ingrid Solvang" in page
    assert "Havbrevene" in page


def test_the_start_shows_changes_of_settings_and_not_the_desk_s_work(done, admin_client):
    branch, berta = BranchFactory(), done["berta"]
    rule, category = RuleFactory(), PatronCategoryFactory()
    for action, subject in (
        ("circulation.set_rule", rule),
        ("holdings.set_opening_hours", branch),
        ("staffing.choose_branch", branch),
        ("accounts.change_account", berta),
        ("accounts.log_in", berta),
        ("patrons.change_category", category),
    ):
        record(action=action, actor=berta, subject=subject)

    page = admin_client.get("/console/")

    assert [row["what"] for row in page.context["newest"]] == [
        "Changed a patron category",
        "Changed an account",
        "Set opening hours",
        "Set a rule",
    ]
    assert 'href="/console/audit"' in page.content.decode()


def test_every_change_of_settings_has_its_name_and_its_thing():
    assert set(CHANGES) <= set(ACTIONS)
    assert set(CHANGED) <= set(SUBJECTS)


def test_is_narrowed_by_who(done, shown):
    page = shown(who=done["berta"].pk)

    assert "Checked in" in page
    assert "Cancelled a hold" not in page


def test_is_narrowed_by_days(done, shown):
    assert "Changed a patron" not in shown(since="2026-11-18")
    assert "Checked in" not in shown(until="2026-11-18")
    assert "Changed a patron" in shown(since="2026-11-16", until="2026-11-16")


def test_is_narrowed_to_one_thing(done, shown):
    page = shown(about=f"holdings.item:{done['item'].pk}")

    assert "Checked in" in page
    assert "Changed a patron" not in page


def test_keeps_what_was_asked_on_the_next_page(done, admin_client):
    for _ in range(51):
        record(action="patrons.change", actor=done["berta"], subject=done["patron"])

    page = admin_client.get("/console/audit", {"area": "patrons.", "who": done["berta"].pk}).content.decode()

    assert f"area=patrons.&amp;who={done['berta'].pk}&amp;" in page
    assert "before=" in page


def test_asks_no_more_of_the_database_for_more_entries(done, admin_client, django_assert_max_num_queries):
    for _ in range(20):
        record(action="circulation.check_in", actor=None, subject=ItemFactory())

    with django_assert_max_num_queries(14):
        admin_client.get("/console/audit")


def test_something_that_is_gone_has_its_number(done, shown):
    AuditEntry.objects.filter(action="circulation.check_in").update(subject_id=987654)

    assert "987654" in shown()
