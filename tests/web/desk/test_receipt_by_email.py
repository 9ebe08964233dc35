import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from notices.models import Notice
from patrons.models import Patron
from tests.factories import NOW

OFFER = 'data-scan-command="finish-by-email"'
TOLD = "The receipt is on its way by e-mail."


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def finish(librarian_client, patron, scan):
    """Return a function that ends Ingrid's visit with a receipt by e-mail."""

    def finish(**fields):
        values = {"patron": patron.pk, "since": NOW.isoformat(), **fields}
        return scan(librarian_client, "", command="finish-by-email", **values)

    return finish


def test_is_offered_to_who_has_an_address(librarian_client, patron, scan):
    assert OFFER in text_of(scan(librarian_client, "2090000001"))

    Patron.objects.update(email="")

    assert OFFER not in text_of(scan(librarian_client, "2090000001"))


def test_ends_the_visit_and_sends_what_was_lent(librarian_client, patron, item, scan, finish):
    scan(librarian_client, item.barcode, patron=patron.pk)

    answer = finish()

    notice = Notice.objects.get()
    assert (notice.kind, notice.patron, notice.address) == ("RECEIPT", patron, patron.email)
    assert "Lucky Per" in notice.body
    assert TOLD in text_of(answer)
    assert 'id="scan-patron" value=""' in text_of(answer)
    assert AuditEntry.objects.get(action="circulation.email_receipt").actor == librarian_client.staff


def test_prints_nothing_by_itself_but_can(librarian_client, patron, item, scan, finish):
    scan(librarian_client, item.barcode, patron=patron.pk)

    answer = text_of(finish())

    assert "data-print-auto" not in answer
    assert reverse("desk:receipt", args=[patron.pk]) in answer


def test_the_same_end_again_sends_nothing_more(librarian_client, patron, item, scan, finish):
    scan(librarian_client, item.barcode, patron=patron.pk)

    assert [TOLD in text_of(finish()) for _ in range(2)] == [True, True]
    assert Notice.objects.count() == 1


def test_nothing_lent_is_nothing_sent(patron, finish):
    answer = finish()

    assert TOLD not in text_of(answer)
    assert 'id="scan-patron" value=""' in text_of(answer)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("fields", [{"patron": ""}, {"patron": "999999"}, {"since": ""}, {"since": "yesterday"}])
def test_without_a_patron_or_a_beginning_nothing_is_sent(librarian_client, patron, item, scan, finish, fields):
    scan(librarian_client, item.barcode, patron=patron.pk)

    answer = finish(**fields)

    assert (answer.status_code, TOLD in text_of(answer)) == (200, False)
    assert not Notice.objects.exists()
