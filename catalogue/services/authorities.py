"""Keeping authorities: made and edited. What that changes in records is carried through in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from catalogue.errors import Code, RecordRefused
from catalogue.marc.headings import Parts
from catalogue.models import Authority, AuthorityReference, AuthorityVersion, ChangeKind, HeadingChange, Vocabulary
from catalogue.rules.authorities import NewHeading, heading_from, reasons_against_authority
from catalogue.selectors.authorities import number_of, scheme_for
from catalogue.selectors.authority_versions import content_of_authority
from catalogue.services.records import Author
from common import audit
from common.errors import Reason

HEADINGS_TASK = "catalogue.tasks.follow_headings"
_Relation = AuthorityReference.Relation
_LONGEST_CAPTION = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What an authority says.

    :ivar parts: its heading; None for one that can't be
    :ivar variants: other headings that lead to it, as parts
    :ivar caption: what a class is about
    """

    parts: Parts | None
    variants: Sequence[Parts] = ()
    see_also: Sequence[Parts] = ()
    caption: str = ""
    note: str = ""
    former: Sequence[Parts] = field(default=())


def content_from(said: Mapping[str, Any]) -> Content:
    """Return a kept content as it's saved."""
    return Content(
        parts=parts_from(said["parts"]),
        variants=[parts_from(each) for each in said["variants"]],
        see_also=[parts_from(each) for each in said["see_also"]],
        caption=said["caption"],
        note=said["note"],
    )


@transaction.atomic
def add_authority(*, vocabulary: Vocabulary, kind: str, content: Content, author: Author, now: datetime) -> Authority:
    """Make an authority with a number of its own and return it.

    :raises RecordRefused: with every reason found
    """
    lock_vocabularies(vocabulary.pk)
    reasons = reasons_against_authority(author.library, kind=kind, kinds=vocabulary.kinds, parts=content.parts)
    heading = _heading(vocabulary, kind, content.parts)
    refuse_authority(reasons, taken=taken_by(vocabulary, heading))
    authority = Authority(
        vocabulary=vocabulary, kind=kind, control_number=_free_number(vocabulary, now), created_at=now
    )
    be_changed(authority, ChangeKind.EDIT, author, now, version=1)
    fill_authority(authority, heading, content)
    authority.save()
    write_references(authority, content)
    _note("catalogue.add_authority", authority, author)
    return authority


def save_authority(
    *, authority_id: int, expected_version: int, content: Content, author: Author, now: datetime
) -> Authority:
    """Give an authority new content; when its heading is another now, the records follow, and the old one leads here.

    :param expected_version: the row's version that the editor read; when there's a newer one, nothing is saved
    :raises RecordRefused: STALE, or with every reason found
    """
    return change_authority(
        authority_id=authority_id,
        expected_version=expected_version,
        content=content,
        author=author,
        now=now,
        kind=ChangeKind.EDIT,
    )


@transaction.atomic
def change_authority(
    *, authority_id: int, expected_version: int, content: Content, author: Author, now: datetime, kind: str
) -> Authority:
    """Do what `save_authority` does, for another reason: an older version brought back.

    :param kind: a ChangeKind
    """
    lock_vocabularies_of(authority_id)
    authority = locked_authorities(authority_id)[0]
    vocabulary, old_parts = authority.vocabulary, authority.parts
    reasons = reasons_against_authority(
        author.library, kind=authority.kind, kinds=vocabulary.kinds, parts=content.parts
    )
    if authority.version != expected_version:
        reasons.append(Code.STALE)
    heading = _heading(vocabulary, authority.kind, content.parts)
    refuse_authority(reasons, taken=taken_by(vocabulary, heading, but=authority.pk))
    before = authority.heading
    be_changed(authority, kind, author, now)
    fill_authority(authority, heading, content)
    authority.save()
    write_references(authority, content, old_parts=old_parts)
    if old_parts != authority.parts:
        let_records_follow(authority, old_parts=old_parts, old_number=number_of(authority), author=author, now=now)
    _note("catalogue.save_authority", authority, author, before=before)
    return authority


def locked_authorities(*authority_ids: int) -> list[Authority]:
    """Return authorities that nobody else changes until the transaction ends, by number.

    :raises RecordRefused: NO_SUCH_AUTHORITY, for one that was merged away too
    """
    rows = Authority.objects.select_for_update(of=("self",)).select_related("vocabulary")
    found = list(rows.filter(pk__in=authority_ids, merged_into=None).order_by("pk"))
    if len(found) != len(set(authority_ids)):
        raise RecordRefused([Reason(Code.NO_SUCH_AUTHORITY)])
    return found


def be_changed(authority: Authority, kind: str, author: Author, now: datetime, *, version: int = 0) -> None:
    """Keep what an authority says now, and let it be the next version; the caller saves it.

    :param kind: a ChangeKind
    :param version: of a new one, that has said nothing yet
    """
    if not version:
        AuthorityVersion.objects.create(
            authority=authority,
            number=authority.version,
            content=content_of_authority(authority),
            change_kind=authority.change_kind,
            changed_by=authority.changed_by,
            changed_at=authority.changed_at,
        )
    authority.version = version or authority.version + 1
    authority.change_kind, authority.changed_at = kind, now
    authority.changed_by = str(author.account)[:150] if author.account is not None else ""


