"""What holds and fees are called where the audit log lists them."""

from collections.abc import Iterable, Mapping

from circulation.models import Fee, Hold


def hold_titles(hold_ids: Iterable[int]) -> Mapping[int, str]:
    """Return the titles that holds are on, by the holds' numbers."""
    return dict(Hold.objects.filter(pk__in=hold_ids).values_list("pk", "record__title"))


def fee_texts(fee_ids: Iterable[int]) -> Mapping[int, str]:
    """Return what fees are for, by their numbers."""
    return dict(Fee.objects.filter(pk__in=fee_ids).values_list("pk", "description"))
