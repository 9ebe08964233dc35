"""Loads the demo: four municipalities with everything in them, once; a second time it only looks what is where."""

from array import array
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import StaffAccount
from bench.demo.authorities import keep_authorities
from bench.demo.classes import add_class_set, start_school
from bench.demo.copying import analyze, copy_in
from bench.demo.credentials import pin_of
from bench.demo.directory import write_directory
from bench.demo.facts import Town, towns
from bench.demo.layout import Layout, is_physical, lay_out
from bench.demo.nights import nights_before, pass_night
from bench.demo.numbering import Popularity
from bench.demo.people import Population
from bench.demo.records import Catalogued, catalogue_real_titles
from bench.demo.register import new_cards, register_many
from bench.demo.regulars import ROLES, Regulars, register_regulars, renew_pins
from bench.demo.scenes import Scenes
from bench.demo.staff import employ_operator, employ_staff, renew_passwords
from bench.demo.stock import Copies, Stock
from bench.demo.summaries import announce_holdings
from catalogue.services.libraries import set_cataloguing_library
from circulation.models import Loan
from holdings.models import Item
from patrons.models import Card, Patron
from tenants.choice import choose, choose_none
from tenants.models import Municipality
from tenants.services.consortium import ensure_consortium
from tenants.services.provision import provision

_SEED = 1
_PATRONS = 330
_ITEMS_A_TITLE = 2.5

Report = Callable[[str], None]


def load_demo(*, now: datetime, report: Report) -> Path:
    """Load what isn't there yet, and write `demo.json` from what's in the database; return where it is.

    Each municipality is one transaction: one that a crash cut off is loaded anew, and a loaded one is left alone.
    """
    choose_none()
    is_new_home = not (Path(settings.HOME) / "demo.json").exists()
    ensure_consortium()
    employ_operator()
    missing = [town for town in towns() if not _is_loaded(town)]
    if missing:
        report("The catalogue's titles")
        catalogued = catalogue_real_titles(now)
        keep_authorities(now)
        for town in missing:
            report(town.name)
            _load_town(town, catalogued, now.astimezone(ZoneInfo(town.time_zone)))
    if is_new_home:
        # Another installation's secret may have made the logins that are there.
        _renew_logins(town for town in towns() if town not in missing)
    return write_directory([(town, _municipality_of(town)) for town in towns()], now=now)


def _renew_logins(loaded: Iterable[Town]) -> None:
    choose_none()
    renew_passwords()
    for town in loaded:
        choose(_municipality_of(town))
        renew_passwords()
        renew_pins(town)
        choose_none()


def _municipality_of(town: Town) -> Municipality:
    return Municipality.objects.get(schema_name=town.schema)


def _is_loaded(town: Town) -> bool:
    """Return whether the municipality is there with everything, which the last row that loading writes tells."""
    choose_none()
    municipality = Municipality.objects.filter(schema_name=town.schema).first()
    return bool(municipality and municipality.settings.get("demo_loaded"))


def _load_town(town: Town, catalogued: list[Catalogued], now: datetime) -> None:
    municipality = _provisioned(town, now)
    choose(municipality)
    try:
        with transaction.atomic():
            _fill(town, catalogued, now)
            announce_holdings(now=now)
            municipality.settings = municipality.settings | {"demo_loaded": now.isoformat()}
            municipality.save(update_fields=["settings"])
        analyze(Patron, Card, Item, Loan)
    finally:
        choose_none()


def _provisioned(town: Town, now: datetime) -> Municipality:
    """Return the municipality with the demo's colours and numbers, put into service if it isn't."""
    municipality = Municipality.objects.filter(schema_name=town.schema).first()
    if municipality is None:
        municipality = provision(
            name=town.name,
            host_label=town.host,
            country=town.country,
            template_code=f"standard-{town.country.lower()}",
            population=town.population,
            now=now,
        ).municipality
    municipality.theme = town.theme
    municipality.barcode_schemes = town.barcode_schemes
    municipality.save(update_fields=["theme", "barcode_schemes"])
    # No member owns the demo's titles, and its cataloguers are to work on them.
    set_cataloguing_library(municipality=municipality, edits_national=True)
    return municipality


def _fill(town: Town, catalogued: list[Catalogued], now: datetime) -> None:
    layout = lay_out(town, today=now.date())
    accounts = employ_staff(town, layout)
    population = Population(town, seed=_SEED, today=now.date())
    regulars, people = _register(layout, population, accounts, now)
    own = _titles_of(town, catalogued)
    stock = Stock(layout, seed=_SEED, now=now)
    popularity = Popularity(int(len(own) * _ITEMS_A_TITLE), len(own))
    copy_in(Item, stock.items_of([Copies(one, max(1, popularity.deal())) for one in own]))
    add_class_set(next(one for one in own if one.title.title == town.class_set), layout=layout, stock=stock)
    scenes = Scenes(layout=layout, regulars=regulars, people=people, staff=accounts["librarian"], seed=_SEED, now=now)
    scenes.set_odd_items_aside()
    timeline = scenes.plan()
    for moment in nights_before(now):
        timeline.add(moment, pass_night)
    timeline.play()


def _register(
    layout: Layout, population: Population, accounts: dict[str, StaffAccount], now: datetime
) -> tuple[Regulars, array]:
    cards = list(islice(new_cards(layout), len(ROLES)))
    regulars = register_regulars(
        layout=layout, population=population, cards=cards, staff=accounts["librarian"], now=now
    )
    shared_pin = make_password(pin_of(layout.town.schema))
    start_school(
        layout=layout,
        population=population,
        pin_hash=shared_pin,
        staff=accounts["school"],
        now=now - timedelta(days=60),
    )
    people = register_many(_PATRONS, layout=layout, population=population, pin_hash=shared_pin, now=now)
    return regulars, people


def _titles_of(town: Town, catalogued: list[Catalogued]) -> list[Catalogued]:
    """Return the titles that the town has items of: so many in each language, spread over all of them."""
    own = []
    for language, wanted in town.record_languages.items():
        there = [one for one in catalogued if one.title.language == language and is_physical(one.title.material)]
        step = max(1.0, len(there) / wanted)
        own += [there[int(place * step)] for place in range(min(wanted, len(there)))]
    return own
