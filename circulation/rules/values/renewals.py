"""The values about renewals."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, UNLIMITED, ValueSpec


class RenewalBase(StrEnum):
    """From which day a renewal counts."""

    TODAY = "TODAY"
    DUE_DATE = "DUE_DATE"


class OverdueStop(StrEnum):
    """What an overdue loan does to renewals."""

    NOTHING = "NOTHING"
    THIS = "THIS"
    ANY = "ANY"


_OVERDUE_STOPS = {
    OverdueStop.NOTHING: _("no renewal"),
    OverdueStop.THIS: _("its own renewal"),
    OverdueStop.ANY: _("every renewal of the patron"),
}
_BASES = {
    RenewalBase.TODAY: _("from the day of renewal"),
    RenewalBase.DUE_DATE: _("from the old due date"),
}

SPECS = (
    ValueSpec("max_renewals", Kind.COUNT, _("Renewals"), null_means=UNLIMITED),
    ValueSpec("renewal_days", Kind.DAYS, _("Renewal period"), null_means=_("as the loan period"), needed=False),
    ValueSpec("renewal_base", Kind.CHOICE, _("Renewals count"), needed=False, choices=_BASES),
    ValueSpec(
        "earliest_renewal_days",
        Kind.DAYS,
        _("Renewable so many days before the due date"),
        null_means=_("any time"),
        needed=False,
    ),
    ValueSpec(
        "renewal_despite_holds",
        Kind.BOOL,
        _("Renewable when items on the shelf can fill every hold"),
        needed=False,
    ),
    ValueSpec(
        "renewal_blocked_by_overdue",
        Kind.CHOICE,
        _("An overdue loan stops"),
        needed=False,
        by_item_type=False,
        choices=_OVERDUE_STOPS,
    ),
    ValueSpec("auto_renewal", Kind.BOOL, _("Renewed automatically"), needed=False),
    ValueSpec(
        "auto_renewal_days",
        Kind.DAYS,
        _("Automatically so many days before the due date"),
        null_means=_("on the due date"),
        needed=False,
        maximum=60,
    ),
    ValueSpec(
        "auto_renewal_until_days",
        Kind.DAYS,
        _("Automatically for so many days from the loan"),
        null_means=UNLIMITED,
        needed=False,
        minimum=1,
    ),
    ValueSpec("auto_renewal_until", Kind.DATE, _("Automatically until"), null_means=NONE, needed=False),
    ValueSpec(
        "auto_renewal_debt",
        Kind.MONEY,
        _("Not automatically above this debt"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
    ),
)
