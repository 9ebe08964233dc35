"""Reads the outbox and the texts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from common.keyed_reads import ALL, ListRead
from holdings.models import Branch
from notices.models import PRIVATE, BranchMessages, Notice, NoticeKind, NoticeTemplate, PrintRun
from notices.rules.nearest_text import OwnTexts, nearest_text
from notices.rules.recipients import Post, Recipient, is_minor, recipients_of
from notices.rules.settings import SECTION, MessageSettings, read_settings
from notices.texts import Text
from patrons.models import Guardianship, Patron
from tenants.selectors import current_municipality, stored_municipality

PAGE = 50
_READ_AT_ONCE = 1000
_notices_of = ListRead(Notice, where="a.patron_id = %(patron)s", order="a.id DESC", along={"branch": ALL})


@dataclass(frozen=True)
class OutboxPage:
    """One page of the outbox, the newest message first.

    :ivar next_before: hand it to `outbox` for the next page; None on the last
    """

    notices: tuple[Notice, ...]
    next_before: int | None


@dataclass(frozen=True)
class TemplateView:
    """The text of one kind of message in one language, as a channel and a branch use it.

    :ivar is_own: whether it was written for just this channel and branch
    :ivar is_written_here: whether the municipality has written it, for whatever channel and branch
    :ivar from_branch: the branch that it was written for; None for all
    """

    kind: str
    language: str
    channel: str
    branch_id: int | None
    subject: str
    body: str
    is_own: bool
    is_written_here: bool
    from_branch: int | None


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
    found = list(Notice.objects.filter(wanted).select_related("patron__category", "branch").order_by("-pk")[: size + 1])
    page = _hiding(found[:size])
    return OutboxPage(tuple(page), found[size - 1].pk if len(found) > size else None)


def whole_outbox(*, state: str = "", channel: str = "") -> Iterator[Notice]:
    """Yield the messages of the outbox, the newest first, read some at a time; empty filters take everything."""
    before: int | None = None
    while True:
        page = outbox(state=state, channel=channel, before=before, size=_READ_AT_ONCE)
        yield from page.notices
        before = page.next_before
        if before is None:
            return


def get_notice(pk: int) -> Notice | None:
    """Return the message with this number, or None."""
    found = Notice.objects.select_related("patron__category", "branch").filter(pk=pk).first()
    return _hiding([found])[0] if found else None


def problem_notices(
    *,
    branch: Branch | None = None,
    limit: int | None = 200,
    in_order: Callable[[QuerySet[Notice]], Any] | None = None,
) -> list[Notice]:
    """Return what staff must decide on: what couldn't be delivered and what's uncertain, the oldest first.

    :param limit: None for all
    :param in_order: puts the query in another order, before the first are taken; `patron_name` is the name as shown
    """
    found = _problems(branch).select_related("patron__category", "branch").order_by("pk")
    if in_order:
        full_name = Concat("patron__given_name", Value(" "), "patron__family_name")
        found = in_order(
            found.annotate(patron_name=Case(When(patron__alias="", then=full_name), default="patron__alias"))
        )
    return _hiding(list(found[:limit]))


def count_problems(branch: Branch | None = None) -> int:
    """Return how many messages staff must decide on, at a branch or everywhere."""
    return _problems(branch).count()


def _problems(branch: Branch | None) -> QuerySet[Notice]:
    states = (Notice.State.FAILED, Notice.State.UNCERTAIN)
    found = Notice.objects.filter(state__in=states)
    return found.filter(branch=branch) if branch is not None else found


def notices_of(patron: Patron, *, limit: int = 10) -> list[Notice]:
    """Return a patron's newest messages."""
    found = _notices_of(patron=patron.pk, limit=limit)
    for notice in found:
        notice.patron = patron
    return _hiding(found)


def _hiding(notices: list[Notice]) -> list[Notice]:
    """Keep addresses from being shown that are protected: the patron's own, or a guardian's who is written to.

    A child's message to somebody who isn't known as its guardian any more may have gone to a protected one. An adult is
    written to herself, whatever her name is by now; but who is one by a later correction may have been written to as a
    child, so her guardians count too.
    """
    for_others = {notice.patron_id for notice in notices if _has_another_name(notice)}
    guardians: dict[int, list[Patron]] = defaultdict(list)
    if for_others:
        for link in Guardianship.objects.filter(child__in=for_others).select_related("guardian"):
            guardians[link.child_id].append(link.guardian)
    for notice in notices:
        hides = notice.patron.is_protected
        if not hides and _has_another_name(notice):
            known = guardians[notice.patron_id]
            is_to_known = any(_is_to(notice, each) for each in known)
            hides = any(each.is_protected for each in known) or (_was_a_child(notice) and not is_to_known)
        notice.hides_address = hides
    return notices


def _has_another_name(notice: Notice) -> bool:
    return notice.addressee != notice.patron.display_name


def _was_a_child(notice: Notice) -> bool:
    return is_minor(notice.patron, today=timezone.localdate(notice.created_at))


def _is_to(notice: Notice, guardian: Patron) -> bool:
    only = notice.about.get("guardian")
    return guardian.pk == only if only else guardian.display_name == notice.addressee


