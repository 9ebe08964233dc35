"""Reads in what a municipality's rules differ from the template that it follows: each own value with who set it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from circulation.models import RuleChange
from circulation.rules.resolution import Level, Origin, Resolved
from circulation.rules.values import REGISTER
from circulation.selectors.rule_books import RuleBook, rule_book

_PLACES = list(Level)


@dataclass(frozen=True)
class OwnValue:
    """A value that the municipality has set itself.

    :ivar origin: for whom, what, where and when
    :ivar template: the row of the template that would hold in its place, None if the template says nothing
    :ivar template_value: what that row says; None as well where that's a value
    :ivar changed_at: when it was set, None if it came with the installation
    """

    name: str
    value: Any
    origin: Origin
    template: Origin | None
    template_value: Any
    changed_at: datetime | None
    changed_by: str

    @property
    def is_different(self) -> bool:
        """Whether the template would say something else, or nothing."""
        return self.template is None or self.template_value != self.value


def own_values(*, today: date) -> list[OwnValue]:
    """Return all values that the municipality has set itself, by value as the register has them, then by place.

    Rows that hold no more are left out, those that begin to hold one day are in. Two statements beside the rule book.
    """
    book = rule_book()
    changes = _newest_changes()
    found = [
        _own(book, name, row.values[name], row.origin, changes, today)
        for row in book.rules.rows()
        if row.origin.level is not Level.TEMPLATE and not _is_over(row.origin, today)
        for name in row.values
        if row.sets(name)
    ]
    order = {name: place for place, name in enumerate(REGISTER)}
    return sorted(found, key=lambda each: (order[each.name], *_place(each.origin)))


def _own(
    book: RuleBook,
    name: str,
    value: Any,
    origin: Origin,
    changes: dict[tuple[int, str], RuleChange],
    today: date,
) -> OwnValue:
    winner = next(_of_template(book, name, origin, today), None)
    change = changes.get((origin.row_id, name))
    return OwnValue(
        name=name,
        value=value,
        origin=origin,
        template=winner[0] if winner else None,
        template_value=winner[1] if winner else None,
        changed_at=change.at if change else None,
        changed_by=change.by if change else "",
    )


def _of_template(book: RuleBook, name: str, origin: Origin, today: date) -> Iterator[tuple[Origin, Any]]:
    """Yield the template's rows that set the value for the same case, the nearest first."""
    resolved = Resolved(
        tuple(
            book.rules.candidates(
                branch_id=0,
                branch_group_id=None,
                patron_category=origin.patron_category,
                item_type=origin.item_type,
                residence=origin.residence,
                on=max(today, origin.valid_from or today),
            )
        )
    )
    for each in resolved.rows:
        if each.origin.level is Level.TEMPLATE and each.sets(name):
            yield each.origin, each.values[name]


def _newest_changes() -> dict[tuple[int, str], RuleChange]:
    newest = RuleChange.objects.order_by().values("rule", "name").annotate(newest=Max("pk")).values("newest")
    return {(each.rule_id, each.name): each for each in RuleChange.objects.filter(pk__in=newest)}


def _is_over(origin: Origin, today: date) -> bool:
    return origin.valid_until is not None and origin.valid_until < today


def _place(origin: Origin) -> tuple[Any, ...]:
    """The wider circle first, as one reads what was decided."""
    return (
        -_PLACES.index(origin.level),
        origin.place_id or 0,
        origin.patron_category or "",
        origin.item_type or "",
        origin.residence or "",
        origin.valid_from or date.min,
    )
