"""The municipality's rules, branches and calendars, kept in each process and read anew when one of them has changed.

Whether something has changed is asked in the database with every action: a version is computed from the rows' own
system columns and few contents, so no write, by whichever way, can forget to announce itself.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from string import Template
from typing import Any

from django.db import connection
from django.utils import timezone

from circulation.models import CirculationRule, TransferLimit
from circulation.rules.holds import FillingRules, ItemToFill, Network, Waiting
from circulation.rules.resolution import Level, Origin, Resolved, RuleRow, RuleSet, resolve
from circulation.rules.values import REGISTER, read_value
from circulation.rules.whose_rules import SECTION, Choices, choices_from
from circulation.selectors.template_rules import template_origin
from holdings.models import Branch, CalendarDay, ItemType, OpeningHours, YearlyClosedDay
from holdings.rules.calendars import Calendar, Hours
from patrons.models import Patron, PatronCategory
from tenants.keys import tenant_name
from tenants.models import Municipality, TemplateRule

# `xmin` and `cmin` tell which transaction and command wrote a row: their sum grows with every insert and update, and
# the count falls with a delete. Rows that others refer to carry their readers' marks there, so those are hashed.
_STAMP = "concat(count(*), '.', coalesce(sum(t.xmin::text::bigint * 97 + t.cmin::text::bigint), 0))"
VERSION_SQL = Template("""concat_ws(':',
    (SELECT $stamp FROM circulation_circulationrule t),
    (SELECT concat(m.template_id, '.', md5(m.settings::text), '.', (SELECT $stamp FROM public.tenants_templaterule t
                                        WHERE t.template_id = m.template_id))
       FROM public.tenants_municipality m WHERE m.schema_name = current_schema()),
    (SELECT md5(string_agg(concat_ws('|', t.id, t.code, t.name, t.kind, t.group_id, t.time_zone, t.is_pickup_place,
            t.is_open_for_business, t.lends_outside, t.position), '/' ORDER BY t.id)) FROM holdings_branch t),
    (SELECT $stamp FROM holdings_openinghours t),
    (SELECT $stamp FROM circulation_transferlimit t),
    (SELECT $stamp FROM holdings_yearlyclosedday t),
    (SELECT md5(string_agg(concat_ws('|', t.id, t.code, t.name, t.names::text, t.is_lent, t.parent_id), '/'
            ORDER BY t.id)) FROM holdings_itemtype t),
    (SELECT md5(string_agg(concat_ws('|', t.id, t.code, t.name, t.names::text, t.kind), '/' ORDER BY t.id))
       FROM patrons_patroncategory t))""").substitute(stamp=_STAMP)
CALENDAR_VERSION_SQL = Template(
    "(SELECT $stamp FROM holdings_calendarday t WHERE t.branch_id = %(branch)s)"
).substitute(stamp=_STAMP)

_CALENDAR_VERSIONS_SQL = Template("""SELECT t.branch_id, $stamp FROM holdings_calendarday t
    WHERE t.branch_id = ANY(%(branches)s) GROUP BY t.branch_id""").substitute(stamp=_STAMP)
# The stamp of a branch without a single closed or open day.
_NO_DAYS = "0.0"


@dataclass
class RuleBook:
    """Everything that rules are decided by in one municipality, as of one version.

    :ivar branches: by id, and `item_types` and `categories` likewise
    """

    version: str
    rules: RuleSet
    branches: dict[int, Branch]
    item_types: dict[int, ItemType]
    categories: dict[int, PatronCategory]
    weeks: dict[int, dict[int, Hours]]
    yearly: dict[int, frozenset[tuple[int, int]]]
    choices: Choices
    network: Network
    _resolved: dict[tuple[int, int | None, int | None, int | None, str | None, int], Resolved] = field(
        default_factory=dict
    )
    _calendars: dict[int, tuple[str, Calendar]] = field(default_factory=dict)

    def resolved(
        self,
        *,
        branch_id: int,
        category_id: int | None,
        item_type_id: int | None,
        residence: str | None = None,
        on: date | None = None,
        group_id: int | None = None,
    ) -> Resolved:
        """Return the values that hold at a branch for a patron category and an item type, None for any.

        :param branch_id: 0 for the whole municipality
        :param group_id: a branch group, for what holds in it whatever the branch

        :param residence: where the patron belongs, None for any
        :param on: the local day, today's if it isn't given
        """
        on = on or timezone.localdate()
        key = (branch_id, group_id, category_id, item_type_id, residence, self.rules.period(on))
        known = self._resolved.get(key)
        if known is None:
            branch = self.branches.get(branch_id)
            known = self._resolved[key] = resolve(
                self.rules,
                branch_id=branch_id,
                branch_group_id=branch.group_id if branch else group_id,
                patron_category=self.categories[category_id].code if category_id is not None else None,
                item_type=self.item_types[item_type_id].code if item_type_id is not None else None,
                residence=residence,
                on=on,
            )
        return known

    def resolved_for(self, patron: Patron, *, branch_id: int, item_type_id: int | None, on: date) -> Resolved:
        """Return the values that hold at a branch for a patron, wherever she belongs."""
        return self.resolved(
            branch_id=branch_id,
            category_id=patron.category_id,
            item_type_id=item_type_id,
            residence=self.choices.residence_of(patron.municipality_code),
            on=on,
        )

    def resolved_for_hold(
        self,
        *,
        pickup_id: int,
        category_id: int,
        patron_home_id: int,
        municipality_code: str,
        item_type_id: int | None,
        item_home_id: int | None,
        on: date,
    ) -> Resolved:
        """Return the values that a hold follows: those of the branch that the municipality has chosen for holds.

        :param item_type_id: and `item_home_id`, of an item that could fill it; None for what concerns no item
        """
        return self.resolved(
            branch_id=self.choices.branch_of_hold(
                pickup_id=pickup_id, patron_home_id=patron_home_id, item_home_id=item_home_id
            ),
            category_id=category_id,
            item_type_id=item_type_id,
            residence=self.choices.residence_of(municipality_code),
            on=on,
        )

    def filling(self, today: date, *, some_day: bool = False) -> FillingRules:
        """Return what decides which holds items may fill.

        :param some_day: leave out what stops an item only for a while
        """

        def for_hold(hold: Waiting, item: ItemToFill) -> Resolved:
            return self.resolved_for_hold(
                pickup_id=hold.pickup_branch_id,
                category_id=hold.category_id,
                patron_home_id=hold.patron_home_branch_id,
                municipality_code=hold.municipality_code,
                item_type_id=item.item_type_id,
                item_home_id=item.home_branch_id,
                on=today,
            )

        def for_item(item: ItemToFill) -> Resolved:
            return self.resolved(
                branch_id=item.home_branch_id, category_id=None, item_type_id=item.item_type_id, on=today
            )

        return FillingRules(for_hold, for_item, self.network, None if some_day else today)

    def group_of(self, branch_id: int) -> frozenset[int]:
        """Return the branches that share a branch's group, itself among them; none if it's in no group."""
        branch = self.branches.get(branch_id)
        if branch is None or branch.group_id is None:
            return frozenset()
        return frozenset(each.pk for each in self.branches.values() if each.group_id == branch.group_id)

    def wider_types(self, item_type_id: int) -> list[int]:
        """Return what an item type is a kind of, the nearest first; a ring of types is gone round once."""
        found: list[int] = []
        wider = self.item_types[item_type_id].parent_id
        while wider is not None and wider != item_type_id and wider not in found:
            found.append(wider)
            wider = self.item_types[wider].parent_id
        return found

    def kinds_of(self, item_type_id: int) -> frozenset[int]:
        """Return an item type and everything that's a kind of it."""
        kinds = (pk for pk in self.item_types if item_type_id in self.wider_types(pk))
        return frozenset((item_type_id, *kinds))

    def calendar(self, branch_id: int, version: str | None = None) -> Calendar:
        """Return a branch's calendar.

        :param version: as read with `CALENDAR_VERSION_SQL`; without it the version is asked for in a query
        """
        known = self._calendars.get(branch_id)
        if version is None:
            version = calendar_version(branch_id)
        if known is None or known[0] != version:
            days = CalendarDay.objects.filter(branch_id=branch_id).values_list("date", "is_open")
            exceptions: dict[date, bool] = dict(days)
            week = self.weeks.get(branch_id, {})
            yearly = self.yearly.get(branch_id, frozenset())
            calendar = Calendar(frozenset(week), exceptions, yearly, week)
            known = self._calendars[branch_id] = (version, calendar)
        return known[1]

    def refresh_calendars(self, branch_ids: Collection[int]) -> None:
        """Make sure that the calendars of these branches are as the database has them, all in one query."""
        versions = dict.fromkeys(branch_ids, _NO_DAYS) | dict(_calendar_versions(branch_ids))
        for branch_id, version in versions.items():
            self.calendar(branch_id, version)

    def known_calendar(self, branch_id: int) -> Calendar:
        """Return a calendar that was refreshed a moment ago, without asking the database."""
        return self._calendars[branch_id][1]


