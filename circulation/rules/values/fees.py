"""The values about fees."""

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, ValueSpec

SPECS = (
    ValueSpec("fee_steps", Kind.FEE_STEPS, _("Overdue fee"), null_means=NONE),
    ValueSpec("fee_cap", Kind.MONEY, _("Highest fee for an item"), null_means=NONE, needed=False),
    ValueSpec(
        "child_until_age",
        Kind.COUNT,
        _("Children's fee up to age"),
        null_means=_("as the category says"),
        needed=False,
        by_item_type=False,
        maximum=30,
    ),
    ValueSpec("replacement_fee", Kind.BOOL, _("The invoice claims the item's price"), needed=False),
    ValueSpec("replacement_price", Kind.MONEY, _("Price of an item that has none"), null_means=NONE, needed=False),
    ValueSpec("processing_fee", Kind.MONEY, _("Processing fee of the invoice"), null_means=NONE, needed=False),
)
