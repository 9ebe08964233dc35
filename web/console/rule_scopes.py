"""For whom, what, where and when a page of rules is about, as its address says it, and what that's called."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from circulation.rules.resolution import Level, Origin, Resolved, RuleRow
from circulation.rules.values import REGISTER
from circulation.rules.whose_rules import Residence
from circulation.selectors.rule_books import RuleBook
from circulation.services.rules import RuleScope
from holdings.selectors import get_branch_group
from web.ui.named import named
from web.words.rule_rows import dimension_texts

FIRST = "loan_days"


@dataclass(frozen=True)
class Place:
    """Where, for whose residents and from when.

    :ivar branch_id: 0 for the whole municipality or a group
    :ivar since: the first day of rows that begin to hold one day; None for those that always hold
    """

    branch_id: int = 0
    group: Any = None
    residence: str = ""
    since: date | None = None

    @property
    def where(self) -> str:
        """The place as an address and a form say it."""
        return f"g{self.group.pk}" if self.group else str(self.branch_id or "")

    def url(self, name: str, category: Any = None, item_type: Any = None) -> str:
        """Return the address of a value's matrix, with a cell of it."""
        asked = {
            "name": name,
            "branch": self.where,
            "home": self.residence,
            "from": self.since.isoformat() if self.since else "",
            "category": category.code if category else "",
            "type": item_type.code if item_type else "",
        }
        return reverse("console:rules") + "?" + urlencode({key: text for key, text in asked.items() if text})

    def resolved(self, book: RuleBook, category: Any, item_type: Any) -> Resolved:
        """Return what holds here for a category and an item type, None for any."""
        return book.resolved(
            branch_id=self.branch_id,
            group_id=self.group.pk if self.group else None,
            category_id=category.pk if category else None,
            item_type_id=item_type.pk if item_type else None,
            residence=self.residence or None,
            on=self.since or timezone.localdate(),
        )

    def passed_over(self, book: RuleBook, name: str, category: Any, item_type: Any) -> list[RuleRow]:
        """Return the rows further away that a value of this cell goes before, though they say whom they're for."""
        if self.group or self.branch_id:
            level = Level.BRANCH_GROUP if self.group else Level.BRANCH
        else:
            level = Level.MUNICIPALITY
        whom = (category.code if category else None, item_type.code if item_type else None, self.residence or None)
        branch = book.branches.get(self.branch_id)
        return book.rules.passed_over(
            name,
            Origin(level, 0, self.branch_id or None, *whom),
            branch_group_id=branch.group_id if branch else None,
            on=self.since or timezone.localdate(),
        )

    def is_own(self, origin: Origin | None, category: Any, item_type: Any) -> bool:
        """Return whether a value comes from this very place and cell."""
        if origin is None or origin.level is Level.TEMPLATE:
            return False
        mine = (
            self.group.pk if self.group else self.branch_id or None,
            category.code if category else None,
            item_type.code if item_type else None,
            self.residence or None,
            self.since,
        )
        theirs = (
            origin.place_id,
            origin.patron_category,
            origin.item_type,
            origin.residence,
            origin.valid_from,
        )
        return theirs == mine and (origin.level is Level.BRANCH_GROUP) == (self.group is not None)


def place_of(book: RuleBook, values: Any) -> Place:
    """Return the place that an address or a form names.

    :raises Http404: for a branch or a group that isn't there
    """
    text = values.get("branch", "")
    is_group = text.startswith("g")
    number = _number(text.removeprefix("g"))
    group = get_branch_group(number) if is_group else None
    if (is_group and group is None) or (not is_group and number and number not in book.branches):
        raise Http404
    home = values.get("home", "")
    return Place(
        branch_id=0 if is_group else number,
        group=group,
        residence=home if home in Residence.values else "",
        since=day_of(values.get("from", "")),
    )


def cell_of(book: RuleBook, values: Any) -> tuple[Any, Any]:
    """Return the patron category and the item type that an address or a form names, None for any."""
    by_code = {each.code: each for each in book.categories.values()}
    types = {each.code: each for each in book.item_types.values()}
    return by_code.get(values.get("category", "")), types.get(values.get("type", ""))


def name_of(values: Any) -> str:
    """Return the value that an address or a form names.

    :raises Http404: for one that isn't in the register
    """
    name = values.get("name", FIRST)
    if name not in REGISTER:
        raise Http404
    return str(name)


def day_of(text: str) -> date | None:
    """Return a day that somebody typed, None if it's none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def origin_text(book: RuleBook, origin: Origin | None, *, group: str = "") -> str:
    """Return which row a value comes from, in words.

    :param group: what the row's branch group is called, where several may be meant
    """
    if origin is None:
        return gettext("not set")
    levels = {
        Level.TEMPLATE: gettext("Template"),
        Level.MUNICIPALITY: gettext("Municipality"),
        Level.BRANCH_GROUP: group or gettext("Branch group"),
        Level.BRANCH: book.branches[origin.place_id].name if origin.place_id in book.branches else gettext("Branch"),
    }
    names = {each.code: named(each) for each in (*book.categories.values(), *book.item_types.values())}
    dimensions = dimension_texts(origin, names)
    return ": ".join([levels[origin.level], ", ".join(dimensions)]) if dimensions else levels[origin.level]


def row_text(book: RuleBook, row: Any) -> str:
    """Return for whom, what, where and when a row holds."""
    level = Level.BRANCH if row.branch_id else Level.BRANCH_GROUP if row.branch_group_id else Level.MUNICIPALITY
    origin = Origin(
        level,
        row.pk,
        row.branch_id or row.branch_group_id,
        row.patron_category.code if row.patron_category else None,
        row.item_type.code if row.item_type else None,
        row.residence or None,
        row.valid_from,
        row.valid_until,
    )
    return origin_text(book, origin, group=row.branch_group.name if row.branch_group else "")


def scope_of(book: RuleBook, place: Place, category: Any, item_type: Any, values: Any) -> RuleScope:
    """Return the scope that a form about a cell means."""
    return RuleScope(
        branch=book.branches.get(place.branch_id),
        branch_group=place.group,
        patron_category=category,
        item_type=item_type,
        residence=place.residence,
        valid_from=place.since,
        valid_until=day_of(values.get("until", "")),
    )


def case_text(book: RuleBook, facts: Any) -> str:
    """Return the case that shows what's wrong with a change."""
    branch = book.branches.get(facts.get("branch_id"))
    category = book.categories.get(facts.get("category_id"))
    item_type = book.item_types.get(facts.get("item_type_id"))
    parts = [
        named(category) if category else gettext("any patron"),
        named(item_type) if item_type else gettext("any item"),
        branch.name if branch else gettext("any branch"),
    ]
    if facts.get("residence") in Residence.values:
        parts.append(str(Residence(facts["residence"]).label))
    return gettext("The case that shows it: %(case)s.") % {"case": ", ".join(parts)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
