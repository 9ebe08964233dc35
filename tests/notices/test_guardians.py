"""What of a child's messages its guardians read: each her own, and what the child had only where that's agreed."""

from datetime import date
from decimal import Decimal

import pytest
from django.core import mail

from notices import relevance
from notices.errors import NoticeRefused
from notices.models import Notice, NoticeKind
from notices.selectors import problem_notices
from notices.services.outbox import NoticeRequest, make_notice, make_notices
from notices.services.problems import send_again
from notices.services.sending import send_batch
from patrons.models import Guardianship
from tests.factories import BranchFactory, GuardianshipFactory, PatronFactory, StaffAccountFactory

pytestmark = pytest.mark.django_db

ITEM = {"title": "Huset", "barcode": "3010000001", "due_date": date(2026, 11, 9), "price": Decimal(100)}
MONEY = {name: Decimal(100) for name in ("fees", "replacement", "processing", "total")}
HOLD = {"title": "Huset", "shelf_number": "027", "pickup_until": date(2026, 11, 26)}


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch):
    monkeypatch.setattr(relevance, "_checks", {})


@pytest.fixture
def child(alpha):
    """A child that Anna and the protected Bo are guardians of; only Anna sees its loans."""
    child = PatronFactory(child=True, email="child@post.example", given_name="Liv")
    people = {"anna": {"given_name": "Anna", "family_name": "Sol"}, "bo": {"given_name": "Bo", "alias": "Reader 7"}}
    for name, known in people.items():
        guardian = PatronFactory(email=f"{name}@post.example", sort_key=name, **known)
        GuardianshipFactory(child=child, guardian=guardian, shows_loans=name == "anna")
    return child


def write(child, now, kind=NoticeKind.OVERDUE_1):
    context = HOLD if kind == NoticeKind.HOLD_READY else {"items": [ITEM], **MONEY}
    make_notice(patron=child, branch=BranchFactory(), kind=kind, key="1", context=context, about={}, now=now)
    return {notice.address: notice for notice in Notice.objects.all()}


def test_each_guardian_gets_her_own_and_knows_nothing_of_the_other(child, now):
    write(child, now)
    write(child, now)

    send_batch(now=now)

    first, second = mail.outbox
    assert (first.recipients(), second.recipients()) == (["anna@post.example"], ["bo@post.example"])
    assert first.body.startswith("Dear Anna Sol,")
    assert second.body.startswith("Dear Reader 7,")
    assert "Reader 7" not in first.message().as_string()
    assert "anna" not in second.message().as_string().lower()


def test_of_many_messages_too_each_guardian_gets_one(child, now):
    request = NoticeRequest(child, BranchFactory(), NoticeKind.OVERDUE_1, "1", {"items": [ITEM], **MONEY})

    assert make_notices([request], now=now) == {"1"}
    assert make_notices([request], now=now) == set()

    assert sorted(Notice.objects.values_list("address", flat=True)) == ["anna@post.example", "bo@post.example"]


@pytest.mark.parametrize("kind", [NoticeKind.OVERDUE_1, NoticeKind.INVOICE, NoticeKind.DEBT_COLLECTION])
def test_who_does_not_see_the_loans_is_told_the_money_and_not_the_title(child, now, kind):
    written = write(child, now, kind)

    shown, hidden = written["anna@post.example"], written["bo@post.example"]
    assert "Huset (3010000001)" in shown.body
    assert "– (title not shown)" in hidden.body
    assert "100" in hidden.body
    assert not any(word in f"{hidden.subject}{hidden.body}{hidden.context}" for word in ("Huset", "3010000001"))


@pytest.mark.parametrize("kind", [NoticeKind.HOLD_READY, NoticeKind.COURTESY, NoticeKind.RENEWED, NoticeKind.RECALL])
def test_holds_and_due_dates_are_told_who_sees_the_loans_or_else_the_child(child, now, kind):
    assert set(write(child, now, kind)) == {"anna@post.example"}
    Notice.objects.all().delete()
    Guardianship.objects.update(shows_loans=False)

    [notice] = write(child, now, kind).values()

    assert (notice.address, "Huset" in notice.body) == ("child@post.example", True)


def test_a_hold_of_a_child_that_cannot_be_reached_is_told_without_its_title(child, now):
    Guardianship.objects.update(shows_loans=False)
    child.email = ""
    child.save()

    written = write(child, now, NoticeKind.HOLD_READY)

    assert set(written) == {"anna@post.example", "bo@post.example"}
    assert written["bo@post.example"].subject == "Ready for you: (title not shown)"
    assert not any("Huset" in notice.body for notice in written.values())


def test_sends_again_to_the_one_guardian_it_was_for(child, now):
    staff = StaffAccountFactory()
    write(child, now)
    Notice.objects.update(state="FAILED", problem="ADDRESS_REFUSED")

    for notice in Notice.objects.all():
        send_again(notice=notice, staff=staff, now=now)
    send_batch(now=now)

    assert sorted(message.to for message in mail.outbox) == [["anna@post.example"], ["bo@post.example"]]
    assert sum("Huset" in message.body for message in mail.outbox) == 1


def test_what_is_owed_by_now_is_told_without_the_title_too(child, now, monkeypatch):
    write(child, now, NoticeKind.DEBT_COLLECTION)
    less = {"items": [{**ITEM, "price": Decimal(70)}], "total": Decimal(70)}
    monkeypatch.setattr(relevance, "_amounts", {"DEBT_COLLECTION": lambda notices: {each.pk: less for each in notices}})

    send_batch(now=now)

    shown, hidden = (message.body for message in mail.outbox)
    assert ("Huset" in shown, "Huset" in hidden, "70" in hidden) == (True, False, True)


def test_never_sends_again_to_a_guardian_who_has_died(alpha, now):
    link = GuardianshipFactory(child__email="", guardian__email="aase@post.example")
    write(link.child, now, NoticeKind.INVOICE)
    Notice.objects.update(state="FAILED", problem="ADDRESS_REFUSED")
    link.guardian.left_at, link.guardian.left_reason = now, "DECEASED"
    link.guardian.save()

    with pytest.raises(NoticeRefused) as refusal:
        send_again(notice=Notice.objects.get(), staff=StaffAccountFactory(), now=now)

    assert refusal.value.codes == ["NO_GUARDIAN"]


def test_whose_addresses_are_hidden_is_asked_once_for_many_children(child, now, django_assert_num_queries):
    write(child, now)
    other = GuardianshipFactory(child__child=True).child
    make_notice(
        patron=other,
        branch=BranchFactory(),
        kind=NoticeKind.OVERDUE_1,
        key="2",
        context={"items": [ITEM], **MONEY},
        about={},
        now=now,
    )
    Notice.objects.update(state="FAILED")

    with django_assert_num_queries(2):
        hidden = [notice.hides_address for notice in problem_notices()]

    # One of the first child's guardians is protected.
    assert hidden == [True, True, False]
