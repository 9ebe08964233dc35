"""Reads the outbox and the texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from notices.models import Notice, NoticeKind, NoticeTemplate
from notices.relevance import still_true
from notices.texts import LANGUAGES, built_in_text
from patrons.models import Patron

PAGE = 50


@dataclass(frozen=True)
class OutboxPage:
    """One page of the outbox, the newest message first.

    :ivar next_before: hand it to `outbox` for the next page; None on the last
    """

    notices: tuple[Notice, ...]
    next_before: int | None


@dataclass(frozen=True)
class TemplateView:
    """The text of one kind of message in one language.

    :ivar is_own: whether the municipality has written it
    """

    kind: str
    language: str
    subject: str
    body: str
    is_own: bool


def outbox(
    *,
    state: str = "",
    kind: str = "",
    channel: str = "",
    patron: Patron | None = None,
    before: int | None = None,
    size: int = PAGE,
) -> OutboxPage:
    """Return a page of the outbox; empty filters take everything.

    :param before: the last page's `next_before`
    """
    wanted = Q()
    for name, value in (("state", state), ("kind", kind), ("channel", channel), ("patron", patron)):
        if value:
            wanted &= Q(**{name: value})
    if before:
        wanted &= Q(pk__lt=before)
    found = list(Notice.objects.filter(wanted).select_related("patron", "branch").order_by("-pk")[: size + 1])
    return OutboxPage(tuple(found[:size]), found[size - 1].pk if len(found) > size else None)


def get_notice(pk: int) -> Notice | None:
    """Return the message with this number, or None."""
    return Notice.objects.select_related("patron", "branch").filter(pk=pk).first()


def problem_notices(*, limit: int = 200) -> list[Notice]:
    """Return what staff must decide on: what couldn't be delivered and what's uncertain, the oldest first."""
    states = (Notice.State.FAILED, Notice.State.UNCERTAIN)
    return list(Notice.objects.filter(state__in=states).select_related("patron", "branch").order_by("pk")[:limit])


def notices_of(patron: Patron, *, limit: int = 10) -> list[Notice]:
    """Return a patron's newest messages."""
    return list(Notice.objects.filter(patron=patron).select_related("branch").order_by("-pk")[:limit])


def letters_to_print() -> list[Notice]:
    """Return the letters that wait for the printer and are still true, the oldest first."""
    waiting = list(
        Notice.objects.filter(state=Notice.State.QUEUED, channel=Notice.Channel.LETTER)
        .select_related("patron", "branch")
        .order_by("pk")
    )
    true_ids = still_true(waiting)
    return [notice for notice in waiting if notice.pk in true_ids]


def counts_by_state() -> dict[str, int]:
    """Return how many messages stand in each state."""
    counted = Notice.objects.order_by().values_list("state").annotate(Count("pk"))
    return {**dict.fromkeys(Notice.State.values, 0), **dict(counted)}


def template(kind: str, language: str) -> TemplateView:
    """Return the text that's used for a kind of message in a language.

    :raises KeyError: for a kind or language that there is none for
    """
    own = NoticeTemplate.objects.filter(kind=kind, language=language).first()
    text = built_in_text(kind, language) if own is None else own
    return TemplateView(kind, language, text.subject, text.body, is_own=own is not None)


def templates() -> Sequence[TemplateView]:
    """Return every text as it's used, by kind and language."""
    own = {(row.kind, row.language): row for row in NoticeTemplate.objects.all()}
    views = []
    for kind in NoticeKind.values:
        for language in LANGUAGES:
            text = own.get((kind, language)) or built_in_text(kind, language)
            views.append(TemplateView(kind, language, text.subject, text.body, (kind, language) in own))
    return views
