"""The desk's pages about items in motion: what's said of one, lists of barcodes, inventory, tours, lists of items."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from circulation.models import Fee, Loan, LocalUse, RotatingCollection, Transit
from holdings.models import Item
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    RuleFactory,
    ShelvingLocationFactory,
    TransitFactory,
)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def report(librarian_client, item):
    """Return a function that says something of the item on its page, and follows back to it."""

    def report(what, note="", about=item):
        address = reverse("desk:report_item", args=[about.barcode])
        return librarian_client.post(address, {"what": what, "note": note}, follow=True)

    return report


# --- The item's page ---


def test_says_of_an_item_that_it_is_lost_and_undoes_it(librarian_client, report, item):
    page = text_of(report("lost"))

    item.refresh_from_db()
    assert item.status == "LOST"
    assert "Marked as lost." in page
    assert "Undo the newest" in page
    entry = page.split("/desk/undo/")[1].split('"')[0]
    back = librarian_client.post(f"/desk/undo/{entry}")
    item.refresh_from_db()
    assert (item.status, back.url) == ("AVAILABLE", f"/desk/items/{item.barcode}")


@pytest.mark.parametrize(
    ("what", "status"), [("missing", "MISSING"), ("damaged", "AVAILABLE"), ("withdraw", "WITHDRAWN")]
)
def test_says_what_became_of_it(report, item, what, status):
    report(what, "Torn at page 7")

    item.refresh_from_db()
    assert item.status == status


def test_damage_stands_on_the_page(report, item):
    assert "Torn at page 7" in text_of(report("damaged", "Torn at page 7"))
    assert "Repaired" in text_of(report("damaged", "Torn at page 7"))


def test_a_refusal_says_why(report, item):
    LoanFactory(item=item)

    assert "On loan to another patron." in text_of(report("missing"))


def test_claims_are_said_and_settled(librarian_client, report, patron, item, desk_branch):
    loan = LoanFactory(item=item, patron=patron, lending_branch=desk_branch)

    assert "The patron says since" in text_of(report("returned"))
    assert item.barcode in text_of(librarian_client.get(reverse("desk:claims")))
    assert "The patron says since" in text_of(librarian_client.get(reverse("desk:patron", args=[patron.pk])))
    report("take-back", "Found at home")
    loan.refresh_from_db()
    assert loan.claim == ""
    report("never-had")
    loan.refresh_from_db()
    assert (loan.claim, loan.returned_at is not None) == ("NEVER_HAD", True)


def test_an_unknown_report_is_not_there(librarian_client, item):
    assert librarian_client.post(reverse("desk:report_item", args=[item.barcode]), {"what": "eaten"}).status_code == 404


def test_keeps_an_item_in_another_and_takes_it_out(report, item, desk_branch):
    inner = ItemFactory(home_branch=desk_branch)

    assert "A bundle with 1 item" in text_of(report("into-bundle", inner.barcode))
    assert "Kept in a bundle" not in text_of(report("out-of-bundle", about=inner))
    inner.refresh_from_db()
    assert inner.bundle is None


# --- Parts and uses in the house ---


def test_asks_for_the_parts_at_check_in_and_charges_who_had_them(librarian_client, scan, patron, desk_branch):
    RuleFactory(values={"missing_part_fee": "15.00"}, branch=desk_branch)
    game = ItemFactory(home_branch=desk_branch, parts=2, parts_note="2 dice")
    LoanFactory(item=game, patron=patron, lending_branch=desk_branch)

    row = text_of(scan(librarian_client, game.barcode, at="desk:check_in_scan"))
    entry = row.split('name="entry" value="')[1].split('"')[0]
    answer = librarian_client.post(
        reverse("desk:note_parts", args=[game.barcode]),
        {"missing": "1", "entry": entry},
        headers={"HX-Request": "true"},
    )

    assert "Count: 2 parts. 2 dice" in row
    assert (answer.status_code, Fee.objects.get().patron) == (200, patron)
    assert "1 of 2 is missing" in text_of(answer)


@pytest.mark.parametrize("missing", ["", "3", "-1", "x"])
def test_refuses_a_count_that_can_not_be(librarian_client, desk_branch, missing):
    game = ItemFactory(home_branch=desk_branch, parts=2)

    answer = librarian_client.post(
        reverse("desk:note_parts", args=[game.barcode]), {"missing": missing}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 409
    assert "It has only 2 parts." in text_of(answer)


def test_counts_uses_in_the_house_until_that_is_ended(librarian_client, scan, item):
    begun = text_of(scan(librarian_client, "", at="desk:check_in_scan", command="use", new_use="1"))
    row = text_of(scan(librarian_client, item.barcode, at="desk:check_in_scan", use="1"))
    ended = text_of(scan(librarian_client, "", at="desk:check_in_scan", command="use", new_use=""))

    assert 'value="1"' in begun
    assert "Counted as used in the house." in row
    assert "until you end this" not in ended
    assert LocalUse.objects.get().item == item


def test_the_item_s_page_says_how_often_it_was_used_in_the_house(librarian_client, scan, item, desk_branch):
    address = reverse("desk:item", args=[item.barcode])
    assert "Uses in the house" not in text_of(librarian_client.get(address))
    LocalUse.objects.create(item=ItemFactory(home_branch=desk_branch), branch=desk_branch, used_at=NOW, used_on=TODAY)

    for day in range(2):
        LocalUse.objects.create(item=item, branch=desk_branch, used_at=NOW, used_on=TODAY - timedelta(days=day))

    assert '<dt>Uses in the house</dt><dd class="num">2</dd>' in text_of(librarian_client.get(address))


# --- Lists of barcodes ---


def _batch(client, **fields):
    return client.post(reverse("desk:batch"), {"does": "check-in", "form_id": "a-form", **fields})


def test_takes_back_a_list_with_a_result_for_each(librarian_client, desk_branch, item):
    loan = LoanFactory(item=item, lending_branch=desk_branch)

    page = text_of(_batch(librarian_client, barcodes=f"{item.barcode}\n39999\n"))

    assert "1 checked in" in page
    assert "1 refused" in page
    assert "No item has the barcode 39999." in page
    loan.refresh_from_db()
    assert loan.returned_at == NOW


def test_lends_a_list_from_a_file(librarian_client, patron, item):
    file = SimpleUploadedFile("list.csv", f"{item.barcode};Lucky Per\n".encode())

    page = text_of(_batch(librarian_client, does="check-out", card="2090000001", file=file))

    assert "1 checked out" in page
    assert Loan.objects.get().patron == patron


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"barcodes": "\n"}, "no barcode in the list"),
        ({"barcodes": "1", "does": "burn"}, "Choose whether"),
        ({"barcodes": "1", "does": "check-out", "card": "nobody"}, "No patron has this card."),
        ({"barcodes": "\n".join(map(str, range(501)))}, "may have 500"),
        ({"file": SimpleUploadedFile("list.txt", b"\xff\xfe\x00")}, "a text file"),
        ({"file": SimpleUploadedFile("list.txt", b"1" * 200_000)}, "too large"),
    ],
)
def test_refuses_a_list_that_can_not_be(librarian_client, rules, fields, problem):
    answer = _batch(librarian_client, **fields)

    assert answer.status_code == (413 if problem == "too large" else 422)
    assert problem in text_of(answer)


# --- Inventory ---


def test_takes_inventory_of_a_room(librarian_client, scan, desk_branch):
    room = ShelvingLocationFactory(branch=desk_branch)
    seen, gone = ItemFactory.create_batch(2, home_branch=desk_branch, location=room)
    since = (NOW - timedelta(minutes=5)).isoformat()
    asked = {"room": room.pk, "since": since}

    assert "2 items should stand here" in text_of(librarian_client.get(reverse("desk:inventory"), asked))
    assert scan(librarian_client, seen.barcode, at="desk:inventory_scan").headers["X-Scan-Kind"] == "ok"
    listed = text_of(librarian_client.get(reverse("desk:inventory"), {**asked, "compare": "1"}))
    assert (gone.barcode in listed, seen.barcode in listed) == (True, False)

    confirmed = librarian_client.post(
        reverse("desk:inventory_missing"), {**asked, "item": [gone.pk, seen.pk]}, follow=True
    )

    assert "1 item is marked as missing." in text_of(confirmed)
    assert list(Item.objects.filter(status="MISSING")) == [gone]


def test_says_where_an_item_belongs_that_stands_on_the_wrong_shelf(librarian_client, scan, desk_branch):
    room = ShelvingLocationFactory(branch=desk_branch, name="Fiction")
    item = ItemFactory(home_branch=desk_branch, location=room, call_number="sk Lin")
    begun = {"since": (NOW - timedelta(minutes=5)).isoformat(), "room": room.pk, "first": "sk A", "last": "sk B"}

    page = text_of(librarian_client.get(reverse("desk:inventory"), begun))
    answer = scan(librarian_client, item.barcode, at="desk:inventory_scan", room=room.pk, first="sk A", last="sk B")

    assert 'name="last" id="scan-last" value="sk B"' in page
    assert answer.headers["X-Scan-Kind"] == "notice"
    assert "Its place is sk Lin · Fiction." in text_of(answer)
    compared = librarian_client.get(reverse("desk:inventory"), {**begun, "compare": "1"})
    assert [each.barcode for each in compared.context["misplaced"]] == [item.barcode]
    assert "Fiction" in text_of(compared)


def test_says_what_is_out_of_place(librarian_client, scan, desk_branch):
    foreign = ItemFactory(home_branch=BranchFactory(name="East Library"))

    answer = scan(librarian_client, foreign.barcode, at="desk:inventory_scan")
    unknown = scan(librarian_client, "no-such", at="desk:inventory_scan")

    assert answer.headers["X-Scan-Kind"] == "notice"
    assert "It belongs to East Library." in text_of(answer)
    assert (unknown.status_code, unknown.headers["X-Scan-Kind"]) == (404, "stop")


# --- Tours ---


def test_plans_sends_receives_and_ends_a_tour(librarian_client, desk_branch, item):
    librarian_client.post(reverse("desk:rotations"), {"name": "Comics"})
    tour = RotatingCollection.objects.get()
    page = reverse("desk:rotation", args=[tour.pk])
    east = BranchFactory(name="East Library")

    def does(what, **fields):
        return text_of(librarian_client.post(page, {"what": what, **fields}, follow=True))

    does("add-stop", branch=east.pk, planned_on="2026-12-01")
    added = does("add-items", barcodes=f"{item.barcode}\n39999")
    assert ("1 item added." in added, "No item has the barcode 39999." in added) == (True, True)
    asked = text_of(librarian_client.get(page))
    assert ('data-dialog-open="#send-on"' in asked, 'name="what" value="send"' in asked) == (True, True)
    assert '<button class="btn btn-primary" name="what" value="send"' not in asked
    assert "Pack 1 item for East Library." in does("send")
    assert Transit.objects.get().to_branch == east
    does("add-stop", branch=desk_branch.pk)
    assert "Comics" in text_of(librarian_client.get(reverse("desk:rotations")))
    assert "The tour is over" in does("end")
    assert librarian_client.get(page).status_code == 404


def test_says_what_goes_on_without_its_items(librarian_client, desk_branch, item):
    tour = RotatingCollection.objects.create(name="Comics")
    tour.members.create(item=item)
    LoanFactory(item=item, lending_branch=desk_branch)
    tour.stops.create(branch=BranchFactory(name="East Library"), position=1)

    page = text_of(librarian_client.post(reverse("desk:rotation", args=[tour.pk]), {"what": "send"}, follow=True))

    assert "It goes on to East Library without 1 item, which follows when it&#x27;s checked in." in page
    assert "Pack" not in page
    assert ("on its way" in page, "is there now" in page) == (True, False)
    assert "on its way" in text_of(librarian_client.get(reverse("desk:rotations")))


def test_packs_what_is_there_and_says_what_follows(librarian_client, desk_branch, item):
    tour = RotatingCollection.objects.create(name="Comics")
    lent = [LoanFactory(lending_branch=desk_branch).item for _ in range(2)]
    for each in (item, *lent):
        tour.members.create(item=each)
    tour.stops.create(branch=BranchFactory(name="East Library"), position=1)

    page = text_of(librarian_client.post(reverse("desk:rotation", args=[tour.pk]), {"what": "send"}, follow=True))

    assert "Pack 1 item for East Library." in page
    assert "It goes on to East Library without 2 items, which follow when they&#x27;re checked in." in page


def test_receives_what_came_with_a_tour(librarian_client, desk_branch, rules):
    tour = RotatingCollection.objects.create(name="Comics")
    item = ItemFactory()
    tour.members.create(item=item)
    tour.stops.create(branch=desk_branch, position=1, sent_at=NOW)
    TransitFactory(item=item, from_branch=item.home_branch, to_branch=desk_branch, purpose="ROTATION")

    page = reverse("desk:rotation", args=[tour.pk])
    answer = librarian_client.post(page, {"what": "receive"}, follow=True)

    assert "1 item received." in text_of(answer)
    item.refresh_from_db()
    assert (item.status, item.current_branch) == ("AVAILABLE", desk_branch)


def test_a_name_that_is_taken_is_refused(librarian_client, desk_branch):
    RotatingCollection.objects.create(name="Comics")

    assert librarian_client.post(reverse("desk:rotations"), {"name": "Comics"}).status_code == 422


# --- Lists ---


def test_narrows_the_items_down(librarian_client, desk_branch, item):
    torn = ItemFactory(home_branch=desk_branch, is_damaged=True, damage_note="Torn", call_number="Zet")
    foreign = ItemFactory(is_damaged=True)

    def shown(**asked):
        page = text_of(librarian_client.get(reverse("desk:item_list"), asked))
        return {each for each in (item, torn, foreign) if each.barcode in page}

    assert shown() == {item, torn}
    assert shown(branch="") == {item, torn, foreign}
    assert shown(damaged="1") == {torn}
    assert shown(mark="ze") == {torn}
    assert shown(status="LOST") == set()
    assert shown(away="1") == set()
    assert shown(unseen="2026-11-19") == {item, torn}
    assert shown(room="7", type="x", status="EATEN", unseen="0001-01-01") == set()


def test_the_list_takes_the_same_statements_however_long(
    librarian_client, desk_branch, item, django_assert_max_num_queries
):
    ItemFactory.create_batch(20, home_branch=desk_branch)

    with django_assert_max_num_queries(20):
        librarian_client.get(reverse("desk:item_list"))


def test_lists_what_is_late_from_and_to_here(librarian_client, desk_branch, rules):
    east = BranchFactory(name="East Library")
    sent, coming, fresh = (
        TransitFactory(item=ItemFactory(), from_branch=start, to_branch=end, sent_at=NOW - timedelta(days=days))
        for start, end, days in ((desk_branch, east, 9), (east, desk_branch, 9), (east, desk_branch, 1))
    )

    page = text_of(librarian_client.get(reverse("desk:transits") + "?late=1"))

    assert [each.item.barcode in page for each in (sent, coming, fresh)] == [True, True, False]


def test_what_floats_says_where_it_belonged(librarian_client, scan, desk_branch, rules):
    east = BranchFactory(name="East Library")
    RuleFactory(values={"return_policy": "STAY"}, branch=east)
    loan = LoanFactory(item=ItemFactory(home_branch=east), lending_branch=east)

    row = text_of(scan(librarian_client, loan.item.barcode, at="desk:check_in_scan"))

    assert "It belongs here now. Until now it belonged to East Library." in row


def test_a_return_that_is_not_taken_names_the_branch(librarian_client, scan, desk_branch, rules):
    east = BranchFactory(name="East Library")
    RuleFactory(values={"returns_accepted": "HOME"}, branch=east)
    loan = LoanFactory(item=ItemFactory(home_branch=east), lending_branch=east)
    HoldFactory(record=loan.item.record, pickup_branch=desk_branch)

    answer = scan(librarian_client, loan.item.barcode, at="desk:check_in_scan")

    assert answer.status_code == 409
    assert "Ask for it to be returned at East Library." in text_of(answer)


def test_lends_for_use_in_the_library_until_that_is_ended(librarian_client, scan, patron, desk_branch):
    item = ItemFactory(home_branch=desk_branch, reference_only=True)

    begun = text_of(scan(librarian_client, "", patron=patron.pk, command="on-site", new_on_site="1"))
    lent = scan(librarian_client, item.barcode, patron=patron.pk, on_site="1")
    ended = text_of(scan(librarian_client, "", patron=patron.pk, command="end"))

    assert "stays in the library" in begun
    assert (lent.status_code, Loan.objects.get().is_on_site) == (200, True)
    assert 'id="scan-on_site" value=""' in ended


def test_the_desk_counts_before_it_lends(librarian_client, scan, patron, desk_branch):
    game = ItemFactory(home_branch=desk_branch, parts=2, parts_note="2 dice")

    row = text_of(scan(librarian_client, game.barcode, patron=patron.pk))

    assert "Count: 2 parts. 2 dice" in row
    assert reverse("desk:note_parts", args=[game.barcode]) in row


def test_counts_what_is_in_a_bundle(librarian_client, desk_branch):
    bundle = ItemFactory(home_branch=desk_branch)
    here, gone = ItemFactory.create_batch(2, home_branch=desk_branch, bundle=bundle)
    page = librarian_client.get(reverse("desk:item", args=[bundle.barcode])).content.decode()
    assert [page.count(f'name="{name}"') for name in ("seen", "listed")] == [2, 2]

    count = reverse("desk:count_bundle", args=[bundle.barcode])
    answer = librarian_client.post(count, {"seen": [here.barcode, "x"]}, follow=True)

    gone.refresh_from_db()
    assert gone.status == "MISSING"
    assert f"1 of 2 is missing: {gone.record.title} ({gone.barcode})" in text_of(answer)
    assert "Counted what" in text_of(answer)

    answer = librarian_client.post(count, {"seen": [here.barcode, gone.barcode]}, follow=True)

    gone.refresh_from_db()
    assert gone.status == "AVAILABLE"
    assert "All parts are there" in text_of(answer)


def test_what_a_colleague_has_put_in_since_the_page_was_read_is_not_missing(librarian_client, desk_branch):
    bundle = ItemFactory(home_branch=desk_branch)
    here, gone, new = ItemFactory.create_batch(3, home_branch=desk_branch, bundle=bundle)
    listed = [here.barcode, gone.barcode]

    librarian_client.post(reverse("desk:count_bundle", args=[bundle.barcode]), {"listed": listed, "seen": here.barcode})

    assert {each.barcode: each.status for each in bundle.bundled.all()} == {
        here.barcode: "AVAILABLE",
        gone.barcode: "MISSING",
        new.barcode: "AVAILABLE",
    }


def test_a_count_does_not_overwrite_a_colleague_s(librarian_client, desk_branch):
    bundle = ItemFactory(home_branch=desk_branch)
    first, second = ItemFactory.create_batch(2, home_branch=desk_branch, bundle=bundle)
    count, listed = reverse("desk:count_bundle", args=[bundle.barcode]), [first.barcode, second.barcode]
    librarian_client.post(count, {"listed": listed, "seen": first.barcode})

    answer = librarian_client.post(count, {"listed": listed, "seen": second.barcode}, follow=True)

    found = {each.barcode: each.status for each in bundle.bundled.all()}
    assert found == {first.barcode: "AVAILABLE", second.barcode: "MISSING"}
    assert "Something has changed since this was shown. Look at the new figures." in text_of(answer)
    assert text_of(answer).count('name="gone"') == 1
    librarian_client.post(count, {"listed": listed, "gone": second.barcode, "seen": listed})
    assert set(bundle.bundled.values_list("status", flat=True)) == {"AVAILABLE"}


def test_says_that_nothing_is_kept_in_an_item_that_is_no_bundle(librarian_client, desk_branch):
    item = ItemFactory(home_branch=desk_branch)

    answer = librarian_client.post(reverse("desk:count_bundle", args=[item.barcode]), {"seen": "x\x1b"}, follow=True)

    assert "Nothing is kept in this item." in text_of(answer)


def test_cancels_a_late_transit_and_offers_to_undo_it(librarian_client, desk_branch, rules):
    east = BranchFactory(name="East Library")
    item = ItemFactory(home_branch=east, status="IN_TRANSIT")
    TransitFactory(item=item, from_branch=desk_branch, to_branch=east, sent_at=NOW - timedelta(days=9))
    late = text_of(librarian_client.get(reverse("desk:transits") + "?late=1"))
    assert 'value="cancel-transit"' in late
    assert 'value="cancel-transit"' in text_of(librarian_client.get(reverse("desk:item", args=[item.barcode])))

    report = reverse("desk:report_item", args=[item.barcode])
    answer = librarian_client.post(report, {"what": "cancel-transit"}, follow=True)

    item.refresh_from_db()
    assert (item.status, item.current_branch) == ("AVAILABLE", desk_branch)
    assert "The transit is cancelled." in text_of(answer)
    assert "Undo the newest" in text_of(answer)
    again = librarian_client.post(report, {"what": "cancel-transit"}, follow=True)
    assert "on its way any more." in text_of(again)


def test_an_undone_line_of_a_list_keeps_its_number_and_the_list_s_columns(librarian_client, patron, item):
    form = {"does": "check-out", "form_id": "a-list", "card": "2090000001", "barcodes": item.barcode}
    listed = librarian_client.post(reverse("desk:batch"), form).content.decode()
    [address] = set(re.findall(r"/desk/undo/\d+\?row=1", listed))

    undone = librarian_client.post(address, headers={"HX-Request": "true"}).content.decode()

    assert listed.split("<tbody>")[1].count("<td") == undone.count("<td") == 5
    assert '<td class="n">1</td>' in undone
    assert not Loan.objects.filter(returned_at=None).exists()


def test_a_late_transit_is_settled_from_its_row_and_the_list_goes_on(librarian_client, desk_branch, item):
    transit = TransitFactory(item=item, to_branch=desk_branch, sent_at=NOW - timedelta(days=30))
    address = reverse("desk:report_item", args=[item.barcode])

    answer = librarian_client.post(address, {"what": "missing", "back": "transits"}, follow=True)

    assert answer.redirect_chain == [(f"{reverse('desk:transits')}?late=1", 302)]
    page = text_of(answer)
    assert "Lucky Per: Marked as missing." in page
    assert "Nothing is late on its way from or to here." in page
    transit.refresh_from_db()
    assert transit.cancelled_at == NOW
