"""Letters: made into one file a run, drawn again whenever it's wanted, and put back when one comes back by post."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from notices.errors import NOT_A_SENT_LETTER, NOT_PERMITTED, NOTHING_TO_PRINT, NoticeRefused
from notices.letters import ListPage, Sheet, letters_pdf, page_counts
from notices.letters.fonts import unprintable
from notices.models import Notice, PrintRun
from notices.relevance import still_true
from notices.rules.digests import parcels
from notices.rules.wording import in_words
from notices.services.narrowing import narrow
from notices.services.parcels import as_one
from notices.services.sending import OUTDATED, sender_at
from notices.services.sheets import sheet_of
from notices.services.writing import Writer
from tenants.selectors import current_municipality

CAME_BACK = "CAME_BACK"
# As many as are drawn in a few seconds; the rest is for the next run.
MOST_LETTERS = 500


@dataclass(frozen=True)
class PrintedLetter:
    """One letter of a run.

    :ivar notices: what's in it, the first gives it its number
    :ivar pages: how many it has
    :ivar missing: characters that no font has: staff write them by hand
    """

    number: int
    notices: tuple[Notice, ...]
    sheet: Sheet
    pages: int
    missing: str


def make_print_run(*, branch: Branch | None, staff: StaffAccount, now: datetime) -> PrintRun:
    """Put the letters that wait for the printer into a run, where they count as sent.

    What isn't true any more is cancelled instead, also when nothing else is left.

    :param branch: whose letters; None for all branches
    :raises NoticeRefused: NOT_PERMITTED or NOTHING_TO_PRINT
    """
    _require_staff(staff)
    with transaction.atomic():
        sender, locked = sender_at(now), _locked(branch)
        narrow(locked, sender.writer)
        letters = parcels(locked, digest_branches=sender.digest_branches)
        if letters:
            return _run_of(letters, branch, staff, now)
    raise NoticeRefused([Reason(NOTHING_TO_PRINT)])


@transaction.atomic
def came_back(*, notice: Notice, staff: StaffAccount, now: datetime) -> list[Notice]:
    """Take note that the post couldn't deliver a letter: all that was in it waits for staff to decide.

    :raises NoticeRefused: NOT_PERMITTED, or NOT_A_SENT_LETTER
    """
    _require_staff(staff)
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    together = Notice.objects.select_for_update(of=("self",)).filter(print_run=locked.print_run_id)
    mates = [locked] if locked.sent_with is None else list(together.filter(sent_with=locked.sent_with).order_by("pk"))
    if locked.state != Notice.State.SENT or locked.channel != Notice.Channel.LETTER:
        raise NoticeRefused([Reason(NOT_A_SENT_LETTER, facts={"state": locked.state})])
    returned = [each for each in mates if each.state == Notice.State.SENT]
    for each in returned:
        each.state, each.problem = Notice.State.FAILED, CAME_BACK
        each.save(update_fields=["state", "problem"])
        record(action="notices.came_back", actor=staff, subject=each, facts={"at": now.isoformat()})
    return returned


def letters_of(run: PrintRun) -> list[PrintedLetter]:
    """Return the letters of a run as they were put into it, whatever has become of them since."""
    in_run = Notice.objects.filter(print_run=run).select_related("patron", "branch").order_by("pk")
    writer = Writer(current_municipality(), now=run.made_at)
    together: dict[int, list[Notice]] = {}
    for notice in in_run:
        together.setdefault(notice.sent_with or notice.pk, []).append(notice)
    sheets = []
    for notices in together.values():
        subject, body = as_one(notices, writer)
        sheets.append(sheet_of(notices[0], subject=subject, body=body, writer=writer))
    return [
        PrintedLetter(
            number, tuple(notices), sheet, pages, unprintable("".join((*sheet.address, sheet.subject, sheet.body)))
        )
        for number, (notices, sheet, pages) in enumerate(
            zip(together.values(), sheets, page_counts(sheets), strict=True), start=1
        )
    ]


def run_pdf(run: PrintRun) -> bytes:
    """Return the run's file: the list of what's in it, then the letters."""
    letters = letters_of(run)
    municipality = current_municipality()
    day = in_words(
        run.made_at.astimezone(ZoneInfo(municipality.time_zone)).date(),
        language=municipality.language,
        currency=municipality.currency,
    )
    with override(municipality.language):
        heading = gettext("Letters") + f" {run.pk}"
        count = ngettext("%(count)d letter", "%(count)d letters", len(letters)) % {"count": len(letters)}
        contents = ListPage(
            heading=heading,
            about=", ".join(
                filter(None, (run.branch.name if run.branch else municipality.name, day, run.made_by, count))
            ),
            head=(gettext("No."), gettext("To"), gettext("About"), gettext("Pages")),
            rows=tuple(_row(letter) for letter in letters),
            columns=(25, 37, 90, 178),
        )
    return letters_pdf([letter.sheet for letter in letters], contents=contents, title=heading)


def window_test_pdf() -> bytes:
    """Return a letter to nobody that shows where the address stands, to lay into an envelope."""
    municipality = current_municipality()
    writer = Writer(municipality, now=timezone.now())
    branch = Branch.objects.first() or Branch(name=municipality.name)
    with override(municipality.language):
        name, subject = gettext("Given name and family name"), gettext("Test letter")
        notice = Notice(
            branch=branch,
            channel=Notice.Channel.LETTER,
            address="\n".join((name, gettext("c/o somebody"), gettext("Street 1, 2nd floor"), "1234 ÅÄÖ")),
            addressee=name,
            language=municipality.language,
            created_at=writer.now,
        )
        body = gettext(
            "Fold this sheet once in the middle and put it into the envelope. The whole address and the sender's line "
            "above it have to be seen in the window, and nothing else. If they aren't, change the millimetres."
        )
        return letters_pdf([sheet_of(notice, subject=subject, body=body, writer=writer)])


def _locked(branch: Branch | None) -> list[Notice]:
    waiting = Notice.objects.filter(state=Notice.State.QUEUED, channel=Notice.Channel.LETTER)
    if branch is not None:
        waiting = waiting.filter(branch=branch)
    rows = waiting.select_for_update(of=("self",)).select_related("patron", "branch")
    locked = list(rows.order_by("pk")[:MOST_LETTERS])
    true_ids = still_true(locked) if locked else set()
    outdated = [notice.pk for notice in locked if notice.pk not in true_ids]
    if outdated:
        Notice.objects.filter(pk__in=outdated).update(state=Notice.State.CANCELLED, problem=OUTDATED)
    return [notice for notice in locked if notice.pk in true_ids]


def _run_of(letters: list[list[Notice]], branch: Branch | None, staff: StaffAccount, now: datetime) -> PrintRun:
    run = PrintRun.objects.create(branch=branch, made_at=now, made_by=staff.name, letters=len(letters))
    alone = [notices[0].pk for notices in letters if len(notices) == 1]
    sent = {"state": Notice.State.SENT, "sent_at": now, "problem": "", "print_run": run}
    Notice.objects.filter(pk__in=alone).update(**sent)
    for notices in letters:
        if len(notices) > 1:
            pks = [notice.pk for notice in notices]
            Notice.objects.filter(pk__in=pks).update(**sent, sent_with=pks[0])
    record(action="notices.make_print_run", actor=staff, subject=run, facts={"letters": len(letters)})
    return run


def _row(letter: PrintedLetter) -> tuple[str, str, str, str]:
    first = letter.notices[0]
    about = (
        letter.sheet.subject if not letter.missing else gettext("By hand: %(letters)s") % {"letters": letter.missing}
    )
    return str(letter.number), first.addressee, about, str(letter.pages)


def _require_staff(staff: StaffAccount) -> None:
    if not permissions_of(staff.role) & {Permission.CIRCULATE, Permission.ADMINISTER}:
        raise NoticeRefused([Reason(NOT_PERMITTED, permission=Permission.CIRCULATE)])
