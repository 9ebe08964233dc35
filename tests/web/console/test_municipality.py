from datetime import time, timedelta

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule
from holdings.models import Branch, CalendarDay, ItemType, OpeningHours
from patrons.models import PatronCategory
from tenants.models import JobRun, Municipality
from tests.factories import (
    TODAY,
    BranchFactory,
    ItemTypeFactory,
    PatronCategoryFactory,
    RuleFactory,
    StaffAccountFactory,
)
from web.ui.theme import DEFAULTS

PAGES = [
    "",
    "rules",
    "rules/case",
    "rules/settings",
    "rules/history",
    "branches",
    "branches/add",
    "branches/closing",
    "branches/groups",
    "staff",
    "staff/add",
    "kinds",
    "kinds/types/add",
    "kinds/categories/add",
    "notices",
    "notices/OVERDUE_1/da",
    "outbox",
    "import",
    "jobs",
    "settings",
    "audit",
]


@pytest.fixture
def branch(alpha):
    RuleFactory()
    return BranchFactory(name="Main Library", code="main")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_an_administrator(admin_client, branch, page):
    assert admin_client.get(f"/console/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_closed_to_others(librarian_client, school_client, client_of_alpha, page):
    assert librarian_client.get(f"/console/{page}").status_code == 403
    assert school_client.get(f"/console/{page}").status_code == 403
    assert client_of_alpha.get(f"/console/{page}").status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "branches/999999",
        "staff/999999",
        "kinds/types/999999",
        "kinds/categories/999999",
        "notices/NOTHING/da",
        "notices/OVERDUE_1/xx",
        "outbox/999999",
        "import/999999",
        "rules?name=nothing",
        "rules?branch=999999",
    ],
)
def test_what_is_not_there_is_a_404(admin_client, branch, address):
    assert admin_client.get(f"/console/{address}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["rules?branch=x&category=y&type=z", "rules?name=loan_days&category=%F0%9F%93%9A", "outbox?state=x&before=y"],
)
def test_nonsense_in_the_address_counts_as_not_given(admin_client, branch, query):
    assert admin_client.get(f"/console/{query}").status_code == 200


def test_begins_with_what_needs_the_administrator(admin_client, alpha, now):
    BranchFactory(name="Shut Library", open_on=())
    JobRun.objects.create(
        municipality=alpha, job="overdue-fees", local_day=TODAY, state="FAILED", started_at=now, problem="DiskFull"
    )

    page = admin_client.get("/console/").content.decode()

    assert "Shut Library has no opening hours" in page
    assert "Overdue fees failed" in page
    assert "DiskFull" in page


# --- Branches ---


def test_adds_a_branch(admin_client, branch):
    response = admin_client.post(
        "/console/branches/add", {"code": "south", "name": "South", "kind": "PUBLIC", "is_open_for_business": "on"}
    )

    south = Branch.objects.get(code="south")
    assert (response.url, south.time_zone) == (f"/console/branches/{south.pk}", "Europe/Copenhagen")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "main"}, "code"),
        ({"code": "Å B"}, "code"),
        ({"code": ""}, "code"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"kind": "CASTLE"}, "kind"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_says_beside_the_field_what_is_wrong_with_a_branch(admin_client, branch, fields, field):
    values = {"code": "south", "name": "South", "kind": "PUBLIC", "is_open_for_business": "on"} | fields

    response = admin_client.post("/console/branches/add", values)

    assert (response.status_code, field in response.context["form"].errors) == (422, True)
    assert Branch.objects.count() == 1


def test_the_last_branch_stays_open_for_business(admin_client, branch):
    response = admin_client.post(f"/console/branches/{branch.pk}", {"name": "Main", "kind": "PUBLIC"})

    branch.refresh_from_db()
    assert (response.status_code, branch.is_open_for_business) == (422, True)