def taken_by(vocabulary: Vocabulary, heading: NewHeading | None, *, but: int = 0) -> Authority | None:
    """Return another authority of the vocabulary that has the heading."""
    if heading is None:
        return None
    return Authority.objects.filter(vocabulary=vocabulary, key=heading.key, merged_into=None).exclude(pk=but).first()


def refuse_authority(codes: Sequence[Code], *, taken: Authority | None = None) -> None:
    """Go on only if nothing stands against the change.

    :raises RecordRefused: with the reasons
    """
    reasons = [Reason(code) for code in codes]
    if taken is not None:
        reasons.append(Reason(Code.HEADING_TAKEN, facts={"heading": taken.heading}))
    if reasons:
        raise RecordRefused(reasons)


def write_references(authority: Authority, content: Content, *, old_parts: Any = None) -> None:
    """Write the headings that lead to an authority anew; what it was called before stays one of them.

    :param old_parts: the heading that it has just lost
    """
    scheme = scheme_for(authority.vocabulary, authority.kind)
    kept = AuthorityReference.objects.filter(authority=authority, relation=_Relation.FORMER)
    former = [*content.former, *(parts_from(row.parts) for row in kept)]
    if old_parts is not None:
        former.append(parts_from(old_parts))
    wanted = [
        *((_Relation.FORMER, parts) for parts in former),
        *((_Relation.VARIANT, parts) for parts in content.variants),
        *((_Relation.SEE_ALSO, parts) for parts in content.see_also),
    ]
    rows: dict[tuple[bool, int], AuthorityReference] = {}
    for relation, parts in wanted:
        new = heading_from(authority.kind, scheme, parts)
        place = (relation == _Relation.SEE_ALSO, new.key)
        if new.key != authority.key and place not in rows:
            rows[place] = AuthorityReference(
                authority=authority,
                relation=relation,
                parts=[list(part) for part in parts],
                heading=new.heading,
                sort_text=new.sort_text,
                key=new.key,
            )
    AuthorityReference.objects.filter(authority=authority).delete()
    AuthorityReference.objects.bulk_create(rows.values())


def let_records_follow(
    authority: Authority,
    *,
    old_parts: Any,
    old_number: str,
    author: Author,
    now: datetime,
    undoes: HeadingChange | None = None,
) -> HeadingChange:
    """Note that records have to be changed, and wake whoever does it once the transaction commits.

    :param undoes: the change whose records are to get back what they had
    """
    change = HeadingChange.objects.create(
        undoes=undoes,
        authority=authority,
        old_parts=old_parts,
        old_number=old_number,
        asked_by=str(author.account)[:150] if author.account is not None else "",
        asked_at=now,
    )
    transaction.on_commit(wake_headings, robust=True)
    return change


def wake_headings() -> None:
    """Ask for the headings to be followed now; without a broker, the clock does it soon."""
    try:
        # By name, since tasks lie above services.
        current_app.send_task(HEADINGS_TASK, retry=False)
    except (KombuError, RedisError, OSError):
        return


def lock_vocabularies(*vocabulary_ids: int) -> None:
    """Let whoever else gives one of the vocabularies a heading or a number wait, before any authority is locked."""
    list(Vocabulary.objects.filter(pk__in=vocabulary_ids).order_by("pk").select_for_update(of=("self",)))


def lock_vocabularies_of(*authority_ids: int) -> None:
    """Do the same for the vocabularies of these authorities."""
    lock_vocabularies(*Authority.objects.filter(pk__in=authority_ids).values_list("vocabulary", flat=True))


def _heading(vocabulary: Vocabulary, kind: str, parts: Parts | None) -> NewHeading | None:
    return None if parts is None else heading_from(kind, scheme_for(vocabulary, kind), parts)


def fill_authority(authority: Authority, heading: NewHeading | None, content: Content) -> None:
    """Give an authority its heading and what's said of it; the caller saves it, and its references.

    :raises ValueError: without a heading
    """
    if heading is None:
        raise ValueError("An authority without a heading has been refused already")
    authority.parts = [list(part) for part in heading.parts]
    authority.heading, authority.sort_text, authority.key = heading.heading, heading.sort_text, heading.key
    authority.caption, authority.note = content.caption[:_LONGEST_CAPTION], content.note


def parts_from(rows: Sequence[Sequence[str]]) -> Parts:
    """Return a heading's parts as they're kept."""
    return tuple((code, value) for code, value in rows)


def _free_number(vocabulary: Vocabulary, now: datetime) -> str:
    number = int(f"{now:%Y%m%d%H%M%S}")
    taken = Authority.objects.filter(vocabulary=vocabulary)
    while taken.filter(control_number=str(number)).exists():
        number += 1
    return str(number)


def _note(action: str, authority: Authority, author: Author, *, before: str = "") -> None:
    facts = {"heading": authority.heading, "version": authority.version}
    if before and before != authority.heading:
        facts["before"] = before
    audit.record(action=action, actor=author.account, subject=authority, facts=facts)
