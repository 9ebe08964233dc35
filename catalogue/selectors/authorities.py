"""Finding authorities, and the records that have their headings."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from catalogue.marc.headings import comparable_heading, full_number, heading_key, number_key
from catalogue.models import (
    Authority,
    AuthorityKind,
    AuthorityReference,
    BibliographicRecord,
    Change,
    HeadingChange,
    HeadingProgress,
    RecordHeadings,
    Vocabulary,
)
from catalogue.selectors.visibility import viewer, visible_to
from common.prepared_statements import all_rows

MOST_FOUND = 50
# What a branch has changes no heading.
CHANGING_HEADINGS = (Change.Kind.RECORD, Change.Kind.DELETED, Change.Kind.ENRICHED)
# Of a variant that somebody types.
_MOST_WORDS, _MOST_MEANT = 8, 3
_LEADING = (AuthorityReference.Relation.VARIANT, AuthorityReference.Relation.FORMER)
# Every search asks it.
_MEANT = """
    SELECT authority.kind, authority.parts::text
    FROM catalogue_authorityreference reference
    JOIN catalogue_authority authority ON authority.id = reference.authority_id
    WHERE reference.sort_text = ANY (%(orders)s::text[]) AND reference.relation = ANY (%(leading)s::text[])
      AND authority.merged_into_id IS NULL AND authority.kind <> 'CLASS'
    ORDER BY reference.id
    LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Found:
    """An authority that begins with what was typed.

    :ivar through: the other heading that did, when its own doesn't
    """

    authority: Authority
    through: str = ""


def vocabularies() -> Sequence[Vocabulary]:
    """Return all vocabularies by name."""
    return list(Vocabulary.objects.all())


def get_vocabulary(code: str) -> Vocabulary | None:
    """Return a vocabulary by its code."""
    return Vocabulary.objects.filter(code=code).first()


def get_authority(authority_id: int) -> Authority | None:
    """Return an authority, one that was merged away too."""
    return Authority.objects.select_related("vocabulary", "merged_into").filter(pk=authority_id).first()


def find_authorities(
    text: str,
    *,
    vocabulary_id: int | None = None,
    kinds: Collection[str] = (),
    scheme: str = "",
    most: int = MOST_FOUND,
) -> list[Found]:
    """Return the authorities whose heading, or another that leads to them, begins like the text; in its order.

    :param kinds: any, when empty
    :param scheme: of the vocabulary as records name it; any, when empty
    """
    beginning = comparable_heading(text)
    limits = Q(merged_into=None)
    if vocabulary_id is not None:
        limits &= Q(vocabulary=vocabulary_id)
    if scheme:
        limits &= Q(vocabulary__scheme=scheme)
    if kinds:
        limits &= Q(kind__in=list(kinds))
    own = Authority.objects.select_related("vocabulary").filter(limits, sort_text__startswith=beginning)
    found = {each.pk: Found(each) for each in own.order_by("sort_text", "pk")[:most]}
    if beginning:
        others = AuthorityReference.objects.select_related("authority__vocabulary").filter(
            sort_text__startswith=beginning,
            relation__in=_LEADING,
            authority__in=Authority.objects.filter(limits).values("pk"),
        )
        for row in others.order_by("sort_text", "pk")[:most]:
            found.setdefault(row.authority_id, Found(row.authority, row.heading))
    return sorted(found.values(), key=lambda each: comparable_heading(each.through or each.authority.heading))[:most]


def headings_meant_by(text: str) -> list[str]:
    """Return the headings, without dates, that a text leads to when it's a variant of theirs, in any order of words."""
    words = comparable_heading(text).split()
    if not 0 < len(words) <= _MOST_WORDS:
        return []
    orders = [" ".join([*words[place:], *words[:place]]) for place in range(len(words))]
    found = all_rows(_MEANT, {"orders": orders, "leading": list(_LEADING), "most": _MOST_MEANT})
    named = ([value for code, value in json.loads(parts) if _is_named(kind, code)] for kind, parts in found)
    return list(dict.fromkeys(" ".join(values) for values in named))


