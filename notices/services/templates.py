"""The municipality's own texts: checked, saved, previewed and taken back."""

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
    UNKNOWN_KIND,
    UNKNOWN_LANGUAGE,
    UNKNOWN_PLACEHOLDER,
    TemplateRefused,
)
from notices.models import Notice, NoticeKind, NoticeTemplate
from notices.rules.placeholders import placeholders_of, unknown_placeholders
from notices.rules.recipients import Recipient
from notices.services.outbox import NoticeRequest, Writer, invoice_context
from notices.texts import LANGUAGES, Text
from patrons.models import Patron
from tenants.selectors import current_municipality

LONGEST_SUBJECT = 150
LONGEST_BODY = 10_000


@transaction.atomic
def save_template(*, kind: str, language: str, subject: str, body: str, staff: StaffAccount) -> NoticeTemplate:
    """Make this the municipality's text for a kind of message in a language.

    :raises TemplateRefused: with every reason found; an unknown placeholder is named in `facts["placeholder"]`
    """
    _require_administrator(staff)
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    _refuse_problems(kind, language, subject, body)
    template, _ = NoticeTemplate.objects.update_or_create(
        kind=kind, language=language, defaults={"subject": subject, "body": body}
    )
    record(action="notices.save_template", actor=staff, subject=template, facts={"kind": kind, "language": language})
    return template


@transaction.atomic
def reset_template(*, kind: str, language: str, staff: StaffAccount) -> bool:
    """Fall back to the built-in text, and return whether there was an own one.

    :raises TemplateRefused: NOT_PERMITTED, UNKNOWN_KIND or UNKNOWN_LANGUAGE
    """
    _require_administrator(staff)
    if problems := _unknown(kind, language):
        raise TemplateRefused(problems)
    template = NoticeTemplate.objects.select_for_update().filter(kind=kind, language=language).first()
    if template is None:
        return False
    record(
        action="notices.reset_template",
        actor=staff,
        subject=template,
        facts={"kind": kind, "language": language, "subject": template.subject, "body": template.body},
    )
    template.delete()
    return True


def preview(*, kind: str, language: str, subject: str, body: str, branch: Branch, now: datetime) -> Text:
    """Return what a patron would get, with a made-up but believable case.

    :param branch: whose name and address the message bears
    :raises TemplateRefused: with every reason found
    """
    _refuse_problems(kind, language, subject.strip(), body.strip())
    writer = Writer(current_municipality(), now=now)
    name = _NAMES[language]
    patron = Patron(given_name=name[0], family_name=name[1], language=language)
    recipient = Recipient(patron.display_name, language, Notice.Channel.EMAIL, "")
    request = NoticeRequest(patron, branch, kind, key="", context=_example(kind, language, writer))
    filled_subject, filled_body = writer.render(Text(subject, body), request, recipient)
    return Text(filled_subject, filled_body)


_BEFORE_DUE = (NoticeKind.COURTESY, NoticeKind.RENEWED, NoticeKind.NOT_RENEWED, NoticeKind.RECALL)
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
    late = kind not in _BEFORE_DUE
    due = writer.today - timedelta(days=31) if late else writer.today + timedelta(days=3)
    items = [
        {"title": title, "barcode": f"30000000{number}", "due_date": due, "price": Decimal("249.00")}
        for number, title in enumerate(titles, start=101)
    ]
    invoice = invoice_context(items, processing=Decimal("150.00"), fees=Decimal("120.00"))
    return {name: value for name, value in invoice.items() if name in ("items", *placeholders_of(kind))}


def _require_administrator(staff: StaffAccount) -> None:
    if Permission.ADMINISTER not in permissions_of(staff.role):
        raise TemplateRefused([Reason(NOT_PERMITTED, permission=Permission.ADMINISTER)])


def _refuse_problems(kind: str, language: str, subject: str, body: str) -> None:
    problems = _unknown(kind, language)
    if not problems:
        problems = [
            Reason(UNKNOWN_PLACEHOLDER, facts={"placeholder": name})
            for name in unknown_placeholders(kind, subject, body)
        ]
    if not subject:
        problems.append(Reason(SUBJECT_MISSING))
    if len(subject) > LONGEST_SUBJECT:
        problems.append(Reason(SUBJECT_TOO_LONG, facts={"longest": LONGEST_SUBJECT}))
    if not body:
        problems.append(Reason(BODY_MISSING))
    if len(body) > LONGEST_BODY:
        problems.append(Reason(BODY_TOO_LONG, facts={"longest": LONGEST_BODY}))
    if problems:
        raise TemplateRefused(problems)


def _unknown(kind: str, language: str) -> list[Reason]:
    problems = []
    if kind not in NoticeKind.values:
        problems.append(Reason(UNKNOWN_KIND, facts={"kind": kind}))
    if language not in LANGUAGES:
        problems.append(Reason(UNKNOWN_LANGUAGE, facts={"language": language}))
    return problems
