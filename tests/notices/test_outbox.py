from datetime import date
from decimal import Decimal

import pytest

from notices.models import Notice, NoticeKind, NoticeTemplate
from notices.services.outbox import make_notice
from tests.factories import BranchFactory, GuardianshipFactory, PatronFactory

pytestmark = pytest.mark.django_db

ITEM = {"title": "Huset ved fjorden", "barcode": "3010000001", "due_date": date(2026, 11, 9)}


def remind(patron, branch, now, **changes):
    request = {
        "patron": patron,
        "branch": branch,
        "kind": NoticeKind.OVERDUE_1,
        "key": f"OVERDUE_1:{patron.pk}:2026-11-19",
        "context": {"items": [ITEM], "fees": Decimal("60.00")},
        "about": {"loans": [7]},
        "now": now,
    }
    values = {**request, **changes}
    return Notice.objects.get(key=values["key"]) if make_notice(**values) else None


@pytest.mark.parametrize(
    ("language", "subject", "line", "fee"),
    [
        (
            "da",
            "Påmindelse: lån til Ingrid Solvang er ikke afleveret",
            "– Huset ved fjorden (3010000001), skulle være afleveret 9. november 2026",
            "60,00\xa0kr.",
        ),
        (
            "sv",
            "Påminnelse: lån för Ingrid Solvang är försenade",
            "– Huset ved fjorden (3010000001), skulle ha lämnats 9 november 2026",
            "60,00\xa0Dkr",
        ),
        (
            "fi",
            "Muistutus myöhässä olevista lainoista: Ingrid Solvang",
            "– Huset ved fjorden (3010000001), eräpäivä oli 9. marraskuuta 2026",
            "60,00\xa0DKK",
        ),
        (
            "en",
            "Reminder: overdue loans of Ingrid Solvang",
            "– Huset ved fjorden (3010000001), was due 9 November 2026",
            "60.00\xa0DKK",
        ),
    ],
)
def test_writes_in_the_patrons_language(alpha, now, language, subject, line, fee):
    patron = PatronFactory(language=language, family_name="Solvang")

    notice = remind(patron, BranchFactory(), now)

    assert notice.subject == subject
    assert line in notice.body
    assert fee in notice.body
    assert notice.language == language


def test_is_made_once_for_a_key(alpha, now):
    patron, branch = PatronFactory(), BranchFactory()

    first = remind(patron, branch, now)
    second = remind(patron, branch, now)

    assert first.state == Notice.State.QUEUED
    assert second is None
    assert Notice.objects.count() == 1


def test_goes_by_e_mail_to_the_patron_and_says_what_it_is_about(alpha, now):
    patron, branch = PatronFactory(email="ingrid@post.example"), BranchFactory()

    notice = remind(patron, branch, now)

    assert (notice.channel, notice.address, notice.addressee) == (
        "EMAIL",
        "ingrid@post.example",
        patron.display_name,
    )
    assert notice.about == {"loans": [7]}
    assert notice.created_at == now


def test_uses_the_municipalitys_own_text(alpha, now):
    NoticeTemplate.objects.create(
        kind=NoticeKind.OVERDUE_1, language="en", subject="Bring {count} back", body="{library} in {municipality}"
    )
    branch = BranchFactory(name="Harbour")

    notice = remind(PatronFactory(language="en"), branch, now)

    assert (notice.subject, notice.body) == ("Bring 1 back", "Harbour in Alpha\n")


def test_has_the_address_of_the_municipalitys_pages(alpha, now):
    notice = remind(PatronFactory(language="en"), BranchFactory(), now)

    assert "http://alpha.localhost:8000/" in notice.body


def test_leaves_no_gap_where_the_branch_has_no_phone(alpha, now):
    branch = BranchFactory(name="Harbour", address="", phone="", email="harbour@library.example")

    notice = remind(PatronFactory(language="en"), branch, now)

    assert notice.body.endswith("Kind regards,\nHarbour\nharbour@library.example\n")


def test_keeps_a_title_with_line_breaks_on_one_line_of_the_subject(alpha, now):
    notice = remind(
        PatronFactory(language="en"),
        BranchFactory(),
        now,
        kind=NoticeKind.HOLD_EXPIRED,
        context={"title": "A title\nBcc: everybody@post.example {library}"},
    )

    assert notice.subject == "Hold ended: A title Bcc: everybody@post.example {library}"


def test_without_an_address_is_a_problem_that_staff_see(alpha, now):
    notice = remind(PatronFactory(email=""), BranchFactory(), now)

    assert (notice.state, notice.problem) == (Notice.State.FAILED, "NO_ADDRESS")


def test_of_who_gets_letters_waits_for_the_printer(alpha, now):
    patron = PatronFactory(
        channel="LETTER",
        given_name="Ingrid",
        family_name="Solvang",
        address="Havnegade 1",
        postal_code="8000",
        city="Aarhus",
    )

    notice = remind(patron, BranchFactory(), now)

    assert (notice.channel, notice.state) == ("LETTER", Notice.State.QUEUED)
    assert notice.address == "Ingrid Solvang\nHavnegade 1\n8000 Aarhus"


def test_of_a_child_goes_to_its_guardian_in_the_guardians_language(alpha, now):
    child = PatronFactory(
        child=True, email="child@post.example", language="en", given_name="Liv", family_name="Solvang"
    )
    guardian = PatronFactory(email="guardian@post.example", language="da", given_name="Ida", family_name="Solvang")
    GuardianshipFactory(child=child, guardian=guardian)

    notice = remind(child, BranchFactory(), now)

    assert (notice.patron, notice.addressee, notice.address) == (child, "Ida Solvang", "guardian@post.example")
    assert notice.subject == "Påmindelse: lån til Liv Solvang er ikke afleveret"
    assert notice.body.startswith("Kære Ida Solvang\n")


def test_never_bills_a_child_without_a_guardian(alpha, now):
    child = PatronFactory(child=True, email="child@post.example")
    amounts = {"replacement": Decimal(100), "processing": Decimal(50), "fees": Decimal(20), "total": Decimal(170)}
    item = {**ITEM, "price": Decimal(100)}

    reminder = remind(child, BranchFactory(), now)
    invoice = remind(
        child, BranchFactory(), now, kind=NoticeKind.INVOICE, key="invoice", context={"items": [item], **amounts}
    )

    assert (reminder.state, reminder.address) == (Notice.State.QUEUED, "child@post.example")
    assert (invoice.state, invoice.problem, invoice.address) == (Notice.State.FAILED, "NO_GUARDIAN", "")
