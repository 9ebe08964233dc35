"""Writes notes about patrons, and remembers who has read those that stand out."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from patrons.errors import NOTE_EMPTY, PatronRefused
from patrons.models import Patron, PatronNote


@transaction.atomic
def write_note(
    *,
    patron: Patron,
    text: str,
    pops_up: bool,
    only_once: bool,
    until: date | None,
    staff: StaffAccount,
    now: datetime,
) -> PatronNote:
    """Leave a note about a patron; the same again is one.

    :param pops_up: whether it stands out at check-out until it's been read that day
    :param only_once: whether it's over once somebody has read it
    :raises PatronRefused: NOTE_EMPTY
    """
    text = " ".join(text.split())
    if not text:
        raise PatronRefused([Reason(NOTE_EMPTY)])
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    same = PatronNote.objects.filter(patron=patron, text=text, pops_up=pops_up, until=until, ended_at=None)
    if known := same.first():
        return known
    note = PatronNote.objects.create(
        patron=patron,
        text=text,
        pops_up=pops_up,
        only_once=pops_up and only_once,
        until=until,
        written_by=staff.name,
        written_at=now,
    )
    record(action="patrons.write_note", actor=staff, subject=patron, facts={"note_id": note.pk, "pops_up": pops_up})
    return note


@transaction.atomic
def acknowledge_note(*, note: PatronNote, staff: StaffAccount, now: datetime) -> PatronNote:
    """Say that a note has been read; one that's only told once is over then."""
    note = PatronNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if note.ended_at is not None:
        return note
    note.read_by, note.read_at = staff.name, now
    if note.only_once:
        note.ended_by, note.ended_at = staff.name, now
    note.save(update_fields=["read_by", "read_at", "ended_by", "ended_at"])
    record(action="patrons.read_note", actor=staff, subject=note.patron, facts={"note_id": note.pk})
    return note


@transaction.atomic
def end_note(*, note: PatronNote, staff: StaffAccount, now: datetime) -> PatronNote:
    """Take a note away; taking one away that's over changes nothing."""
    note = PatronNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if note.ended_at is None:
        note.ended_by, note.ended_at = staff.name, now
        note.save(update_fields=["ended_by", "ended_at"])
        record(action="patrons.end_note", actor=staff, subject=note.patron, facts={"note_id": note.pk})
    return note