_books: dict[str, RuleBook] = {}


def rule_book(version: str | None = None) -> RuleBook:
    """Return the current municipality's rule book.

    :param version: as read with `VERSION_SQL` in a query of the caller's; without it a query asks for it
    """
    if version is None:
        version = _one_value(f"SELECT {VERSION_SQL}")
    schema = tenant_name()
    known = _books.get(schema)
    if known is None or known.version != version:
        known = _books[schema] = _read_book(version)
    return known


def known_choices() -> Choices:
    """Return what this process last knew of the municipality's choices; the next book tells if they still hold."""
    known = _books.get(tenant_name())
    return known.choices if known else Choices()


def calendar_version(branch_id: int) -> str:
    """Return the version of a branch's closed and open days."""
    return _one_value(f"SELECT {CALENDAR_VERSION_SQL}", {"branch": branch_id})


def _calendar_versions(branch_ids: Collection[int]) -> Iterable[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_CALENDAR_VERSIONS_SQL, {"branches": list(branch_ids)})
        return cursor.fetchall()


def _read_book(version: str) -> RuleBook:
    branches = {branch.pk: branch for branch in Branch.objects.all()}
    item_types = {item_type.pk: item_type for item_type in ItemType.objects.all()}
    categories = {category.pk: category for category in PatronCategory.objects.all()}
    weeks: dict[int, dict[int, Hours]] = {}
    for branch_id, weekday, *hours in OpeningHours.objects.values_list("branch_id", "weekday", "opens", "closes"):
        weeks.setdefault(branch_id, {})[weekday] = (hours[0], hours[1])
    yearly: dict[int, set[tuple[int, int]]] = {}
    for branch_id, month, day in YearlyClosedDay.objects.values_list("branch_id", "month", "day"):
        yearly.setdefault(branch_id, set()).add((month, day))
    own = [_own_row(row, categories, item_types) for row in CirculationRule.objects.all()]
    return RuleBook(
        version=version,
        rules=RuleSet([*own, *_template_rows()]),
        branches=branches,
        item_types=item_types,
        categories=categories,
        weeks=weeks,
        yearly={branch_id: frozenset(days) for branch_id, days in yearly.items()},
        choices=choices_from(_settings()),
        network=_network(branches),
    )


