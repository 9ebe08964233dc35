import uuid
from datetime import timedelta

from accounts.models import AuditEntry
from circulation.models import Hold, Loan
from circulation.services.holds import cancel_hold
from tests.factories import NOW, TODAY, BlockFactory, HoldFactory, LoanFactory, PatronFactory

SCAN = {"X-Scan": "1"}


def take_back(client, school_class, barcode, **fields):
    values = {"scan": barcode, "scan_id": str(uuid.uuid4()), "scan_number": "1"} | fields
    return client.post(f"/school/class/{school_class.pk}/return/scan", values, headers=SCAN)


def lend(pupils, pile, branch, **loan):
    return [
        LoanFactory(item=item, patron=pupil, lending_branch=branch, **loan)
        for item, pupil in zip(pile, pupils, strict=False)
    ]


def test_shows_everything_that_the_class_has(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch)

    page = school_client.get(f"/school/class/{school_class.pk}/return").content.decode()

    assert all(item.barcode in page for item in pile[:3])


def test_takes_a_pile_back(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch)

    answers = [take_back(school_client, school_class, item.barcode) for item in pile[:3]]

    assert [answer.headers["X-Scan-Kind"] for answer in answers] == ["ok"] * 3
    assert "Anna Pupil" in answers[0].content.decode()
    assert "The class has nothing on loan." in answers[2].content.decode()
    assert not Loan.objects.filter(returned_at__isnull=True).exists()


def test_offers_to_take_a_whole_set_back_and_no_single_item(school_client, school_class, pupils, pile, school_branch):
    other = LoanFactory(patron=pupils[0], lending_branch=school_branch, due_date=TODAY + timedelta(days=60))
    lend(pupils, pile, school_branch)
    barcodes = [item.barcode for item in pile[:3]]

    page = school_client.get(f"/school/class/{school_class.pk}/return").content.decode()
    after = take_back(school_client, school_class, barcodes[0]).content.decode()

    assert "Take back all 3 of Rubber-Tarzan …" in page
    assert f'data-scan-list="{chr(10).join([*barcodes, ""])}"' in page
    assert page.count("data-scan-list") == 1
    assert "Take back all 2 of Rubber-Tarzan …" in after
    assert other.item.barcode in after


def test_a_set_s_list_takes_back_only_what_the_class_still_has(
    school_client, school_class, pupils, pile, school_branch
):
    lend(pupils, pile, school_branch)
    Loan.objects.filter(item=pile[0]).update(returned_at=NOW, returned_to=school_branch)
    Loan.objects.filter(item=pile[1]).update(patron=PatronFactory())

    ended, another_s, still = [take_back(school_client, school_class, item.barcode, listed="1") for item in pile[:3]]

    assert [each.headers["X-Scan-Kind"] for each in (ended, another_s, still)] == ["stop", "stop", "ok"]
    assert "The loan has ended already." in ended.content.decode()
    assert "On loan to another patron." in another_s.content.decode()
    assert [loan.item for loan in Loan.objects.filter(returned_at=None)] == [pile[1]]


def test_a_set_s_list_that_is_sent_again_says_the_same(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch)
    scan_id = str(uuid.uuid4())

    once, again = [
        take_back(school_client, school_class, pile[0].barcode, listed="1", scan_id=scan_id) for _ in range(2)
    ]

    assert [each.headers["X-Scan-Kind"] for each in (once, again)] == ["ok", "ok"]


def test_says_when_it_is_late(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch, due_date=TODAY - timedelta(days=3))

    response = take_back(school_client, school_class, pile[0].barcode)

    assert response.headers["X-Scan-Kind"] == "notice"
    assert "3 days late" in response.content.decode()


def test_says_when_it_goes_to_the_hold_shelf(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch)
    HoldFactory(record=pile[0].record, pickup_branch=school_branch)

    response = take_back(school_client, school_class, pile[0].barcode)

    assert response.headers["X-Scan-Kind"] == "hold"
    assert "Hold shelf" in response.content.decode()


def test_an_item_of_somebody_else_is_taken_back_with_a_word(school_client, school_class, pile, school_branch):
    LoanFactory(item=pile[0], lending_branch=school_branch)

    assert "Somebody outside the class" in take_back(school_client, school_class, pile[0].barcode).content.decode()


def test_an_unknown_barcode_is_a_clear_stop(school_client, school_class):
    response = take_back(school_client, school_class, "4711")

    assert (response.status_code, response.headers["X-Scan-Kind"]) == (404, "stop")
    assert "No item has the barcode 4711." in response.content.decode()


def test_undo_takes_a_return_back(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch)
    take_back(school_client, school_class, pile[0].barcode)
    entry = AuditEntry.objects.get(action="circulation.check_in")

    response = school_client.post(f"/school/class/{school_class.pk}/undo/{entry.pk}", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert pile[0].barcode in response.content.decode()
    assert Loan.objects.filter(returned_at__isnull=True).count() == 3


def test_a_blocked_pupils_item_is_taken_back_all_the_same(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile, school_branch)
    BlockFactory(patron=pupils[0])

    assert take_back(school_client, school_class, pile[0].barcode).status_code == 200


def test_an_item_that_was_not_on_loan_says_so(school_client, school_class, pile):
    page = take_back(school_client, school_class, pile[0].barcode).content.decode()

    assert "Wasn't on loan" in page


def test_only_what_was_taken_back_is_counted_as_taken_back(school_client, school_class, pupils, pile, school_branch):
    lend(pupils, pile[:1], school_branch)

    lent, unlent = (take_back(school_client, school_class, item.barcode).content.decode() for item in pile[:2])

    # A row without a count of its own is counted as what the header of its answer says.
    assert "data-tally-as" not in lent
    assert '<tr data-tally-as="none">' in unlent


def test_undo_is_for_scans_only(school_client, school_class, school_branch):
    hold = HoldFactory(pickup_branch=school_branch)
    cancel_hold(hold=hold, staff=school_client.staff, now=NOW)
    entry = AuditEntry.objects.get(action="circulation.cancel_hold")

    assert school_client.post(f"/school/class/{school_class.pk}/undo/{entry.pk}").status_code == 404
    assert Hold.objects.get(pk=hold.pk).state == Hold.State.CANCELLED
