"""The values about stops."""

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import NOTICE_KINDS, Kind
from circulation.rules.values.spec import NONE, ValueSpec
from notices.models import NoticeKind

_LETTERS = {kind: NoticeKind(kind).label for kind in NOTICE_KINDS}

SPECS = (
    ValueSpec("block_at_debt", Kind.MONEY, _("No loans above this debt"), null_means=NONE, by_item_type=False),
    ValueSpec(
        "block_at_overdue",
        Kind.COUNT,
        _("No loans from so many overdue"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
    ),
    ValueSpec(
        "block_at_notice",
        Kind.CHOICE,
        _("No loans from this letter on, until it's settled"),
        null_means=NONE,
        needed=False,
        choices=_LETTERS,
    ),
    ValueSpec(
        "warn_at_claims",
        Kind.COUNT,
        _("The desk is told from so many claims"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
    ),
    ValueSpec(
        "block_at_lost",
        Kind.COUNT,
        _("No loans from so many lost items"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
    ),
    ValueSpec(
        "block_at_family_debt",
        Kind.MONEY,
        _("No loans above this debt of the family"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
    ),
)
