"""Puts messages into the outbox, rendered and addressed; nothing is sent here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from holdings.models import Branch
from notices.models import Notice, NoticeTemplate
from notices.rules.placeholders import fill, fill_body, one_line, placeholders_of
from notices.rules.recipients import Recipient, is_minor, recipient_of
from notices.rules.wording import in_words
from notices.texts import Text, built_in_text, item_line
from patrons.models import Guardianship, Patron
from tenants.models import Municipality
from tenants.selectors import address_of, current_municipality


@dataclass(frozen=True)
class NoticeRequest:
    """A message that somebody wants made.

    :ivar patron: whose loans or hold it's about, with the category
    :ivar key: makes it once: a second request with the same key is left out
    :ivar context: the special placeholders of its kind as raw values (texts, days, decimals); `items` is a list of
        mappings with title, barcode, due_date and, on an invoice, price. `count` is added
    :ivar about: {"loans": [ids]} or {"hold": id}, to check again before it's sent
    """

    patron: Patron
    branch: Branch
    kind: str
    key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


def make_notice(
    *,
    patron: Patron,
    branch: Branch,
    kind: str,
    key: str,
    context: Mapping[str, Any],
    about: Mapping[str, Any],
    now: datetime,
) -> Notice | None:
    """Put one message into the outbox; None when the key exists already.

    What can't be delivered is kept as FAILED with its problem, so that staff see it.

    :param context: see `NoticeRequest`
    """
    made = make_notices([NoticeRequest(patron, branch, kind, key, context, about)], now=now)
    return Notice.objects.get(key=key) if made else None


@transaction.atomic(savepoint=False)
def make_notices(requests: Sequence[NoticeRequest], *, now: datetime) -> set[str]:
    """Put many messages into the outbox in a few statements and return the keys of those that are new."""
    keys = [request.key for request in requests]
    known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    wanted = [request for request in requests if request.key not in known]
    if not wanted:
        return set()
    writer = Writer(current_municipality(), now=now)
    guardians = _guardians(request.patron for request in wanted if is_minor(request.patron, today=writer.today))
    Notice.objects.bulk_create(
        (writer.write(request, guardians.get(request.patron.pk, [])) for request in wanted),
        ignore_conflicts=True,
        batch_size=500,
    )
    return {request.key for request in wanted}


class Writer:
    """Renders messages of one municipality; reads texts and addresses once."""

    def __init__(self, municipality: Municipality, *, now: datetime) -> None:
        self.municipality = municipality
        self.now = now
        self.today = now.astimezone(ZoneInfo(municipality.time_zone)).date()
        self.my_page: Callable[[], str] = cache(lambda: address_of(municipality))
        self._own_texts: dict[tuple[str, str], Text] | None = None

    def write(self, request: NoticeRequest, guardians: Sequence[Patron]) -> Notice:
        """Return the message as it will stand in the outbox, not saved yet."""
        recipient = recipient_of(
            request.patron,
            guardians,
            kind=request.kind,
            today=self.today,
            default_language=self.municipality.language,
        )
        text = self._text(request.kind, recipient.language)
        subject, body = self.render(text, request, recipient)
        return Notice(
            patron=request.patron,
            branch=request.branch,
            kind=request.kind,
            key=request.key,
            about=dict(request.about),
            channel=recipient.channel,
            address=recipient.address,
            addressee=recipient.addressee,
            language=recipient.language,
            subject=subject,
            body=body,
            state=Notice.State.FAILED if recipient.problem else Notice.State.QUEUED,
            problem=recipient.problem,
            created_at=self.now,
        )

    def render(self, text: Text, request: NoticeRequest, recipient: Recipient) -> tuple[str, str]:
        """Return subject and body, filled in the recipient's language.

        :raises KeyError: if the context lacks a value that the text needs
        """
        values = self._values(request, recipient)
        return one_line(fill(text.subject, values)), fill_body(text.body, values)

    def _text(self, kind: str, language: str) -> Text:
        if self._own_texts is None:
            self._own_texts = {
                (row.kind, row.language): Text(row.subject, row.body) for row in NoticeTemplate.objects.all()
            }
        return self._own_texts.get((kind, language)) or built_in_text(kind, language)

    def _values(self, request: NoticeRequest, recipient: Recipient) -> dict[str, str | Callable[[], str]]:
        def say(value: object) -> str:
            return in_words(value, language=recipient.language, currency=self.municipality.currency)

        context = dict(request.context)
        items = context.pop("items", ())
        special = {name: say(value) for name, value in context.items() if name in placeholders_of(request.kind)}
        if items:
            line = item_line(request.kind, recipient.language)
            special["items"] = "\n".join(
                fill(line, {name: say(value) for name, value in item.items()}) for item in items
            )
            special["count"] = str(len(items))
        branch = request.branch
        return {
            **special,
            "addressee": recipient.addressee,
            "patron": request.patron.display_name,
            "library": branch.name,
            "library_address": branch.address,
            "library_phone": branch.phone,
            "library_email": branch.email,
            "municipality": self.municipality.name,
            "date": say(self.today),
            "my_page": self.my_page,
        }


def invoice_context(items: Sequence[Mapping[str, Any]], *, processing: Decimal, fees: Decimal) -> dict[str, Any]:
    """Return the context of an invoice over items whose `price` is what each costs to replace."""
    replacement = sum((item["price"] for item in items), Decimal("0.00"))
    return {
        "items": items,
        "replacement": replacement,
        "processing": processing,
        "fees": fees,
        "total": replacement + processing + fees,
    }


def _guardians(minors: Iterable[Patron]) -> dict[int, list[Patron]]:
    children = [patron.pk for patron in minors]
    found: dict[int, list[Patron]] = {}
    if children:
        links = Guardianship.objects.filter(child__in=children).select_related("guardian__category")
        for link in links.order_by("guardian__sort_key", "pk"):
            found.setdefault(link.child_id, []).append(link.guardian)
    return found
