"""The values about renewals."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import UNLIMITED, ValueSpec


class RenewalBase(StrEnum):
    """From which day a renewal counts."""

    TODAY = "TODAY"
    DUE_DATE = "DUE_DATE"


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
)
