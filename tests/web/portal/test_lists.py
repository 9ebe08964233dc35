"""A patron's own lists: filled where she is, hers alone, and read by others only by a link that she gives them."""

import pytest

from accounts.models import AuditEntry
from patrons.models import Shelf, ShelvedTitle
from patrons.services import shelves
from tests.factories import NOW, ItemFactory, PatronFactory, RecordFactory


@pytest.fixture
def shelf(patron):
    """Return Ingrid's list "Summer" with two titles, "Bjerget" put there last."""
    made = shelves.add_shelf(patron=patron, name="Summer", now=NOW)
    for title in ("Ager", "Bjerget"):
        shelves.put_on_shelf(shelf=made, title=RecordFactory(title=title), now=NOW)
    return made


def titles(page):
    return [row["record"].title for row in page.context["titles"]]


def test_puts_a_title_on_a_first_list_and_goes_back_to_where_she_was(at_home, patron):
    record = RecordFactory(title="Lucky Per")

    answer = at_home.post("/me/lists/put", {"record": record.pk, "next": "/?q=lucky&page=2"})

    assert answer.headers["Location"] == f"/?q=lucky&page=2#keep-{record.pk}"
    [kept] = ShelvedTitle.objects.filter(shelf__patron=patron)
    assert (kept.record, kept.shelf.name) == (record, "To read")


def test_goes_to_no_other_site_after_it(at_home):
    record = RecordFactory()

    answer = at_home.post("/me/lists/put", {"record": record.pk, "next": "https://elsewhere.example/"})

    assert answer.headers["Location"] == f"/title/{record.pk}#keep-{record.pk}"


