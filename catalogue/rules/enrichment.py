"""A library's own view of a common record: its local fields laid over the common ones, by rules for groups of fields.

The rules for danMARC2 are DBC's (case II.I1). Those for MARC 21 say the same of the fields that mean the same: what
identifies a record nationally can't be overridden, who and what it is changes as a whole, numbers and physical
description one for one, and everything else is added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from catalogue.errors import Code
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.rights import Library, Owned
from common.errors import Reason


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What local fields do to common ones.

    :ivar identity: the record's own; a local field with such a tag names the record, and stays out of the view
    :ivar fixed: never overridden and never added to
    :ivar together: one local field of these replaces all common ones
    :ivar one_for_one: a local field replaces the common ones of its tag
    :ivar parents: make a title part of another, which is the common record's to say
    """

    identity: frozenset[str]
    fixed: frozenset[str]
    together: frozenset[str]
    one_for_one: frozenset[str]
    parents: frozenset[str]


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


RULES: Mapping[Flavour, FieldRules] = {
    Flavour.DANMARC2: FieldRules(
        identity=_tags("001 002 004 005"),
        fixed=_tags("010 020 990 991 996"),
        together=_tags("008 009 038 039 100 110 239 245 652 654"),
        one_for_one=_tags("013 014 017 035 036 240 243 247 300"),
        parents=_tags("014"),
    ),
    Flavour.MARC21: FieldRules(
        identity=_tags("001 003 005 006 007 008"),
        fixed=_tags("010 015 016 040 042"),
        together=_tags("080 082 084 100 110 111 130 245 336 337 338 385"),
        one_for_one=_tags("024 025 028 035 240 243 247 300 773"),
        parents=_tags("773"),
    ),
}


@dataclass(frozen=True, slots=True)
class ViewField:
    """A field of a library's view.

    :ivar is_local: it comes from an enrichment
    """

    field: MarcField
    is_local: bool


def enriched(common: MarcRecord, local: MarcRecord) -> list[ViewField]:
    """Return the fields of the library's view: the common ones in their order, each local one at its tag's place."""
    rules = RULES[common.flavour]
    gone = replaced_tags(common.flavour, {each.tag for each in local.fields})
    view = [ViewField(each, is_local=False) for each in common.fields if each.tag not in gone]
    said = {each.field for each in view}
    for field in local.fields:
        if field.tag in rules.identity | rules.fixed or field in said:
            continue
        place = next((at for at, each in enumerate(view) if each.field.tag > field.tag), len(view))
        view.insert(place, ViewField(field, is_local=True))
    return view


def replaced_tags(flavour: Flavour, local_tags: Collection[str]) -> frozenset[str]:
    """Return the tags of which no common field stays beside local fields with these tags."""
    rules, local = RULES[flavour], frozenset(local_tags)
    return (rules.together if local & rules.together else frozenset()) | (local & rules.one_for_one)


def layered(common: MarcRecord, locals_: Sequence[MarcRecord]) -> list[ViewField]:
    """Return the view with several enrichments one upon the other: what schools share lies under a library's own.

    Case II.I4: a school library's enrichment hangs on the school-common one if there is one, else on the common record.
    """
    view = [ViewField(each, is_local=False) for each in common.fields]
    for local in locals_:
        before = {each.field for each in view if each.is_local}
        below = MarcRecord(common.flavour, common.leader, [each.field for each in view])
        view = [replace(each, is_local=each.is_local or each.field in before) for each in enriched(below, local)]
    return view


def reasons_against_content(local: MarcRecord) -> list[Reason]:
    """Return everything that stands against an enrichment's fields, so that none is kept that no view would show.

    Case II.I5: it may not say whose part the title is.
    """
    rules = RULES[local.flavour]
    tags = {each.tag for each in local.fields}
    reasons = []
    if fixed := sorted(tags & (rules.fixed | rules.identity)):
        reasons.append(Reason(Code.FIELDS_ARE_COMMON, facts={"tags": fixed}))
    if parents := sorted(tags & rules.parents):
        reasons.append(Reason(Code.PARENT_IS_COMMON, facts={"tags": parents}))
    return reasons if tags else [Reason(Code.NOTHING_OF_ITS_OWN)]


def reasons_against_enriching(record: Owned, library: Library, *, for_schools: bool) -> list[Code]:
    """Return everything that stands against the library's laying fields over the record.

    A local record that's shown to all is enriched like a common one: it's changed for nobody else by that.

    :param for_schools: the enrichment is the one that all school libraries share
    """
    reasons = []
    if record.is_kept and record.owner not in library.names and not library.is_root:
        reasons.append(Code.OTHERS_LOCAL_RECORD)
    if for_schools and not (library.is_school or library.is_root):
        reasons.append(Code.SCHOOLS_ONLY)
    return reasons
