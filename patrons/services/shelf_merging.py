"""What patrons' own lists need when two records turn out to be one title: a title stands on a list once."""

from datetime import datetime
from typing import Any

from catalogue import merging
from patrons.models import Shelf, ShelvedTitle


def register() -> None:
    """Have lists put in order before their titles become another record."""
    merging.register("patrons", prepare=_prepare, put_back=_put_back)


def _prepare(goes: int, stays: int) -> list[dict[str, Any]] | None:
    both = ShelvedTitle.objects.filter(
        record=goes, shelf__in=ShelvedTitle.objects.filter(record=stays).values("shelf")
    ).select_for_update(of=("self",))
    twice = list(both.order_by("pk"))
    ShelvedTitle.objects.filter(pk__in=[each.pk for each in twice]).delete()
    kept = [{"record": goes, "shelf": each.shelf_id, "added_at": each.added_at.isoformat()} for each in twice]
    return kept or None


def _put_back(prepared: list[dict[str, Any]]) -> None:
    still = set(Shelf.objects.filter(pk__in=[each["shelf"] for each in prepared]).values_list("pk", flat=True))
    ShelvedTitle.objects.bulk_create(
        (
            ShelvedTitle(
                shelf_id=each["shelf"], record_id=each["record"], added_at=datetime.fromisoformat(each["added_at"])
            )
            for each in prepared
            if each["shelf"] in still
        ),
        ignore_conflicts=True,
    )
