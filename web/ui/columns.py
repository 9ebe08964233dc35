"""The columns of lists: which each has, which may be left out, and which of them somebody has chosen.

A list's table stands in `columns.py` of its screens; the tags in `{% load lists %}` draw its head, its menu and the
mark by which the style sheet leaves cells out, on paper too. What somebody chose is kept with her account.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from web.ui.named import named

# The style sheet knows this many.
MOST_COLUMNS = 10


@dataclass(frozen=True)
class Column:
    """A column.

    :ivar name: under which a choice is kept
    :ivar label: its heading
    :ivar look: classes of its heading
    :ivar is_needed: without it nobody would know what a row is about, or could act on it
    :ivar is_unseen: whether the heading is for screen readers only
    :ivar sort: what rows can be put in order by, as a path from a row ("item.record.title"); empty for not at all
    """

    name: str
    label: Any
    look: str = ""
    is_needed: bool = False
    is_unseen: bool = False
    sort: str = ""


def action(look: str = "act") -> Column:
    """Return the column with the buttons of a row."""
    return Column("action", _("Action"), look, is_needed=True, is_unseen=True)


@dataclass(frozen=True)
class Table:
    """The table of a list.

    :ivar name: under which choices are kept
    :ivar columns: in the order of the cells
    :ivar place: the id of its box on a page with more than the list, where another order leads back to
    """

    name: str
    columns: tuple[Column, ...]
    place: str = ""

    @property
    def choices(self) -> list[Column]:
        """The columns that may be left out."""
        return [column for column in self.columns if not column.is_needed]

    def left_out(self, kept: Mapping[str, Any]) -> frozenset[str]:
        """Return the names of the columns that somebody has left out.

        :param kept: what's kept with her account, for all lists
        """
        chosen = kept.get(self.name, ())
        return frozenset(column.name for column in self.choices if column.name in chosen)

    def places(self, names: Collection[str]) -> list[int]:
        """Return where these columns stand, counted from 1."""
        return [place for place, column in enumerate(self.columns, start=1) if column.name in names]

    def left_out_by(self, shown: Iterable[str]) -> list[str]:
        """Return the columns that are left out when only these are ticked; unknown names are none of the list's."""
        ticked = set(shown)
        return [column.name for column in self.choices if column.name not in ticked]


def value_of(row: Any, path: str) -> Any:
    """Return what stands at a path from a row, "item.record.title"; None where the way there ends.

    `named` is a thing's name in the reader's language. What a choice is called is asked for, as a template does it.
    """
    value = row
    for name in path.split("."):
        if name == "named":
            value = None if value is None else named(value)
            continue
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        value = value() if callable(value) else value
    return value


TABLES: dict[str, Table] = {}


def register(*tables: Table) -> None:
    """Make tables known by their names.

    :raises ValueError: if a name is taken, a column stands twice, or there are more than the style sheet knows
    """
    for table in tables:
        names = [column.name for column in table.columns]
        if table.name in TABLES or len(set(names)) < len(names) or len(names) > MOST_COLUMNS:
            raise ValueError(f"The table {table.name} can't be registered")
        TABLES[table.name] = table
