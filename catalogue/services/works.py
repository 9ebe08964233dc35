"""Works corrected by hand: a record taken out of a work, put into another, and either taken back.

What's said here stands beside the record, so no delivery overwrites it. Index and holds follow in the same transaction,
or from the change feed. Nobody's place in a queue changes by it: only which items do for who takes any edition.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.models import BibliographicRecord, Change, WorkCorrection
from catalogue.regrouping import rooms
from catalogue.rules.rights import reasons_against_edit
from catalogue.selectors.rights import owned_each
from catalogue.selectors.works import editions_of, ids_in_works, is_key, own_key, records_with_key, state_of, works_of
from catalogue.services import change_feed
from catalogue.services.record_versions import be_the_only_writer
from catalogue.services.records import Author, locked_record
from common import audit
from common.errors import Reason
from tenants.everywhere import in_each_municipality
from tenants.models import Municipality


@transaction.atomic
def take_out_of_work(*, record_id: int, expected: str, author: Author, now: datetime) -> WorkCorrection:
    """Make a record the edition of a work of its own; those that were put to it by hand stay with the others.

    :param expected: the state of its work that the cataloguer has seen, see `catalogue.selectors.works.state_of`
    :raises RecordRefused: with every reason found; ALONE_ALREADY when no other edition is with it
    """
    be_the_only_writer()
    record = locked_record(record_id)
    work = works_of([record])[record.pk]
    reasons = [] if len(editions_of(work)) > 1 else [Reason(Code.ALONE_ALREADY)]
    _refuse(record, expected, author, reasons)
    return _correct(WorkCorrection(record=record), author, now, "catalogue.take_out_of_work")


@transaction.atomic
def join_work(
    *, record_id: int, same_as_id: int, with_editions: bool, expected: str, author: Author, now: datetime
) -> WorkCorrection:
    """Make a record an edition of the work that another one is an edition of.

    :param with_editions: the other editions of its present work come along, those too that are catalogued later
    :param expected: the state of its work that the cataloguer has seen, see `catalogue.selectors.works.state_of`
    :raises RecordRefused: with every reason found; SAME_WORK_ALREADY when both are together
    """
    be_the_only_writer()
    record, other = (locked_record(pk) for pk in (record_id, same_as_id))
    works = works_of([record, other])
    reasons = [Reason(Code.SAME_WORK_ALREADY)] if works[record.pk] == works[other.pk] else []
    if other.deleted_at is not None:
        reasons.append(Reason(Code.RECORD_GONE))
    if other.visible_to_id not in (None, record.visible_to_id):
        reasons.append(Reason(Code.LEVELS_DIFFER))
    # A local record speaks for itself only.
    key = works[record.pk] if with_editions and is_key(works[record.pk]) and not record.is_local else ""
    _refuse(record, expected, author, reasons, key)
    said = WorkCorrection(record=record, same_as=other, work=works[other.pk], key=key)
    return _correct(said, author, now, "catalogue.join_work")


@transaction.atomic
def undo_work_correction(
    *, record_id: int, correction_id: int, expected: str, author: Author, now: datetime
) -> WorkCorrection:
    """Take back what was said of a record's work; what was said before that holds again.

    :param expected: the state of its work that the cataloguer has seen, see `catalogue.selectors.works.state_of`
    :raises RecordRefused: with every reason found; NOTHING_TO_UNDO when it's undone already
    """
    be_the_only_writer()
    record = locked_record(record_id)
    said = WorkCorrection.objects.select_for_update(of=("self",)).filter(pk=correction_id, undone_at=None).first()
    if said is None or (said.record_id != record.pk and said.key != own_key(record)):
        raise RecordRefused([Reason(Code.NOTHING_TO_UNDO)])
    _refuse(record, expected, author, [], said.key)
    before = _members(said)
    said.undone_at, said.undone_by = now, _name(author)
    said.save(update_fields=["undone_at", "undone_by"])
    facts = {"correction": said.pk}
    audit.record(action="catalogue.undo_work_correction", actor=author.account, subject=record, facts=facts)
    _tell(before | _members(said), now)
    return said


def _refuse(record: BibliographicRecord, expected: str, author: Author, reasons: list[Reason], key: str = "") -> None:
    """Refuse whoever may not change the record; nor, where all editions with a key go along, each of them."""
    touched = owned_each([record, *(records_with_key(key) if key else ())])
    codes = (code for each in touched for code in reasons_against_edit(each, author.library, new_owner=""))
    reasons += [Reason(code) for code in dict.fromkeys(codes)]
    if key and record.is_local and not author.library.is_root:
        reasons.append(Reason(Code.LEVELS_DIFFER))
    if record.deleted_at is not None:
        reasons.append(Reason(Code.RECORD_GONE))
    if state_of(record) != expected:
        reasons.insert(0, Reason(Code.WORK_CHANGED))
    if reasons:
        raise RecordRefused(reasons)


def _correct(said: WorkCorrection, author: Author, now: datetime, action: str) -> WorkCorrection:
    said.made_at, said.made_by, said.made_in = now, _name(author), author.municipality
    before = _members(said)
    said.save(force_insert=True)
    facts = {"same_as": said.same_as_id, "with_editions": bool(said.key)} if said.same_as_id else {}
    audit.record(action=action, actor=author.account, subject=said.record, facts=facts)
    _tell(before | _members(said), now)
    return said


def _members(said: WorkCorrection) -> set[int]:
    """Return all records of the works that are touched: the record's, the other one's, and that of the key."""
    works = set(works_of([said.record, *([said.same_as] if said.same_as else [])]).values())
    return ids_in_works(works | ({said.key, said.work} - {""})) | {said.record_id}


def _tell(record_ids: Collection[int], now: datetime) -> None:
    in_each_municipality(partial(_follow, record_ids))
    change_feed.announce(record_ids=sorted(record_ids), kind=Change.Kind.GROUPED, now=now)


def _follow(record_ids: Collection[int], _municipality: Municipality) -> None:
    for follow in rooms.values():
        follow(record_ids)


def _name(author: Author) -> str:
    return str(author.account)[:150] if author.account is not None else ""