def test_sets_the_weekly_hours(admin_client, branch):
    admin_client.post(f"/console/branches/{branch.pk}/hours", {"opens-0": "08:00", "closes-0": "22:00"})

    hours = OpeningHours.objects.get(branch=branch)
    assert (hours.weekday, hours.opens, hours.closes) == (0, time(8), time(22))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"opens-0": "08:00"}, "needs both times, or neither"),
        ({"opens-0": "22:00", "closes-0": "08:00"}, "it closes before it opens"),
        ({}, "has to be open on some day"),
        ({"opens-0": "nonsense", "closes-0": "22:00"}, "needs both times, or neither"),
    ],
)
def test_refuses_hours_that_can_not_be(admin_client, branch, fields, sentence):
    before = OpeningHours.objects.count()

    response = admin_client.post(f"/console/branches/{branch.pk}/hours", fields)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert OpeningHours.objects.count() == before


def test_closes_and_reopens_a_day(admin_client, branch):
    address, day = f"/console/branches/{branch.pk}/days", TODAY + timedelta(days=9)

    admin_client.post(address, {"day": day.isoformat(), "what": "close", "reason": "Outing"})
    assert CalendarDay.objects.get().is_open is False
    assert "Outing" in admin_client.get(f"/console/branches/{branch.pk}").content.decode()

    admin_client.post(address, {"day": day.isoformat(), "what": "clear"})
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-45", "99999-01-01"])
def test_refuses_a_day_that_is_none(admin_client, branch, day):
    response = admin_client.post(f"/console/branches/{branch.pk}/days", {"day": day, "what": "close"})

    assert response.status_code == 422
    assert "Choose a day." in response.content.decode()
    assert not CalendarDay.objects.exists()


def test_adds_the_countrys_holidays_once(admin_client, branch):
    admin_client.post(f"/console/branches/{branch.pk}/holidays")
    added = CalendarDay.objects.count()

    admin_client.post(f"/console/branches/{branch.pk}/holidays")

    assert added > 20
    assert CalendarDay.objects.count() == added


# --- Types, categories, settings ---


def test_adds_and_changes_a_type_and_a_category(admin_client, branch):
    admin_client.post("/console/kinds/types/add", {"code": "game", "name": "Game", "is_lent": "on"})
    admin_client.post("/console/kinds/categories/add", {"code": "guest", "name": "Guest", "kind": "ADULT"})
    game, guest = ItemType.objects.get(code="game"), PatronCategory.objects.get(code="guest")

    admin_client.post(f"/console/kinds/types/{game.pk}", {"name": "Board game"})
    admin_client.post(f"/console/kinds/categories/{guest.pk}", {"name": "Visitor", "kind": "ADULT"})

    game.refresh_from_db()
    guest.refresh_from_db()
    assert (game.name, game.is_lent, guest.name) == ("Board game", False, "Visitor")


@pytest.mark.parametrize(
    "fields", [{"code": "Å", "name": "x"}, {"code": "book", "name": "x"}, {"code": "new", "name": ""}]
)
def test_refuses_a_type_without_a_name_or_a_code_of_its_own(admin_client, branch, fields):
    ItemTypeFactory(code="book")

    assert admin_client.post("/console/kinds/types/add", fields).status_code == 422
    assert ItemType.objects.count() == 1


LOOK = DEFAULTS | {"radius": "8px"}


def test_changes_the_colours(admin_client, alpha):
    response = admin_client.post("/console/settings/look", LOOK | {"brand": "#0b5aa2"})

    assert response.status_code == 302
    assert Municipality.objects.get(pk=alpha.pk).theme["brand"] == "#0b5aa2"
    assert AuditEntry.objects.filter(action="tenants.change_look").exists()


@pytest.mark.parametrize("colour", ["#ffff00", "#abc", "red", "", "#000000;}", "#gggggg"])
def test_refuses_a_colour_that_somebody_could_not_read(admin_client, alpha, colour):
    response = admin_client.post("/console/settings/look", LOOK | {"brand": colour})

    assert (response.status_code, "brand" in response.context["look"].errors) == (422, True)
    assert Municipality.objects.get(pk=alpha.pk).theme == {}