def test_answers_a_fragment_in_place(at_home, shelf):
    record = RecordFactory()

    answer = at_home.post("/me/lists/put", {"record": record.pk}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert f'<a href="/me/lists/{shelf.pk}" autofocus>' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_puts_a_title_on_a_list_by_name_and_on_each_once(at_home, patron, shelf):
    record = RecordFactory()

    for _ in range(2):
        at_home.post("/me/lists/put", {"record": record.pk, "list": "new", "name": "  For\u202e Bo "})
        at_home.post("/me/lists/put", {"record": record.pk, "list": shelf.pk})

    kept = ShelvedTitle.objects.filter(record=record, shelf__patron=patron)
    assert sorted(kept.values_list("shelf__name", flat=True)) == ["For Bo", "Summer"]


def test_the_record_page_says_on_which_lists_it_is(at_home, shelf):
    kept, other = shelf.titles.first().record, RecordFactory()

    assert f'<a href="/me/lists/{shelf.pk}">' in at_home.get(f"/title/{kept.pk}").content.decode()
    assert f'<a href="/me/lists/{shelf.pk}">' not in at_home.get(f"/title/{other.pk}").content.decode()


def test_a_list_is_ordered_by_when_and_by_title(at_home, shelf):
    assert titles(at_home.get(f"/me/lists/{shelf.pk}")) == ["Bjerget", "Ager"]
    assert titles(at_home.get(f"/me/lists/{shelf.pk}?sort=title")) == ["Ager", "Bjerget"]


def test_renames_takes_off_and_removes(at_home, shelf):
    title = shelf.titles.first()

    at_home.post(f"/me/lists/{shelf.pk}/rename", {"name": "Autumn"})
    at_home.post(f"/me/lists/{shelf.pk}/take-off", {"record": title.record_id})
    shelf.refresh_from_db()
    assert (shelf.name, shelf.titles.count()) == ("Autumn", 1)

    at_home.post(f"/me/lists/{shelf.pk}/remove")
    assert not Shelf.objects.exists()
    assert not ShelvedTitle.objects.exists()


def test_a_link_shows_the_list_to_anybody_until_it_is_taken_back(at_home, browse, shelf):
    stranger = browse("alpha.localhost")
    at_home.post(f"/me/lists/{shelf.pk}/share", {"shared": "1"})
    shelf.refresh_from_db()
    address = f"/lists/{shelf.share_key}"

    page = stranger.get(address)
    assert titles(page) == ["Bjerget", "Ager"]
    assert "Solvang" not in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert len(shelf.share_key) == 43

    at_home.post(f"/me/lists/{shelf.pk}/share", {"shared": "0"})
    assert stranger.get(address).status_code == 404
    at_home.post(f"/me/lists/{shelf.pk}/share", {"shared": "1"})
    assert stranger.get(address).status_code == 404


def test_a_shared_list_is_gone_with_its_owner(browse, patron, shelf):
    shared = shelves.share_shelf(shelf=shelf, is_shared=True)
    patron.left_at = NOW
    patron.save()

    assert browse("alpha.localhost").get(f"/lists/{shared.share_key}").status_code == 404


def test_nobody_reaches_another_patron_s_list(at_home, shelf):
    other = shelves.add_shelf(patron=PatronFactory(), name="Secret", now=NOW)
    shelves.put_on_shelf(shelf=other, title=RecordFactory(), now=NOW)
    record, address = other.titles.get().record_id, f"/me/lists/{other.pk}"

    assert at_home.get(address).status_code == 404
    for action, values in {"rename": {"name": "X"}, "share": {"shared": "1"}, "remove": {}, "take-off": {}}.items():
        assert at_home.post(f"{address}/{action}", {"record": record, **values}).status_code == 404
    assert at_home.post("/me/lists/put", {"record": record, "list": other.pk}).status_code == 404
    assert "Secret" not in at_home.get("/me/lists").content.decode()
    other.refresh_from_db()
    assert (other.name, other.share_key, other.titles.count()) == ("Secret", "", 1)


def test_a_stranger_logs_in_first(browser, shelf):
    for address in ("/me/lists", f"/me/lists/{shelf.pk}"):
        assert browser.get(address).headers["Location"].startswith("/log-in?")
    assert browser.get("/lists/").status_code == 404


def test_the_audit_log_tells_neither_whose_list_it_is_nor_what_is_on_it(at_home, patron, shelf):
    entries = AuditEntry.objects.filter(action="patrons.change_shelf")

    assert {entry.subject_type for entry in entries} == {"patrons.shelf"}
    assert [entry.facts for entry in entries] == [{}] * 3


@pytest.mark.parametrize(("name", "status"), [("", 422), ("\u200b \u202e", 422), ("x" * 5000, 302)])
def test_a_list_needs_a_name_that_can_be_seen(at_home, patron, name, status):
    assert at_home.post("/me/lists/add", {"name": name}).status_code == status
    assert [each.name for each in Shelf.objects.filter(patron=patron)] == (["x" * 80] if status == 302 else [])


def test_lists_and_titles_have_limits(at_home, patron, shelf, monkeypatch):
    monkeypatch.setattr(shelves, "MOST_SHELVES", 1)
    monkeypatch.setattr(shelves, "MOST_TITLES", 2)

    too_many = at_home.post("/me/lists/add", {"name": "Autumn"})
    full = at_home.post("/me/lists/put", {"record": RecordFactory().pk}, headers={"HX-Request": "true"})

    assert (too_many.status_code, full.status_code) == (409, 409)
    assert "You have 1 lists. Remove one first." in too_many.content.decode()
    assert "A list holds 2 titles. Use another one." in full.content.decode()
    assert (Shelf.objects.count(), ShelvedTitle.objects.count()) == (1, 2)


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "-1"])
def test_what_is_no_title_is_not_found(at_home, patron, number):
    assert at_home.post("/me/lists/put", {"record": number}).status_code == 404


def test_a_title_that_nobody_has_received_yet_is_on_order_and_not_on_loan(at_home, shelf, desk_branch):
    ordered, lent = (each.record for each in shelf.titles.order_by("record__title"))
    ItemFactory(record=ordered, home_branch=desk_branch, status="ON_ORDER")
    ItemFactory(record=lent, home_branch=desk_branch, status="ON_LOAN")
    ItemFactory(record=lent, home_branch=desk_branch, status="ON_ORDER")

    page = at_home.get(f"/me/lists/{shelf.pk}?sort=title").content.decode()

    assert page.count("On order") == page.count("On loan") == 1
    assert page.index("Ager") < page.index("On order") < page.index("Bjerget") < page.index("On loan")
