"""The municipality's own texts: checked, saved, previewed and taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from notices.errors import (
    BODY_MISSING,
    BODY_TOO_LONG,
    NOT_PERMITTED,
    SUBJECT_MISSING,
    SUBJECT_TOO_LONG,
    UNKNOWN_CHANNEL,
    UNKNOWN_KIND,
    UNKNOWN_LANGUAGE,
    UNKNOWN_PLACEHOLDER,
    TemplateRefused,
)
from notices.models import Notice, NoticeKind, NoticeTemplate
from notices.rules.channels import may_take
from notices.rules.contexts import read_again
from notices.rules.placeholders import placeholders_of, unknown_placeholders
from notices.rules.recipients import Recipient
from notices.services.outbox import invoice_context
from notices.services.writing import NoticeRequest, Writer
from notices.texts import LANGUAGES, Text
from patrons.models import Patron
from tenants.selectors import current_municipality

LONGEST_SUBJECT = 150
LONGEST_BODY = 10_000
# A text message is paid for by its parts; what it's filled with comes on top.
LONGEST_SMS = 480


@dataclass(frozen=True)
class Place:
    """Which text is meant.

    :ivar channel: empty for any but SMS
    :ivar branch: None for every branch
    """

    kind: str
    language: str
    channel: str = ""
    branch: Branch | None = None


@transaction.atomic
def save_template(*, place: Place, subject: str, body: str, staff: StaffAccount) -> NoticeTemplate:
    """Make this the text for a kind of message in a language, of a channel and a branch.

    :param subject: nothing for a text message
    :raises TemplateRefused: with every reason found; an unknown placeholder is named in `facts["placeholder"]`
    """
    _require_administrator(staff)
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    _refuse_problems(place, subject, body)
    template, _ = NoticeTemplate.objects.update_or_create(
        kind=place.kind,
        language=place.language,
        channel=place.channel,
        branch=place.branch,
        defaults={"subject": subject, "body": body},
    )
    record(action="notices.save_template", actor=staff, subject=template, facts=_facts(place))
    return template


@transaction.atomic
def reset_template(*, place: Place, staff: StaffAccount) -> bool:
    """Fall back to the next nearest text, and return whether there was one of just this channel and branch.

    :raises TemplateRefused: NOT_PERMITTED, UNKNOWN_KIND, UNKNOWN_LANGUAGE or UNKNOWN_CHANNEL
    """
    _require_administrator(staff)
    if problems := _unknown(place):
        raise TemplateRefused(problems)
    template = (
        NoticeTemplate.objects.select_for_update(of=("self",))
        .filter(kind=place.kind, language=place.language, channel=place.channel, branch=place.branch)
        .first()
    )
    if template is None:
        return False
    texts = {"subject": template.subject, "body": template.body}
    record(action="notices.reset_template", actor=staff, subject=template, facts=_facts(place) | texts)
    template.delete()
    return True


def preview(
    *, place: Place, subject: str, body: str, branch: Branch, now: datetime, case: Notice | None = None
) -> Text:
    """Return what a patron would get, with a real case or else a made-up but believable one.

    :param branch: whose name and address the message bears
    :param case: a message of this kind that has been made
    :raises TemplateRefused: with every reason found
    """
    _refuse_problems(place, subject.strip(), body.strip())
    writer, language = Writer(current_municipality(), now=now), place.language
    channel = place.channel or Notice.Channel.EMAIL
    if case is not None and case.kind == place.kind and case.context:
        recipient = Recipient(case.addressee, language, channel, "")
        request = NoticeRequest(case.patron, case.branch, place.kind, key="", context=read_again(case.context))
    else:
        name = _NAMES[language]
        patron = Patron(given_name=name[0], family_name=name[1], language=language)
        recipient = Recipient(patron.display_name, language, channel, "")
        context = _example(place.kind, language, writer)
        request = NoticeRequest(patron, branch, place.kind, key="", context=context)
    return Text(*writer.render(Text(subject, body), request, recipient))


_BEFORE_DUE = (
    NoticeKind.COURTESY,
    NoticeKind.RENEWED,
    NoticeKind.NOT_RENEWED,
    NoticeKind.RECALL,
    NoticeKind.RECALL_OVER,
    NoticeKind.RECEIPT,
)
_ABOUT_HOLDS = (
    NoticeKind.HOLD_READY,
    NoticeKind.HOLD_EXPIRED,
    NoticeKind.HOLD_INTEREST_ENDS,
    NoticeKind.HOLD_CANCELLED,
)
_NAMES = {"da": ("Karen", "Lind"), "sv": ("Karin", "Lind"), "fi": ("Kaarina", "Lehto"), "en": ("Karen", "Lind")}
_TITLES = {
    "da": ("Huset ved fjorden", "Fugle i haven", "Den lille mølle"),
    "sv": ("Huset vid fjorden", "Fåglar i trädgården", "Den lilla kvarnen"),
    "fi": ("Talo vuonon rannalla", "Pihan linnut", "Pieni mylly"),
    "en": ("The house by the fjord", "Birds in the garden", "The little mill"),
}


def _example(kind: str, language: str, writer: Writer) -> dict[str, object]:
    titles, soon = _TITLES[language], writer.today + timedelta(days=7)
    if kind == NoticeKind.MEMBERSHIP_ENDS:
        return {"ends_on": soon}
    if kind == NoticeKind.DIGEST:
        return {"messages": "\n\n".join(f"– {title}" for title in titles), "count": len(titles)}
    if kind in _ABOUT_HOLDS:
        return {"title": titles[0], "shelf_number": "027", "pickup_until": soon, "interest_until": soon}
    if kind == NoticeKind.NEW_TITLES:
        found = [{"title": title, "barcode": ""} for title in titles[:2]]
        return {"search": titles[2], "items": found, "total": len(found)}
    late = kind not in _BEFORE_DUE
    due = writer.today - timedelta(days=31) if late else writer.today + timedelta(days=3)
    items = [
        {"title": title, "barcode": f"30000000{number}", "due_date": due, "price": Decimal("249.00")}
        for number, title in enumerate(titles, start=101)
    ]
    if kind == NoticeKind.RECEIPT:
        return {"items": items, "payments": [{"number": 1187, "amount": Decimal("60.00")}]}
    invoice = invoice_context(items, processing=Decimal("150.00"), fees=Decimal("120.00"))
    return {name: value for name, value in invoice.items() if name in ("items", *placeholders_of(kind))}


def _require_administrator(staff: StaffAccount) -> None:
    if Permission.ADMINISTER not in permissions_of(staff.role):
        raise TemplateRefused([Reason(NOT_PERMITTED, permission=Permission.ADMINISTER)])


def _facts(place: Place) -> dict[str, object]:
    branch = place.branch.code if place.branch else ""
    return {"kind": place.kind, "language": place.language, "channel": place.channel, "branch": branch}


def _refuse_problems(place: Place, subject: str, body: str) -> None:
    problems = _unknown(place)
    if not problems:
        problems = [
            Reason(UNKNOWN_PLACEHOLDER, facts={"placeholder": name})
            for name in unknown_placeholders(place.kind, subject, body)
        ]
    is_sms = place.channel == Notice.Channel.SMS
    longest = LONGEST_SMS if is_sms else LONGEST_BODY
    if not subject and not is_sms:
        problems.append(Reason(SUBJECT_MISSING))
    if len(subject) > LONGEST_SUBJECT:
        problems.append(Reason(SUBJECT_TOO_LONG, facts={"longest": LONGEST_SUBJECT}))
    if not body:
        problems.append(Reason(BODY_MISSING))
    if len(body) > longest:
        problems.append(Reason(BODY_TOO_LONG, facts={"longest": longest}))
    if problems:
        raise TemplateRefused(problems)


def _unknown(place: Place) -> list[Reason]:
    problems = []
    if place.kind not in NoticeKind.values:
        problems.append(Reason(UNKNOWN_KIND, facts={"kind": place.kind}))
    if place.language not in LANGUAGES:
        problems.append(Reason(UNKNOWN_LANGUAGE, facts={"language": place.language}))
    if place.channel and (place.channel not in Notice.Channel.values or not may_take(place.kind, place.channel)):
        problems.append(Reason(UNKNOWN_CHANNEL, facts={"channel": place.channel}))
    return problems
