"""What the desk reads of a scan: counts that rows carry, double scans, arrivals, slips, and who may override."""

from datetime import timedelta

import time_machine

from circulation.models import Loan
from tests.factories import NOW, BlockFactory, BranchFactory, ItemFactory, LoanFactory, TransitFactory

IN = "desk:check_in_scan"


def text_of(answer):
    return answer.content.decode()


def test_a_second_scan_in_the_same_visit_changes_nothing_and_says_so(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)
    before = Loan.objects.values().get()

    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        again = scan(librarian_client, item.barcode, patron=patron.pk)

    assert again.status_code == 200
    assert "Nothing changed" in text_of(again)
    assert 'data-tally-as="none"' in text_of(again)
    assert Loan.objects.values().get() == before


def test_a_second_scan_changes_nothing_where_renewals_are_not_allowed(librarian_client, patron, item, rules, scan):
    rules.values["renewals"] = 0
    rules.save()
    scan(librarian_client, item.barcode, patron=patron.pk)

    again = scan(librarian_client, item.barcode, patron=patron.pk)

    assert (again.status_code, "Nothing changed" in text_of(again)) == (200, True)


def test_a_scan_on_another_day_renews(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)

    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        again = scan(librarian_client, item.barcode, patron=patron.pk)

    assert "Renewed" in text_of(again)
    assert Loan.objects.get().renewals == 1


def test_an_arrival_says_where_it_came_from(librarian_client, desk_branch, rules, scan):
    east = BranchFactory(name="East Library")
    item = ItemFactory(home_branch=desk_branch, current_branch=east, status="IN_TRANSIT")
    TransitFactory(item=item, from_branch=east, to_branch=desk_branch)

    answer = text_of(scan(librarian_client, item.barcode, at=IN))

    assert "Arrived" in answer
    assert "From East Library." in answer
    assert "wasn't on loan" not in answer.replace("&#x27;", "'")


def test_a_return_to_the_shelf_takes_the_old_slip_away(librarian_client, item, scan):
    LoanFactory(item=item)

    answer = text_of(scan(librarian_client, item.barcode, at=IN))

    assert 'data-oob="#slip"' in answer
    assert "data-print-auto" not in answer


def test_rows_carry_what_they_count_as(librarian_client, patron, item, scan):
    LoanFactory(item=item, patron=patron, overdue=True)

    late = text_of(scan(librarian_client, item.barcode, at=IN))
    again = text_of(scan(librarian_client, item.barcode, at=IN))

    assert 'data-tally-as="notice"' in late
    assert 'data-tally-as="none"' in again


def test_an_undo_that_is_refused_leaves_the_row(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)
    lent = scan(librarian_client, item.barcode, at=IN)
    entry = text_of(lent).split("/desk/undo/")[1].split('"')[0]
    librarian_client.post(f"/desk/undo/{entry}", headers={"HX-Request": "true"})

    refused = librarian_client.post(f"/desk/undo/{entry}", headers={"HX-Request": "true"})

    assert refused.status_code == 409
    assert refused.headers["HX-Reswap"] == "afterend"


def test_tells_a_supervisor_that_she_herself_can_lift_a_block(supervisor_client, librarian_client, patron, item, scan):
    BlockFactory(patron=patron, reason="Two cases are missing")

    hers = text_of(scan(supervisor_client, item.barcode, patron=patron.pk)).replace("&#x27;", "'")
    anothers = text_of(scan(librarian_client, item.barcode, patron=patron.pk)).replace("&#x27;", "'")

    assert "You can lift the block" in hers
    assert "A supervisor can lift the block" in anothers


def test_says_why_there_is_no_override_when_only_a_part_may_be(librarian_client, patron, item, scan):
    BlockFactory(patron=patron, reason="Two cases are missing")
    item.status = "REFERENCE_ONLY"
    item.save()

    answer = text_of(scan(librarian_client, item.barcode, patron=patron.pk))

    assert "Check out in spite of it" not in answer
    assert "In the way stays: Blocked. Needs a supervisor" in answer