BARCODES = {
    "item_prefix": "5",
    "item_length": "10",
    "item_check_digit": "mod10",
    "card_prefix": "7751",
    "card_length": "12",
    "card_check_digit": "mod11",
}


def test_changes_how_items_and_cards_are_numbered(admin_client, alpha):
    assert admin_client.post("/console/settings/barcodes", BARCODES).status_code == 302

    schemes = Municipality.objects.get(pk=alpha.pk).barcode_schemes
    assert schemes["card"] == {"prefix": "7751", "length": 12, "check_digit": "mod11"}


@pytest.mark.parametrize(
    "fields",
    [
        {"item_length": "3"},
        {"item_length": "x"},
        {"item_prefix": "å"},
        {"item_prefix": "123456789"},
        {"item_check_digit": "mod97"},
        {"item_prefix": "7751", "item_length": "12", "item_check_digit": "mod11"},
    ],
)
def test_refuses_barcodes_that_can_not_be(admin_client, alpha, fields):
    before = Municipality.objects.get(pk=alpha.pk).barcode_schemes

    assert admin_client.post("/console/settings/barcodes", BARCODES | fields).status_code == 422
    assert Municipality.objects.get(pk=alpha.pk).barcode_schemes == before


# --- Rules ---


def test_sets_and_resets_a_rule_for_one_cell(admin_client, branch):
    child = PatronCategoryFactory(child=True)
    cell = {"name": "loan_days", "branch": branch.pk, "category": "child", "type": ""}

    admin_client.post("/console/rules/change", cell | {"value": "42"})

    rule = CirculationRule.objects.get(branch=branch)
    assert (rule.patron_category, rule.values) == (child, {"loan_days": 42})
    page = admin_client.get(f"/console/rules?name=loan_days&branch={branch.pk}&category=child")
    assert (page.context["cell"]["text"], page.context["cell"]["is_own"]) == ("42 days", True)

    admin_client.post("/console/rules/change", cell | {"reset": "1"})
    page = admin_client.get(f"/console/rules?name=loan_days&branch={branch.pk}&category=child")
    assert (page.context["cell"]["text"], page.context["cell"]["is_own"]) == ("28 days", False)


@pytest.mark.parametrize("stale", [{"category": "gone"}, {"type": "gone"}])
def test_a_cell_that_is_gone_is_not_the_cell_for_everybody(admin_client, branch, stale):
    before = list(CirculationRule.objects.values("values"))

    assert admin_client.post("/console/rules/change", {"name": "loan_days", "value": "42"} | stale).status_code == 404
    assert list(CirculationRule.objects.values("values")) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loan_days", "x"),
        ("loan_days", "0"),
        ("loan_days", "99999"),
        ("loan_days", ""),
        ("fee_cap", "much"),
        ("due_mode", "NEVER"),
        ("is_lent", "maybe"),
        ("fixed_due_date", "2026-99-99"),
        ("fixed_yearly_day", "02-29"),
        ("fixed_yearly_day", "2027-06-20"),
        ("fixed_yearly_day", "20 June"),
        ("fixed_yearly_day", ""),
        ("fee_steps", "8: x / y"),
        ("fee_steps", "8: 60.00 / 30.00\n1: 20.00 / 10.00"),
        ("notice_steps", "NOTHING: 1"),
    ],
)
def test_refuses_a_value_that_can_not_be_and_says_why(admin_client, branch, name, value):
    before = list(CirculationRule.objects.values("values"))

    response = admin_client.post("/console/rules/change", {"name": name, "value": value})

    assert response.status_code == 422
    assert list(CirculationRule.objects.values("values")) == before


