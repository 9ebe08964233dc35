"""Writes messages: the nearest text in the recipient's language, filled with the case, for the channel it takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from holdings.models import Branch
from notices.models import Notice
from notices.rules.contexts import kept, read_again, without_titles
from notices.rules.cores import find_core, split_template
from notices.rules.nearest_text import OwnTexts, nearest_text
from notices.rules.placeholders import fill, fill_body, one_line, placeholders_of
from notices.rules.recipients import NOT_WANTED, Post, Recipient, recipients_of
from notices.rules.settings import SECTION, MessageSettings, read_settings
from notices.rules.sms_parts import as_sms
from notices.rules.wording import in_words
from notices.selectors import own_texts
from notices.texts import Text, hidden_title, item_line, payment_line
from patrons.models import Guardianship, Patron
from tenants.models import Municipality
from tenants.selectors import address_of

# In the key of what's written to a second guardian, after the key of what the first one gets.
COPY = "/to:"


@dataclass(frozen=True)
class NoticeRequest:
    """A message that somebody wants made.

    :ivar patron: whose loans or hold it's about, with the category
    :ivar branch: that writes it: its name, address and texts; answers go there
    :ivar key: makes it once: a second request with the same key is left out
    :ivar context: the special placeholders of its kind as raw values (texts, days, decimals); `items` is a list of
        mappings with title, barcode, due_date and, where money is claimed, price. `count` is added. A receipt's
        `payments` have number and amount
    :ivar about: {"loans": [ids]} or {"hold": id}, to check again before it's sent
    :ivar channels: that the rules name for it, in their order; none for the patron's choice
    """

    patron: Patron
    branch: Branch
    kind: str
    key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[str, ...] = ()


class Writer:
    """Renders messages of one municipality; reads texts and addresses once."""

    def __init__(self, municipality: Municipality, *, now: datetime) -> None:
        self.municipality = municipality
        self.now = now
        self.zone = ZoneInfo(municipality.time_zone)
        self.today = now.astimezone(self.zone).date()
        self.settings: MessageSettings = read_settings(
            country=municipality.country, own=municipality.settings.get(SECTION, {})
        )
        self.my_page: Callable[[], str] = cache(lambda: address_of(municipality))
        self._own_texts: OwnTexts | None = None

    def post(self, *, only: str = "", named: Sequence[str] = ()) -> Post:
        """Return what a message's way depends on.

        :param only: the one channel that staff have chosen
        :param named: the channels that the rules name for it
        """
        return Post(self.settings, self.municipality.language, self.municipality.country, only, tuple(named))

    def write(self, request: NoticeRequest, guardians: Sequence[Guardianship]) -> list[Notice]:
        """Return the message as it will stand in the outbox, not saved yet; none for one that isn't wanted.

        Several guardians get one each: the first has the request's key, the others its key with theirs.
        """
        post = self.post(named=request.channels)
        recipients = recipients_of(request.patron, guardians, kind=request.kind, today=self.today, post=post)
        written = [self._written(request, each) for each in recipients if each.problem != NOT_WANTED]
        if len(written) > 1:
            for notice, recipient in zip(written, recipients, strict=True):
                notice.about = {**notice.about, "guardian": recipient.guardian_id}
            for notice in written[1:]:
                notice.key = f"{request.key}{COPY}{notice.about['guardian']}"
        return written

    def write_again(self, notice: Notice, recipient: Recipient | None = None) -> None:
        """Put the text into a message anew, for another recipient or channel, or because its context has changed.

        A message of an older release has no context and keeps its text.
        """
        known = recipient or Recipient(notice.addressee, notice.language, notice.channel, notice.address)
        if notice.context:
            if known.hides_titles:
                notice.context = without_titles(notice.context)
            self._put(notice, known, read_again(notice.context))
        else:
            notice.channel, notice.address, notice.addressee = known.channel, known.address, known.addressee

    def text(self, kind: str, language: str, channel: str, branch: Branch) -> Text:
        """Return the text that a message at a branch is written with."""
        if self._own_texts is None:
            self._own_texts = own_texts()
        return nearest_text(self._own_texts, kind, language, channel, branch.pk).text

    def render(self, text: Text, request: NoticeRequest, recipient: Recipient) -> tuple[str, str]:
        """Return subject and body, filled in the recipient's language.

        :raises KeyError: if the context lacks a value that the text needs
        """
        values = self._values(request, recipient)
        body = fill_body(text.body, values)
        return one_line(fill(text.subject, values)), as_sms(body) if _is_sms(recipient) else body

    def _written(self, request: NoticeRequest, recipient: Recipient) -> Notice:
        context = without_titles(request.context) if recipient.hides_titles else request.context
        notice = Notice(
            patron=request.patron,
            branch=request.branch,
            kind=request.kind,
            key=request.key,
            about={**request.about, **({"channels": list(request.channels)} if request.channels else {})},
            context=kept(context),
            state=Notice.State.FAILED if recipient.problem else Notice.State.QUEUED,
            problem=recipient.problem,
            created_at=self.now,
        )
        self._put(notice, recipient, context)
        return notice

    def _put(self, notice: Notice, recipient: Recipient, context: Mapping[str, Any]) -> None:
        request = NoticeRequest(notice.patron, notice.branch, notice.kind, notice.key, context)
        text = self.text(notice.kind, recipient.language, recipient.channel, notice.branch)
        notice.channel, notice.address = recipient.channel, recipient.address
        notice.addressee, notice.language = recipient.addressee, recipient.language
        notice.subject, notice.body = self.render(text, request, recipient)
        if not notice.subject:
            # A text message has none; lists of messages still say what it's about.
            long = self.text(notice.kind, recipient.language, "", notice.branch)
            notice.subject = self.render(Text(long.subject, ""), request, recipient)[0]
        core = split_template(text.body, by_line=_is_sms(recipient))[1]
        place = find_core(notice.body, self.render(Text("", core), request, recipient)[1])
        notice.core_from, notice.core_until = place or (None, None)

    def _values(self, request: NoticeRequest, recipient: Recipient) -> dict[str, str | Callable[[], str]]:
        def say(value: object) -> str:
            return in_words(value, language=recipient.language, currency=self.municipality.currency)

        def line(item: Mapping[str, Any]) -> dict[str, str]:
            return {name: say(value) for name, value in {**item, "title": item["title"] or untold}.items()}

        context, untold = dict(request.context), hidden_title(recipient.language)
        items, payments = context.pop("items", ()), context.pop("payments", None)
        special = {name: say(value) for name, value in context.items() if name in placeholders_of(request.kind)}
        if special.get("title") == "":
            special["title"] = untold
        if items:
            lines = {known: item_line(request.kind, recipient.language, with_barcode=known) for known in (True, False)}
            special["items"] = "\n".join(fill(lines[bool(item["barcode"])], line(item)) for item in items)
            special["count"] = str(len(items))
        if payments is not None:
            special["payments"] = "\n".join(
                fill(payment_line(recipient.language), {name: say(value) for name, value in payment.items()})
                for payment in payments
            )
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


def _is_sms(recipient: Recipient) -> bool:
    return recipient.channel == Notice.Channel.SMS