def _network(branches: dict[int, Branch]) -> Network:
    limits = TransferLimit.objects.values_list("from_branch_id", "to_branch_id", "item_type_id")
    return Network(
        groups={branch.pk: branch.group_id for branch in branches.values() if branch.group_id is not None},
        keeps_own=frozenset(branch.pk for branch in branches.values() if not branch.lends_outside),
        limits=frozenset(limits),
    )


def _own_row(row: CirculationRule, categories: dict[int, PatronCategory], item_types: dict[int, ItemType]) -> RuleRow:
    level = Level.MUNICIPALITY
    if row.branch_id or row.branch_group_id:
        level = Level.BRANCH if row.branch_id else Level.BRANCH_GROUP
    origin = Origin(
        level=level,
        row_id=row.pk,
        place_id=row.branch_id or row.branch_group_id,
        patron_category=categories[row.patron_category_id].code if row.patron_category_id else None,
        item_type=item_types[row.item_type_id].code if row.item_type_id else None,
        residence=row.residence or None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
    return RuleRow(origin, _read_values(row.values))


def _settings() -> dict[str, Any]:
    # Asked of the database, as it is in the version: a host's municipality is remembered for a while.
    settings = Municipality.objects.filter(schema_name=tenant_name()).values_list("settings", flat=True).first()
    return (settings or {}).get(SECTION, {})


def _template_rows() -> Iterable[RuleRow]:
    # The template that the municipality follows is asked of the database, as it is in the version.
    municipality = Municipality.objects.filter(schema_name=tenant_name()).values("template_id")
    for row in TemplateRule.objects.filter(template_id__in=municipality):
        yield RuleRow(template_origin(row), _read_values(row.values))


def _read_values(stored: dict[str, Any]) -> dict[str, Any]:
    # A name that a newer release wrote, or an older one left, must not stop the desk.
    return {name: read_value(name, value) for name, value in stored.items() if name in REGISTER}


def _one_value(sql: str, parameters: dict[str, Any] | None = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return str(cursor.fetchone()[0])
