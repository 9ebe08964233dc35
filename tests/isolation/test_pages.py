"""Nobody in Alpha ever reads or changes anything of Beta's, whatever address she opens and whatever it names."""

import pytest
from django.db import connection
from django.urls import reverse

from catalogue.models import BibliographicRecord, ImportProfile
from tenants.models import Municipality
from tests.isolation.pages import ANYBODY, MAPS, OF_A_MUNICIPALITY, OF_THE_CONSORTIUM, may
from tests.isolation.visits import EVERYBODY, browser, cookies_of, operators_things, taken_back, values_of, visits
from web.account.sessions import PATRON_COOKIE, STAFF_COOKIE

MUNICIPALITY_MAP, CONSORTIUM_MAP = MAPS
BOTH = ("GET", "POST")
# A municipality's settings stand in its own row of a table that all share; that it's its own has a test below.
SETTINGS = ("public.tenants_municipality",)
SAVES_SETTINGS = dict.fromkeys(
    ("console:rule_settings", "console:message_settings", "console:privacy", "console:debts"), SETTINGS
)
# Records lie in the shared schema; whose one is, and who sees it, stands in its row.
ADDS_RECORDS = dict.fromkeys(
    ("desk:new_record", "desk:quick_record"), ("public.catalogue_bibliographicrecord", "public.catalogue_change")
)
# How a municipality imports records stands in rows of its own of tables that all share; tested below, too.
OF_IMPORTS = {"console:add_import_profile": ("public.catalogue_importprofile",)}
# So do the catalogues that they're fetched from.
NAMES_CATALOGUES = {"console:remote_targets": ("public.catalogue_remotetarget",)}
# And what a library has decided about its shelves.
KEEPS_SHELVES = {"console:cataloguing": ("public.catalogue_cataloguinglibrary",)}
# And where its people log in.
NAMES_PROVIDERS = {"console:sign_on": ("public.tenants_identityprovider",)}
WRITES_OUTSIDE = SAVES_SETTINGS | ADDS_RECORDS | OF_IMPORTS | NAMES_CATALOGUES | KEEPS_SHELVES | NAMES_PROVIDERS


@pytest.mark.parametrize("role", EVERYBODY)
def test_numbers_of_another_municipality_mean_nothing(towns, role):
    alpha, beta, _consortium = towns
    client = browser("alpha.localhost", **cookies_of(alpha, role))
    wrong = []

    for page, visit in visits(client, OF_A_MUNICIPALITY, MUNICIPALITY_MAP, beta.things, BOTH):
        is_refused = visit.is_turned_away or visit.status in (404, 405, 410)
        if (
            visit.status >= 500
            or (page.names_own_things and not is_refused)
            or (not may(role, page) and not visit.is_turned_away)
            or visit.leaks(beta.secrets)
            or visit.wrote_outside("alpha", *WRITES_OUTSIDE.get(visit.name, ()))
        ):
            wrong.append(f"{visit} {visit.leaks(beta.secrets)} {visit.wrote_outside('alpha')}")

    assert wrong == []


@pytest.mark.parametrize("name", SAVES_SETTINGS)
def test_settings_are_saved_for_ones_own_municipality_only(towns, name):
    alpha, beta, _consortium = towns
    client = browser("alpha.localhost", **cookies_of(alpha, "IT_ADMIN"))
    before = dict(Municipality.objects.values_list("schema_name", "settings"))

    with taken_back():
        client.post(
            reverse(name, urlconf=MUNICIPALITY_MAP), values_of(OF_A_MUNICIPALITY[name].sends or {}, beta.things)
        )
        connection.set_schema_to_public()
        after = dict(Municipality.objects.values_list("schema_name", "settings"))

    assert {schema for schema in before if after[schema] != before[schema]} == {"alpha"}


