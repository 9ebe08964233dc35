"""Files of messages, letters, patrons and an inventory: what the page shows, with protected names as their alias."""

from datetime import timedelta

import pytest
from django.test import Client
from django_tenants.utils import schema_context

from circulation.selectors.inventory import ShelfRange
from circulation.services.inventory import see_item
from common.encryption import encrypt
from notices.models import Notice, PrintRun
from patrons.models import Patron
from tests.factories import NOW, TODAY, BranchFactory, ItemFactory, LoanFactory, PatronFactory, StaffAccountFactory
from tests.spreadsheets import cells_of

HOME = {"address": "Havnegade 1", "postal_code": "6200", "city": "Aabenraa"}
SECRET = {"given_name": "Zqsecret", "family_name": "Zqhidden", "alias": "Protected person"}
SINCE = (NOW - timedelta(hours=1)).isoformat()


@pytest.fixture
def notice(desk_branch, now):
    numbers = iter(range(1000))

    def make(patron, **columns):
        values = {
            "patron": patron,
            "branch": desk_branch,
            "kind": "OVERDUE_1",
            "key": f"test:{next(numbers)}",
            "language": "en",
            "channel": "EMAIL",
            "address": patron.email,
            # As it was written before she was protected.
            "addressee": f"{patron.given_name} {patron.family_name}",
            "subject": "=1+1",
            "body": "Dear Ingrid\n\nPlease bring it back.",
            "state": "FAILED",
            "problem": "ADDRESS_REFUSED",
            "created_at": now,
        }
        return Notice.objects.create(**values | columns)

    return make


@pytest.fixture
def hidden(desk_branch):
    return PatronFactory(home_branch=desk_branch, email="zqsecret@example.org", **HOME, **SECRET)


def table(client, address, name, **asked):
    """Return the rows of a list as Excel, and its text as CSV."""
    head, *rows = cells_of(client.get(address, {**asked, "file": f"{name}.xlsx"}).getvalue())
    lines = client.get(address, {**asked, "file": f"{name}.csv"}).getvalue().decode()
    return [dict(zip(head, row, strict=False)) for row in rows], lines


def test_messages_that_did_not_go_out_all_of_them(librarian_client, notice, hidden, patron, monkeypatch):
    monkeypatch.setattr("web.desk.messages._SHOWN", 1)
    notice(patron)
    notice(hidden)
    notice(patron, branch=BranchFactory(name="East"))

    rows, lines = table(librarian_client, "/desk/messages", "problem-messages")
    everywhere, _ = table(librarian_client, "/desk/messages", "problem-messages", all="1")

    assert [row["Patron"] for row in rows] == [patron.display_name, "Protected person"]
    assert [row["Address"] or "" for row in rows] == [patron.email, ""]
    assert "'=1+1" in lines
    assert "zq" not in lines.casefold()
    assert [row["Branch"] for row in everywhere][-1] == "East"
    assert 'value="problem-messages.xlsx"' in librarian_client.get("/desk/messages?all=").content.decode()


def test_the_outbox_all_pages_of_what_its_filters_leave(admin_client, notice, hidden, patron, monkeypatch):
    monkeypatch.setattr("notices.selectors._READ_AT_ONCE", 2)
    for state in ("SENT", "SENT", "FAILED", "SENT"):
        notice(patron, state=state)
    notice(hidden, state="SENT")
    notice(patron, state="SENT", kind="NEW_TITLES", subject="Zqprivate")

    rows, lines = table(admin_client, "/console/outbox", "outbox", state="SENT")

    assert [row["Patron"] for row in rows] == [patron.display_name, "Protected person", *[patron.display_name] * 3]
    assert {row["State"] for row in rows} == {"sent"}
    assert "zq" not in lines.casefold()
    assert "'=1+1" in lines
    assert len(table(admin_client, "/console/outbox", "outbox")[0]) == 6


def test_the_letters_of_a_run(librarian_client, notice, hidden, desk_branch, now):
    run = PrintRun.objects.create(branch=desk_branch, made_at=now, made_by="Karen", letters=1)
    printed = {"state": "SENT", "channel": "LETTER", "problem": "", "print_run": run}
    notice(hidden, address="Havnegade 1\n6200 Aabenraa", **printed)

    rows, lines = table(librarian_client, f"/desk/letters/{run.pk}", "letters")

    assert [(row["No."], row["Patron"], row["State"]) for row in rows] == [(1.0, "Protected person", "sent")]
    assert "zq" not in lines.casefold()
    assert "Havnegade" not in lines


