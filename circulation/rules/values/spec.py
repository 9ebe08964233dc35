"""What one rule value is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind

UNLIMITED = _("unlimited")
NONE = _("none")


@dataclass(frozen=True)
class ValueSpec:
    """One value that rules may set.

    :ivar null_means: what null stands for, or empty if null isn't allowed
    :ivar needed: whether circulation refuses when no row anywhere sets it; else unset means the same as null
    :ivar by_category: whether a row for one patron category or residence may set it
    :ivar by_item_type: whether a row for one item type may set it
    """

    name: str
    kind: Kind
    label: str | Promise
    null_means: str | Promise = ""
    needed: bool = True
    by_category: bool = True
    by_item_type: bool = True
    choices: Mapping[Any, str | Promise] | None = None
    minimum: int = 0
    maximum: int = 3650

    def applies_to(self, *, patron_category: object, item_type: object, residence: object = None) -> bool:
        """Return whether a row with these dimensions (None for open ones) may set the value."""
        whom_is_open = patron_category is None and residence is None
        return (whom_is_open or self.by_category) and (item_type is None or self.by_item_type)