def _is_named(kind: str, code: str) -> bool:
    """Tell whether a subfield stands in the names that records are searched by."""
    return kind == AuthorityKind.SUBJECT or code in "ab"


def references_of(authority: Authority) -> Sequence[AuthorityReference]:
    """Return the headings that lead to it, and those to look at too."""
    return list(authority.references.all())


def see_also_of(authority: Authority) -> list[tuple[AuthorityReference, Authority | None]]:
    """Return what's worth looking at too, with the authority of the same vocabulary that it means if there's one."""
    rows = list(authority.references.filter(relation=AuthorityReference.Relation.SEE_ALSO))
    meant = Authority.objects.filter(
        vocabulary=authority.vocabulary_id, key__in=[row.key for row in rows], merged_into=None
    )
    by_key = {each.key: each for each in meant}
    return [(row, by_key.get(row.key)) for row in rows]


def changes_of(authority: Authority) -> Sequence[HeadingChange]:
    """Return how its renamings stand, the newest first."""
    return list(HeadingChange.objects.filter(authority=authority).order_by("-pk")[:20])


def number_of(authority: Authority) -> str:
    """Return its number as records write it."""
    return full_number(authority.vocabulary.agency, authority.control_number)


def keys_of(authority: Authority) -> list[int]:
    """Return the keys by which records with its heading, or its number, are found."""
    return [authority.key, number_key(number_of(authority))]


def old_keys_of(change: HeadingChange) -> list[int]:
    """Return the keys by which records are found that may still have to be changed."""
    authority = change.authority
    key = heading_key(authority.kind, scheme_of(authority), change.old_parts)
    return [key, number_key(change.old_number), number_key(number_of(authority))]


def scheme_of(authority: Authority) -> str:
    """Return the vocabulary as records name it beside the heading; names say none."""
    return scheme_for(authority.vocabulary, authority.kind)


def scheme_for(vocabulary: Vocabulary, kind: str) -> str:
    """Return the vocabulary as records name it beside headings of a kind."""
    return vocabulary.scheme if kind in ("SUBJECT", "CLASS") else ""


def records_with(authority: Authority) -> QuerySet[BibliographicRecord]:
    """Return the records that have its heading or its number, as far as whoever asks may see them."""
    ids = RecordHeadings.objects.filter(keys__overlap=keys_of(authority)).values("record_id")
    return BibliographicRecord.objects.filter(visible_to(viewer()), pk__in=ids, deleted_at=None)


def are_headings_read() -> bool:
    """Tell whether it's known of every record which headings it has."""
    progress = HeadingProgress.objects.first()
    if progress is None:
        return not BibliographicRecord.objects.exists()
    unread = Change.objects.filter(number__gt=progress.change_number, kind__in=CHANGING_HEADINGS)
    return progress.filled_to is None and not unread.exists()


def having_any(keys: Collection[int]) -> Q:
    """Return the condition for records' headings that have one of these, themselves or in what's laid over them."""
    return Q(keys__overlap=list(keys)) | Q(local_keys__overlap=list(keys))


def all_agencies() -> set[str]:
    """Return the agencies whose numbers mean an authority here."""
    return set(Vocabulary.objects.values_list("agency", flat=True))


def is_headings_alone(authority: Authority, key: int) -> bool:
    """Tell whether a field with the heading alone must mean this authority.

    Nobody else has it, and nobody else has had it since this one left it.
    """
    others = Authority.objects.filter(key=key, merged_into=None).exclude(pk=authority.pk)
    if others.exists():
        return False
    former = AuthorityReference.objects.filter(relation=AuthorityReference.Relation.FORMER, key=key)
    rivals = set(former.filter(authority__merged_into=None).values_list("authority", flat=True)) - {authority.pk}
    if not rivals:
        return True
    changes = HeadingChange.objects.filter(authority__in=rivals | {authority.pk}).select_related(
        "authority__vocabulary"
    )
    left_it = [
        each.authority_id
        for each in changes.order_by("pk")
        if heading_key(each.authority.kind, scheme_of(each.authority), each.old_parts) == key
    ]
    return bool(left_it) and left_it[-1] == authority.pk