def test_patrons_that_were_looked_for(librarian_client, hidden, desk_branch):
    Patron.objects.filter(pk=hidden.pk).update(national_id_encrypted=encrypt("zq-number"), national_id_hash=b"zq-hash")
    PatronFactory(home_branch=desk_branch, given_name="Proteus", family_name="=Danger", email=hidden.email)

    found = encrypt(hidden.email).decode()
    rows, lines = table(librarian_client, "/desk/patrons", "patrons", found=found)

    assert sorted(row["Name"] for row in rows) == ["Protected person", "Proteus =Danger"]
    assert "zq" not in lines.casefold()
    page = librarian_client.get("/desk/patrons", {"found": found}).content.decode()
    assert 'value="patrons.csv"' in page


def test_memberships_that_end_and_what_the_dead_have_left(librarian_client, hidden, patron, desk_branch, rules):
    Patron.objects.filter(pk=hidden.pk).update(expires_on=TODAY + timedelta(days=3))
    LoanFactory(lending_branch=desk_branch, patron=patron)
    Patron.objects.filter(pk=patron.pk).update(left_reason="DECEASED", left_at=NOW)

    ending, lines = table(librarian_client, "/desk/memberships", "memberships")
    dead, _ = table(librarian_client, "/desk/patrons/deceased", "deceased")

    assert [row["Name"] for row in ending] == ["Protected person"]
    assert "zq" not in lines.casefold()
    assert [(row["Name"], row["Loans"]) for row in dead] == [(patron.display_name, 1.0)]


def test_what_an_inventory_has_not_seen_all_of_it(librarian_client, desk_branch, rules, monkeypatch):
    monkeypatch.setattr("web.desk.inventory._LONGEST_LIST", 1)
    for mark in ("86", "+87"):
        ItemFactory(home_branch=desk_branch, call_number=mark)
    ItemFactory(home_branch=BranchFactory(name="East"), call_number="88")
    asked = {"since": SINCE, "compare": "1"}

    rows, lines = table(librarian_client, "/desk/inventory", "not-seen", **asked)

    assert sorted(row["Shelf mark"] for row in rows) == ["+87", "86"]
    assert "'+87" in lines
    assert 'value="not-seen.xlsx"' in librarian_client.get("/desk/inventory", asked).content.decode()


def test_what_stands_on_a_shelf_and_belongs_elsewhere(librarian_client, desk_branch, rules):
    stray = ItemFactory(home_branch=BranchFactory(name="East"), current_branch=desk_branch, status="ON_HOLD_SHELF")
    see_item(item=stray, branch=desk_branch, staff=StaffAccountFactory(), now=NOW, shelf=ShelfRange(desk_branch.pk))

    rows, _ = table(librarian_client, "/desk/inventory", "out-of-place", since=SINCE, compare="1")

    assert [(row["Barcode"], row["Belongs to"]) for row in rows] == [(stray.barcode, "East")]


FILES = [
    ("/desk/messages", "problem-messages", {"all": "1"}),
    ("/console/outbox", "outbox", {}),
    ("/desk/memberships", "memberships", {}),
    ("/desk/patrons/deceased", "deceased", {}),
    ("/desk/inventory", "not-seen", {"since": SINCE, "compare": "1"}),
]


@pytest.mark.parametrize(("address", "name", "asked"), FILES, ids=[name for _, name, _ in FILES])
def test_no_file_has_anything_of_a_neighbour(admin_client, librarian_client, beta, notice, address, name, asked):
    with schema_context("beta"):
        branch = BranchFactory(name="Zqbranch")
        ItemFactory(home_branch=branch, call_number="Zqmark")
        theirs = PatronFactory(home_branch=branch, given_name="Zqname", expires_on=TODAY)
        dead = PatronFactory(home_branch=branch, given_name="Zqdead", left_reason="DECEASED", left_at=NOW)
        LoanFactory(lending_branch=branch, patron=dead)
        notice(theirs, branch=branch, subject="Zqsubject")
    client = admin_client if address.startswith("/console") else librarian_client

    answer = client.get(address, {**asked, "file": f"{name}.csv"})

    assert answer["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    assert "zq" not in answer.getvalue().decode().casefold()


@pytest.mark.parametrize(("address", "name", "asked"), FILES, ids=[name for _, name, _ in FILES])
def test_nobody_takes_a_file_of_a_page_that_she_may_not_open(librarian_client, address, name, asked):
    for visitor in (Client(headers={"host": "alpha.localhost"}), *([librarian_client] if "console" in address else [])):
        answer = visitor.get(address, {**asked, "file": f"{name}.csv"})
        assert answer.status_code in (302, 403, 404)
        assert "Content-Disposition" not in answer
