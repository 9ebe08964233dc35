"""Cases that are about what a page says: where an item is now, numbers of two kinds, a neighbour's."""

import pytest
from django.db import connection

from circulation.models import Loan
from patrons.models import Patron
from tests.factories import BranchFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory

CHECK_IN = "desk:check_in_scan"


def text_of(answer):
    return answer.content.decode()


def test_ii_e8_the_answer_to_a_check_in_and_the_slip_name_the_place_where_it_goes(
    librarian_client, desk_branch, rules, scan
):
    home = BranchFactory(name="East Library")
    item = ItemFactory(home_branch=home)
    LoanFactory(item=item, lending_branch=home)

    answer = text_of(scan(librarian_client, item.barcode, at=CHECK_IN))

    assert "East Library" in answer
    assert "East Library" in text_of(librarian_client.get(f"/desk/slips/transit/{item.pk}"))


def test_ii_e8_what_floats_is_shown_at_its_new_branch_and_travels_nowhere(librarian_client, desk_branch, rules, scan):
    home = BranchFactory(name="East Library")
    RuleFactory(branch=home, values={"return_policy": "STAY"})
    item = ItemFactory(home_branch=home)
    LoanFactory(item=item, lending_branch=home)

    answer = text_of(scan(librarian_client, item.barcode, at=CHECK_IN))

    assert 'data-to="shelf"' in answer
    assert "/desk/slips/transit/" not in answer
    assert "It belongs here now." in answer
    assert "Main Library" in text_of(librarian_client.get(f"/desk/items/{item.barcode}"))


@pytest.fixture
def twins(desk_branch, rules):
    """Return an item and a patron with one and the same number."""
    return ItemFactory(home_branch=desk_branch, barcode="2090000099"), PatronFactory(card="2090000099")


def test_ii_f10_check_in_takes_a_number_for_an_item_s_whoever_has_a_card_with_it(librarian_client, twins, scan):
    item, _owner = twins
    loan = LoanFactory(item=item)

    scan(librarian_client, "2090000099", at=CHECK_IN)

    loan.refresh_from_db()
    assert loan.returned_at is not None


def test_ii_f10_check_out_takes_it_for_a_card_first_and_for_the_item_while_somebody_is_served(
    librarian_client, twins, patron, scan
):
    item, owner = twins

    assert f'value="{owner.pk}"' in text_of(scan(librarian_client, "2090000099"))
    scan(librarian_client, "2090000099", patron=patron.pk)

    assert (Loan.objects.get().item, Loan.objects.get().patron) == (item, patron)


def test_ii_f8_f9_a_neighbour_s_card_and_item_are_unknown_and_nothing_of_them_is_told(
    librarian_client, patron, alpha, beta, scan
):
    connection.set_tenant(beta)
    theirs = ItemFactory(barcode="3099999997", record__title="Theirs alone")
    LoanFactory(item=theirs, patron=PatronFactory(family_name="Zqtheirs", card="2099999997"))
    connection.set_tenant(alpha)

    answers = [
        scan(librarian_client, "2099999997"),
        scan(librarian_client, "Zqtheirs"),
        scan(librarian_client, "3099999997", patron=patron.pk),
        scan(librarian_client, "3099999997", at=CHECK_IN),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not [answer for answer in answers if "Theirs alone" in text_of(answer)]
    assert not Loan.objects.exists()


def test_ii_l7_a_protected_name_is_its_alias_on_panel_slip_and_list(librarian_client, desk_branch, item, patron, scan):
    Patron.objects.filter(pk=patron.pk).update(alias="Reader One")
    shown = [
        text_of(scan(librarian_client, "2090000001")),
        text_of(scan(librarian_client, item.barcode, patron=patron.pk)),
    ]
    shown.append(text_of(librarian_client.get(f"/desk/patrons/{patron.pk}")))

    assert ["Reader One" in page for page in shown][::2] == [True, True]
    assert not [page for page in shown if "Solvang" in page]
