"""The values about notices."""

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, ValueSpec

SPECS = (
    ValueSpec(
        "courtesy_days",
        Kind.DAYS,
        _("Reminded so many days before the due date"),
        null_means=NONE,
        needed=False,
        minimum=1,
        maximum=60,
    ),
    ValueSpec("notice_steps", Kind.NOTICE_STEPS, _("Overdue notices"), null_means=NONE, needed=False),
    ValueSpec(
        "invoice_reminder_days",
        Kind.DAYS,
        _("Reminded of an invoice after so many days"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
        maximum=365,
    ),
    ValueSpec(
        "invoice_reminder_channels",
        Kind.CHANNELS,
        _("Reminded of an invoice by"),
        null_means=_("the patron's choice"),
        needed=False,
        by_item_type=False,
    ),
)