def guardians_to_write_to(minors: Iterable[Patron]) -> dict[int, list[Guardianship]]:
    """Return the living guardians of children, by the child's number, with guardian and category, by name."""
    children = [patron.pk for patron in minors]
    found: dict[int, list[Guardianship]] = {}
    if children:
        links = Guardianship.objects.filter(child__in=children).select_related("guardian__category")
        links = links.exclude(guardian__left_reason=Patron.LeftReason.DECEASED)
        for link in links.order_by("guardian__sort_key", "pk"):
            found.setdefault(link.child_id, []).append(link)
    return found


def written_to_for(child: Patron, *, today: date) -> list[Recipient]:
    """Return whom a child's messages go to in its stead, each with the way; nobody where it's written to itself.

    As for a hold that's ready: what claims money goes to whoever is liable.
    """
    if not is_minor(child, today=today):
        return []
    municipality = current_municipality()
    post = Post(message_settings(), municipality.language, municipality.country)
    guardians = guardians_to_write_to([child]).get(child.pk, [])
    found = recipients_of(child, guardians, kind=NoticeKind.HOLD_READY, today=today, post=post)
    return [each for each in found if each.guardian_id]


def count_letters(branch: Branch | None = None) -> int:
    """Return how many messages wait for the printer, at a branch or everywhere."""
    waiting = Notice.objects.filter(state=Notice.State.QUEUED, channel=Notice.Channel.LETTER)
    return (waiting.filter(branch=branch) if branch else waiting).count()


def print_runs(branch: Branch | None = None, *, limit: int = 20) -> list[PrintRun]:
    """Return the newest runs of letters, of a branch together with those of all branches."""
    runs = PrintRun.objects.select_related("branch")
    if branch is not None:
        runs = runs.filter(Q(branch=branch) | Q(branch__isnull=True))
    return list(runs.order_by("-pk")[:limit])


def get_print_run(pk: int) -> PrintRun | None:
    """Return the run of letters with this number, or None."""
    return PrintRun.objects.select_related("branch").filter(pk=pk).first()


def counts_by_state() -> dict[str, int]:
    """Return how many messages stand in each state."""
    counted = Notice.objects.order_by().values_list("state").annotate(Count("pk"))
    return {**dict.fromkeys(Notice.State.values, 0), **dict(counted)}


def template(kind: str, language: str, channel: str = "", branch_id: int | None = None) -> TemplateView:
    """Return the text that's used for a kind of message in a language.

    :param channel: empty for any but SMS
    :param branch_id: None for what holds where a branch has no text of its own
    :raises KeyError: for a kind or language that there is none for, or a kind that has no short text
    """
    own = own_texts(NoticeTemplate.objects.filter(kind=kind, language=language))
    found = nearest_text(own, kind, language, channel, branch_id)
    is_own = found.is_own and (found.channel, found.branch_id) == (channel, branch_id)
    return TemplateView(
        kind, language, channel, branch_id, found.text.subject, found.text.body, is_own, found.is_own, found.branch_id
    )


def own_texts(rows: Iterable[NoticeTemplate] | None = None) -> OwnTexts:
    """Return the municipality's own texts, by kind, language, channel and branch.

    :param rows: some of them; all of them by default
    """
    if rows is not None:
        return {(row.kind, row.language, row.channel, row.branch_id): Text(row.subject, row.body) for row in rows}
    # In plain SQL: it's read at every scan that traps a hold.
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, language, channel, branch_id, subject, body FROM notices_noticetemplate")
        return {
            (kind, language, channel, branch_id): Text(subject, body)
            for kind, language, channel, branch_id, subject, body in cursor.fetchall()
        }


def real_cases(kind: str, *, branch_id: int | None = None, limit: int = 8) -> list[Notice]:
    """Return the newest messages of a kind that a text can be tried with, those of a branch if one is given."""
    wanted = Notice.objects.filter(kind=kind).exclude(context={}).exclude(kind__in=PRIVATE)
    if branch_id is not None:
        wanted = wanted.filter(branch=branch_id)
    return list(wanted.select_related("patron", "branch").order_by("-pk")[:limit])


def message_settings(branch: Branch | None = None, *, stored: bool = False) -> MessageSettings:
    """Return how the municipality's messages go out, or a branch's.

    :param stored: for a form: what's saved this moment, whatever this process remembers
    """
    municipality = stored_municipality() if stored else current_municipality()
    own = municipality.settings.get(SECTION, {})
    return read_settings(country=municipality.country, own=own, branch=branch_values(branch) if branch else None)


def values_by_branch() -> dict[int, dict[str, Any]]:
    """Return in what each branch's messages differ, by the branch's number; those that follow in all are left out."""
    return dict(BranchMessages.objects.exclude(values={}).order_by("branch").values_list("branch", "values"))


def branch_values(branch: Branch) -> dict[str, Any]:
    """Return in what a branch's messages differ, as JSON keeps it."""
    found = BranchMessages.objects.filter(branch=branch).values_list("values", flat=True).first()
    return found or {}
