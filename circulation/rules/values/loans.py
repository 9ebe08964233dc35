"""The values about loans."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, UNLIMITED, ValueSpec


class DueMode(StrEnum):
    """How the days of a loan are counted through the lending branch's calendar."""

    EVERY_DAY = "EVERY_DAY"
    NEXT_OPEN_DAY = "NEXT_OPEN_DAY"
    OPEN_DAYS_ONLY = "OPEN_DAYS_ONLY"
    SAME_WEEKDAY = "SAME_WEEKDAY"


class FixedDateMode(StrEnum):
    """What a fixed due date does to the day that was counted."""

    CEILING = "CEILING"
    FLOOR = "FLOOR"
    EXACT = "EXACT"


_DUE_MODES = {
    DueMode.EVERY_DAY: _("count every day"),
    DueMode.NEXT_OPEN_DAY: _("count every day, end on an open day"),
    DueMode.OPEN_DAYS_ONLY: _("count open days only"),
    DueMode.SAME_WEEKDAY: _("end on the same weekday"),
}
_FIXED_MODES = {
    FixedDateMode.CEILING: _("at the latest on the fixed date"),
    FixedDateMode.FLOOR: _("at the earliest on the fixed date"),
    FixedDateMode.EXACT: _("always on the fixed date"),
}

SPECS = (
    ValueSpec("is_lent", Kind.BOOL, _("Lent out"), needed=False),
    ValueSpec("min_age", Kind.COUNT, _("Lent from age"), null_means=NONE, needed=False, maximum=120),
    ValueSpec("loan_days", Kind.DAYS, _("Loan period"), minimum=1),
    ValueSpec("due_mode", Kind.CHOICE, _("How days are counted"), choices=_DUE_MODES),
    ValueSpec("fixed_due_date", Kind.DATE, _("Fixed due date"), null_means=NONE, needed=False),
    ValueSpec("fixed_due_date_mode", Kind.CHOICE, _("What the fixed date does"), needed=False, choices=_FIXED_MODES),
    ValueSpec("max_loans", Kind.COUNT, _("Loans at a time"), null_means=UNLIMITED, by_item_type=False),
    ValueSpec("max_loans_of_type", Kind.COUNT, _("Loans of the type"), null_means=UNLIMITED, needed=False),
)
