"""Making one authority of two, and two of one again. The records follow in the background, and go back the same way."""

from datetime import datetime
from typing import Any

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.models import Authority, AuthorityMerge, AuthorityReference, ChangeKind, HeadingChange
from catalogue.rules.authorities import heading_from
from catalogue.selectors.authorities import number_of, scheme_for, scheme_of
from catalogue.services.authorities import (
    be_changed,
    let_records_follow,
    lock_vocabularies_of,
    locked_authorities,
    refuse_authority,
    taken_by,
)
from catalogue.services.records import Author
from common import audit
from common.errors import Reason

_Relation = AuthorityReference.Relation


@transaction.atomic
def merge_authorities(
    *, winner_id: int, winner_version: int, loser_id: int, loser_version: int, author: Author, now: datetime
) -> Authority:
    """Make one authority of two: the loser's headings lead to the winner, and its records follow.

    :raises RecordRefused: STALE, or with every reason found
    """
    if winner_id == loser_id:
        raise RecordRefused([Reason(Code.SAME_RECORD)])
    lock_vocabularies_of(winner_id, loser_id)
    rows = {row.pk: row for row in locked_authorities(winner_id, loser_id)}
    winner, loser = rows[winner_id], rows[loser_id]
    reasons = [] if author.library.is_root else [Code.NO_RIGHT_TO_AUTHORITIES]
    if (winner.version, loser.version) != (winner_version, loser_version):
        reasons.append(Code.STALE)
    if (winner.kind, scheme_for(winner.vocabulary, winner.kind)) != (
        loser.kind,
        scheme_for(loser.vocabulary, loser.kind),
    ):
        reasons.append(Code.KINDS_DIFFER)
    if HeadingChange.objects.filter(authority=loser, finished_at=None).exists():
        # What's under way would lead past it, and no undo would find these records.
        reasons.append(Code.RECORDS_STILL_FOLLOW)
    refuse_authority(reasons)
    moved: dict[str, Any] = {
        "winner": _references(winner),
        "loser": _references(loser),
        "changes": list(HeadingChange.objects.filter(authority=loser).values_list("pk", flat=True)),
        "merged": list(Authority.objects.filter(merged_into=loser).values_list("pk", flat=True)),
    }
    for row in (winner, loser):
        be_changed(row, ChangeKind.MERGE, author, now)
    Authority.objects.filter(pk__in=moved["merged"]).update(merged_into=winner)
    HeadingChange.objects.filter(pk__in=moved["changes"]).update(authority=winner)
    loser.merged_into = winner
    loser.save()
    winner.save()
    _take_over_references(winner, loser)
    change = let_records_follow(winner, old_parts=loser.parts, old_number=number_of(loser), author=author, now=now)
    by = change.asked_by
    AuthorityMerge.objects.create(winner=winner, loser=loser, change=change, moved=moved, merged_at=now, merged_by=by)
    facts = {"merged": loser.heading, "number": number_of(loser)}
    audit.record(
        action="catalogue.merge_authorities",
        actor=author.account,
        subject=winner,
        facts={"heading": winner.heading, **facts},
    )
    return winner


@transaction.atomic
def undo_authority_merge(*, merge_id: int, author: Author, now: datetime) -> Authority:
    """Let an authority that was merged away stand by itself again, and return it.

    The records that followed get back what they had, unless somebody has changed them since.

    :raises RecordRefused: NOT_MERGED when it's undone already, or the other was itself merged on; HEADING_TAKEN when
        another has its heading now
    """
    merge = AuthorityMerge.objects.select_for_update(of=("self",)).filter(pk=merge_id, undone_at=None).first()
    if merge is None:
        raise RecordRefused([Reason(Code.NOT_MERGED)])
    lock_vocabularies_of(merge.winner_id, merge.loser_id)
    rows = Authority.objects.select_for_update(of=("self",)).select_related("vocabulary").order_by("pk")
    both = rows.in_bulk([merge.winner_id, merge.loser_id])
    winner, loser = both[merge.winner_id], both[merge.loser_id]
    if winner.merged_into_id is not None or loser.merged_into_id != winner.pk:
        raise RecordRefused([Reason(Code.NOT_MERGED)])
    own = heading_from(loser.kind, scheme_of(loser), loser.parts)
    reasons = [] if author.library.is_root else [Code.NO_RIGHT_TO_AUTHORITIES]
    refuse_authority(reasons, taken=taken_by(loser.vocabulary, own, but=loser.pk))
    for row in (winner, loser):
        be_changed(row, ChangeKind.UNMERGE, author, now)
    Authority.objects.filter(pk__in=merge.moved["merged"], merged_into=winner).update(merged_into=loser)
    HeadingChange.objects.filter(pk__in=merge.moved["changes"], authority=winner).update(authority=loser)
    loser.merged_into = None
    loser.save()
    winner.save()
    _give_back_references(merge, winner, loser)
    # What hasn't followed yet stays where it is.
    HeadingChange.objects.filter(pk=merge.change_id, finished_at=None).update(finished_at=now)
    let_records_follow(
        loser, old_parts=winner.parts, old_number=number_of(winner), author=author, now=now, undoes=merge.change
    )
    merge.undone_at = now
    merge.undone_by = str(author.account)[:150] if author.account is not None else ""
    merge.save(update_fields=["undone_at", "undone_by"])
    facts = {"heading": loser.heading, "was_in": winner.heading, "number": number_of(loser)}
    audit.record(action="catalogue.undo_authority_merge", actor=author.account, subject=loser, facts=facts)
    return loser


def _references(authority: Authority) -> list[list[Any]]:
    return [[row.relation, row.parts] for row in authority.references.all()]


def _give_back_references(merge: AuthorityMerge, winner: Authority, loser: Authority) -> None:
    """Take from the winner what came by the merge, and give the loser what it had."""
    scheme = scheme_of(loser)
    had = {heading_from(winner.kind, scheme_of(winner), parts).key for _, parts in merge.moved["winner"]}
    theirs = [(relation, heading_from(loser.kind, scheme, parts)) for relation, parts in merge.moved["loser"]]
    came = {new.key for relation, new in theirs if relation != _Relation.SEE_ALSO} | {loser.key}
    winner.references.exclude(relation=_Relation.SEE_ALSO).filter(key__in=came - had).delete()
    AuthorityReference.objects.filter(authority=loser).delete()
    AuthorityReference.objects.bulk_create(
        AuthorityReference(
            authority=loser,
            relation=relation,
            parts=[list(part) for part in new.parts],
            heading=new.heading,
            sort_text=new.sort_text,
            key=new.key,
        )
        for relation, new in theirs
    )


def _take_over_references(winner: Authority, loser: Authority) -> None:
    present = {row.key for row in winner.references.all()} | {winner.key}
    moved = [row for row in loser.references.exclude(relation=_Relation.SEE_ALSO) if row.key not in present]
    AuthorityReference.objects.filter(pk__in=[row.pk for row in moved]).update(authority=winner)
    AuthorityReference.objects.filter(authority=loser).delete()
    if loser.key not in present and loser.key not in {row.key for row in moved}:
        AuthorityReference.objects.create(
            authority=winner,
            relation=_Relation.FORMER,
            parts=loser.parts,
            heading=loser.heading,
            sort_text=loser.sort_text,
            key=loser.key,
        )