def test_sets_a_day_that_every_year_has_and_reads_it_back(admin_client, branch):
    changed = {"name": "fixed_yearly_day", "value": "6-5"}

    assert admin_client.post("/console/rules/change", changed).status_code == 302
    cell = admin_client.get("/console/rules?name=fixed_yearly_day").context["cell"]
    assert (cell["text"], cell["form_text"]) == ("June 5", "06-05")


def test_names_the_kinds_of_notices_when_one_is_unknown(admin_client, branch):
    response = admin_client.post("/console/rules/change", {"name": "notice_steps", "value": "NOTHING: 1"})

    text = "There&#x27;s no “NOTHING”. Write one of these: OVERDUE_1, OVERDUE_2, OVERDUE_3, INVOICE."
    assert text in response.content.decode()


def test_explains_which_row_won(admin_client, branch):
    ItemTypeFactory(code="film", name="Film")
    film = ItemType.objects.get(code="film")
    CirculationRule.objects.create(item_type=film, values={"loan_days": 7})

    page = admin_client.get("/console/rules?name=loan_days&type=film")

    assert page.context["cell"]["text"] == "7 days"
    assert [(each["text"], each["wins"]) for each in page.context["cell"]["candidates"]] == [
        ("7 days", True),
        ("28 days", False),
    ]


def test_every_value_of_the_register_has_its_page(admin_client, branch):
    for choice in admin_client.get("/console/rules").context["choices"]:
        assert admin_client.get(f"/console/rules?name={choice['name']}").status_code == 200


# --- Staff ---


def test_adds_an_account_with_work_places_and_shows_the_link(admin_client, branch):
    response = admin_client.post(
        "/console/staff/add",
        {"username": "mette", "name": "Mette", "email": "", "role": "LIBRARIAN", "branches": [branch.pk]},
    )

    assert response.context["link"].startswith("http://alpha.localhost/account/invitation/")
    assert response.context["account"].work_places.get().branch == branch


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "TAKEN"}, "username"),
        ({"username": ""}, "username"),
        ({"role": "OPERATOR"}, "role"),
        ({"role": ""}, "role"),
        ({"branches": ["999999"]}, "branches"),
        ({"email": "x"}, "email"),
    ],
)
def test_refuses_an_account_that_can_not_be(admin_client, branch, fields, field):
    StaffAccountFactory(username="taken")
    values = {"username": "mette", "name": "Mette", "email": "", "role": "LIBRARIAN", "branches": []} | fields

    response = admin_client.post("/console/staff/add", values)

    assert (response.status_code, field in response.context["form"].errors) == (422, True)


def test_the_last_administrator_stays_one(admin_client, branch):
    response = admin_client.post(
        f"/console/staff/{admin_client.staff.pk}", {"name": "Ida", "role": "LIBRARIAN", "is_active": "on"}
    )

    admin_client.staff.refresh_from_db()
    assert (response.status_code, admin_client.staff.role) == (422, "IT_ADMIN")


def test_switches_an_account_off(admin_client, branch):
    account = StaffAccountFactory()

    admin_client.post(f"/console/staff/{account.pk}", {"name": account.name, "role": account.role})

    account.refresh_from_db()
    assert account.is_active is False


def test_a_new_invitation_ends_the_one_before(admin_client, branch):
    account = StaffAccountFactory()
    first = admin_client.post(f"/console/staff/{account.pk}/invite").context["link"]
    second = admin_client.post(f"/console/staff/{account.pk}/invite").context["link"]

    assert first != second
    assert account.invitations.count() == 1


def test_opening_hours_that_are_wrong_stay_as_they_were_typed(admin_client, branch):
    form = {"opens-0": "09:15", "closes-0": "", "opens-1": "11:00", "closes-1": "17:45"}

    answer = admin_client.post(f"/console/branches/{branch.pk}/hours", form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="opens-0" value="09:15"' in page
    assert 'name="closes-1" value="17:45"' in page
    assert OpeningHours.objects.filter(branch=branch, opens=time(9, 15)).count() == 0
