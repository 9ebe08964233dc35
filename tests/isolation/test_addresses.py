"""Every address says who may open it, and the table says the same."""

import pytest

from tests.isolation.pages import ANY_STAFF, ANYBODY, MACHINE, MAPS, OF_A_MUNICIPALITY, PATRON, addresses
from web.account.sessions import STAFF_AREAS

EVERY = [(url_map, *address) for url_map in MAPS for address in addresses(url_map)]
OPEN_PAGES = {name for name, page in OF_A_MUNICIPALITY.items() if page.who in (ANYBODY, PATRON)}
TABLE = "tests/isolation/pages.py"


def guard_of(view):
    """Return who may open a view, as its decorator says, or nothing when it has none."""
    view = getattr(view, "view_class", view)
    marks = [
        getattr(view, "staff_permission", None),
        PATRON if getattr(view, "patron_only", False) else None,
        ANYBODY if getattr(view, "open_to_all", False) else None,
        MACHINE if getattr(view, "kiosk_only", False) else None,
    ]
    found = [mark for mark in marks if mark]
    assert len(found) <= 1, f"{view} is guarded twice"
    return str(found[0]) if found else None


@pytest.mark.parametrize("url_map", MAPS)
def test_every_address_stands_in_the_table_and_the_table_has_no_other(url_map):
    names = [name for name, _path, _view in addresses(url_map)]

    assert len(names) == len(set(names)), "two addresses share a name"
    missing = sorted(set(names) - set(MAPS[url_map]))
    gone = sorted(set(MAPS[url_map]) - set(names))
    assert not missing, f"Write into {TABLE} who may open them and what they name: {missing}"
    assert not gone, f"These addresses are gone; take them out of {TABLE}: {gone}"


@pytest.mark.parametrize(("url_map", "name", "path", "view"), EVERY, ids=[f"{each[0]}-{each[1]}" for each in EVERY])
def test_a_view_is_guarded_as_the_table_says(url_map, name, path, view):
    guard = guard_of(view)

    assert guard, f"{path}: decorate its view with staff_only, patron_only or open_to_all"
    assert guard == str(MAPS[url_map][name].who), f"{path} is for {guard}, and {TABLE} says otherwise"


def test_staff_pages_lie_in_the_staff_areas_and_patrons_pages_outside():
    for _name, path, view in addresses("libsys.urls_municipality"):
        guard = guard_of(view)
        is_staff_area = path.startswith(STAFF_AREAS)

        if guard == PATRON:
            assert not is_staff_area, f"{path} is a patron's page, where her session isn't read"
        elif guard not in (ANYBODY, MACHINE):
            assert is_staff_area, f"{path} is a staff page; it belongs under one of {STAFF_AREAS}"


def test_the_pages_of_the_staff_areas_are_for_staff():
    public = {
        name
        for name, path, _view in addresses("libsys.urls_municipality")
        if path.startswith(STAFF_AREAS) and name in OPEN_PAGES
    }

    assert public == {
        "account:log_in",
        "account:log_out",
        "account:invitation",
        "account:accept_by_sign_on",
        "account:sign_on",
        "account:sign_on_back",
    }


def test_a_page_for_any_staff_shows_nothing_but_her_own():
    assert {name for name, page in OF_A_MUNICIPALITY.items() if page.who == ANY_STAFF} == {
        "account:overview",
        "account:second_factor",
        "account:second_factor_off",
        "account:columns",
        "account:connect",
        "account:branch",
        "account:keys",
        "account:lock",
        "account:unlock",
        "account:lock_pin",
    }
