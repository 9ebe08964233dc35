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


class HoursEnd(StrEnum):
    """What the opening hours do to a loan by the hour that would end while the branch is closed."""

    IGNORE = "IGNORE"
    CLOSE = "CLOSE"
    OPEN = "OPEN"


class DemandMode(StrEnum):
    """From how many holds on a title its loans are shorter."""

    STATIC = "STATIC"
    DYNAMIC = "DYNAMIC"


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

_HOURS_ENDS = {
    HoursEnd.IGNORE: _("whether the branch is open or not"),
    HoursEnd.CLOSE: _("when the branch closes, at the latest"),
    HoursEnd.OPEN: _("when the branch opens again"),
}
_DEMAND_MODES = {
    DemandMode.STATIC: _("so many holds"),
    DemandMode.DYNAMIC: _("so many holds more than items"),
}

SPECS = (
    ValueSpec("is_lent", Kind.BOOL, _("Lent out"), needed=False),
    ValueSpec("min_age", Kind.COUNT, _("Lent from age"), null_means=NONE, needed=False, maximum=120),
    ValueSpec("max_age", Kind.COUNT, _("Lent up to age"), null_means=NONE, needed=False, maximum=120),
    ValueSpec("loan_days", Kind.DAYS, _("Loan period"), minimum=1),
    ValueSpec(
        "loan_hours",
        Kind.COUNT,
        _("Loan period in hours"),
        null_means=_("by the day"),
        needed=False,
        minimum=1,
        maximum=720,
    ),
    ValueSpec("hours_end", Kind.CHOICE, _("Loans by the hour end"), needed=False, choices=_HOURS_ENDS),
    ValueSpec("due_mode", Kind.CHOICE, _("How days are counted"), choices=_DUE_MODES),
    ValueSpec("fixed_due_date", Kind.DATE, _("Fixed due date"), null_means=NONE, needed=False),
    ValueSpec("fixed_due_date_mode", Kind.CHOICE, _("What the fixed date does"), needed=False, choices=_FIXED_MODES),
    ValueSpec("fixed_due_dates", Kind.DATES, _("Fixed due dates"), null_means=NONE, needed=False),
    ValueSpec("fixed_yearly_day", Kind.YEAR_DAY, _("Fixed due date every year"), null_means=NONE, needed=False),
    ValueSpec(
        "fixed_date_min_days",
        Kind.DAYS,
        _("A fixed date nearer than this is passed over"),
        null_means=NONE,
        needed=False,
        maximum=365,
    ),
    ValueSpec("high_demand_days", Kind.DAYS, _("Loan period in high demand"), null_means=NONE, needed=False, minimum=1),
    ValueSpec("high_demand_mode", Kind.CHOICE, _("High demand begins at"), needed=False, choices=_DEMAND_MODES),
    ValueSpec("high_demand_holds", Kind.COUNT, _("Holds for high demand"), null_means=NONE, needed=False, maximum=1000),
    ValueSpec("max_loans", Kind.COUNT, _("Loans at a time"), null_means=UNLIMITED, by_item_type=False),
    ValueSpec("max_loans_of_type", Kind.COUNT, _("Loans of the type"), null_means=UNLIMITED, needed=False),
    ValueSpec(
        "max_loans_at_branch",
        Kind.COUNT,
        _("Loans from one branch"),
        null_means=UNLIMITED,
        needed=False,
        by_item_type=False,
    ),
    ValueSpec(
        "max_on_site", Kind.COUNT, _("On-site loans at a time"), null_means=UNLIMITED, needed=False, by_item_type=False
    ),
    ValueSpec("on_site_counts", Kind.BOOL, _("On-site loans count as loans"), needed=False, by_item_type=False),
)