@pytest.mark.parametrize("name", ADDS_RECORDS)
def test_a_new_record_is_seen_by_its_own_library_only(towns, name):
    alpha, beta, _consortium = towns
    client = browser("alpha.localhost", **cookies_of(alpha, "LIBRARIAN"))

    with taken_back():
        client.post(
            reverse(name, urlconf=MUNICIPALITY_MAP), values_of(OF_A_MUNICIPALITY[name].sends or {}, beta.things)
        )
        connection.set_schema_to_public()
        newest = BibliographicRecord.objects.latest("pk")

    assert (newest.title, newest.is_local, newest.owner) == ("Good", True, "alpha")
    assert newest.visible_to == alpha.municipality


@pytest.mark.parametrize("name", OF_IMPORTS)
def test_what_is_kept_about_imports_is_ones_own(towns, name):
    alpha, beta, _consortium = towns
    client = browser("alpha.localhost", **cookies_of(alpha, "IT_ADMIN"))
    before = {each.pk for each in ImportProfile.objects.all()}

    with taken_back():
        client.post(
            reverse(name, urlconf=MUNICIPALITY_MAP), values_of(OF_A_MUNICIPALITY[name].sends or {}, beta.things)
        )
        connection.set_schema_to_public()
        owners = list(ImportProfile.objects.exclude(pk__in=before).values_list("municipality", flat=True))

    assert owners == [alpha.municipality.pk]


@pytest.mark.parametrize("role", EVERYBODY[1:])
def test_cookies_of_another_municipality_are_worth_nothing(towns, role):
    alpha, beta, _consortium = towns
    theirs = cookies_of(beta, role)
    value = list(theirs.values())[-1]
    client = browser("alpha.localhost", **theirs | {PATRON_COOKIE: value, STAFF_COOKIE: value})

    let_in = [
        str(visit)
        for page, visit in visits(client, OF_A_MUNICIPALITY, MUNICIPALITY_MAP, alpha.things, ("GET",))
        if (page.who != ANYBODY and not visit.is_turned_away) or visit.leaks(beta.secrets)
    ]

    assert let_in == []


@pytest.mark.parametrize("role", ["PATRON", "LIBRARIAN", "IT_ADMIN"])
def test_a_patrons_cookie_is_no_staff_cookie_and_the_other_way_round(towns, role):
    alpha, _beta, _consortium = towns
    (name, value), *_ = cookies_of(alpha, role).items()
    client = browser("alpha.localhost", **{STAFF_COOKIE if name == PATRON_COOKIE else PATRON_COOKIE: value})

    let_in = [
        str(visit)
        for page, visit in visits(client, OF_A_MUNICIPALITY, MUNICIPALITY_MAP, alpha.things, BOTH)
        if page.who != ANYBODY and not visit.is_turned_away
    ]

    assert let_in == []


def test_the_operators_cookie_opens_no_page_of_a_municipality(towns):
    alpha, _beta, consortium = towns
    client = browser("alpha.localhost", **cookies_of(consortium, "OPERATOR"))

    let_in = [
        str(visit)
        for page, visit in visits(client, OF_A_MUNICIPALITY, MUNICIPALITY_MAP, alpha.things, BOTH)
        if page.who != ANYBODY and not visit.is_turned_away
    ]

    assert let_in == []


@pytest.mark.parametrize("role", ["PATRON", "LIBRARIAN", "IT_ADMIN"])
def test_cookies_of_a_municipality_open_no_page_of_the_consortium(towns, role):
    alpha, _beta, consortium = towns
    (_name, value), *_ = cookies_of(alpha, role).items()
    client = browser("localhost", **{STAFF_COOKIE: value, PATRON_COOKIE: value})

    let_in = [
        str(visit)
        for page, visit in visits(client, OF_THE_CONSORTIUM, CONSORTIUM_MAP, operators_things(alpha, consortium), BOTH)
        if page.who != ANYBODY and not visit.is_turned_away
    ]

    assert let_in == []
