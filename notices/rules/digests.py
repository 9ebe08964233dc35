"""Which messages go out as one: all that are due to the same address from the same branch by the same channel. Pure."""

from collections.abc import Iterable, Sequence

from notices.models import Notice
from notices.rules.channels import ALONE

# More than this would be a book.
MOST_IN_ONE = 30


def parcels(notices: Iterable[Notice], *, digest_branches: frozenset[int]) -> list[list[Notice]]:
    """Return the messages as they're sent together, in the order in which their first ones were made.

    A claim for money stays alone, and so does everything at a branch that sends no digests.

    :param digest_branches: the numbers of the branches that do
    """
    open_parcels: dict[tuple[object, ...], list[Notice]] = {}
    made: list[list[Notice]] = []
    for notice in sorted(notices, key=lambda notice: notice.pk):
        if notice.kind in ALONE or notice.branch_id not in digest_branches:
            made.append([notice])
            continue
        key = (notice.channel, notice.address, notice.branch_id, notice.language, notice.addressee)
        parcel = open_parcels.get(key)
        if parcel is None or len(parcel) >= MOST_IN_ONE:
            parcel = open_parcels[key] = []
            made.append(parcel)
        parcel.append(notice)
    return made


def core_of(notice: Notice) -> str:
    """Return what a digest takes over of a message: its body without greeting and closing, where these are known."""
    if notice.core_from is None or notice.core_until is None:
        return notice.body.strip()
    return notice.body[notice.core_from : notice.core_until]


def together(notices: Sequence[Notice]) -> str:
    """Return the cores of several messages as one text: each below its subject, text messages without."""
    if notices[0].channel == Notice.Channel.SMS:
        return "\n".join(core_of(notice) for notice in notices)
    return "\n\n".join(f"* {notice.subject}\n\n{core_of(notice)}" for notice in notices)
