"""What authorities said before: kept, brought back, protected from files; merges undone; and deletions refused."""

from datetime import timedelta
from io import BytesIO

import pytest

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused
from catalogue.models import Authority, AuthorityReference, BibliographicRecord, HeadingChange
from catalogue.rules.authority_contents import brought_together
from catalogue.selectors.authorities import find_authorities, number_of
from catalogue.selectors.authority_versions import merges_into, versions_of_authority
from catalogue.services.authority_merges import merge_authorities, undo_authority_merge
from catalogue.services.authority_versions import delete_authority, restore_authority
from catalogue.services.heading_changes import carry_heading_changes
from catalogue.services.import_authorities import import_authorities
from catalogue.services.record_headings import catch_up_headings
from catalogue.services.records import Author
from tests.catalogue import test_authorities as samples
from tests.catalogue.marc_samples import iso2709
from tests.catalogue.test_authorities import AINO, AUTHORITY_LEADER, STAR, fields, novel, references, renamed
from tests.factories import StaffAccountFactory

root, names, make, bring = samples.root, samples.names, samples.make, samples.bring
_nobody_is_woken = samples._nobody_is_woken


@pytest.fixture
def from_file(names, root, now):
    def bring_one(*said, stamp="20260102030405.0"):
        record = iso2709([("001", "p1"), ("005", stamp), *said], leader=AUTHORITY_LEADER)
        return import_authorities(file=BytesIO(record), vocabulary=names, author=root, now=now)

    return bring_one


@pytest.fixture
def merged(make, root, bring, now):
    """Return the winner and the loser of a merge that two records have followed."""
    bring(novel("1"), novel("2"))
    loser, winner = make(variants=[(("a", "Tähti, A."),)]), make(STAR, variants=[(("a", "Stj., A."),)])
    merge_authorities(winner_id=winner.pk, winner_version=1, loser_id=loser.pk, loser_version=1, author=root, now=now)
    assert carry_heading_changes(now=now) == 2
    return winner, loser


def refusal(act, **said):
    with pytest.raises(RecordRefused) as refused:
        act(**said)
    return refused.value.codes


def again(authority):
    return Authority.objects.get(pk=authority.pk)


def test_says_who_changed_what_and_brings_back_an_older_version(make, bring, root, now):
    [record] = bring(novel())
    aino = make(variants=[(("a", "Tähti, A."),)])
    editor = Author(StaffAccountFactory(), None)
    renamed(aino, STAR, editor, now + timedelta(days=1), note="Moved")

    newest, first = versions_of_authority(again(aino))
    assert (newest.number, newest.kind, newest.by) == (2, "EDIT", str(editor.account))
    assert newest.changes == [
        ("parts", [list(AINO[0])], [list(STAR[0])]),
        ("variants", [[["a", "Tähti, A."]]], []),
        ("note", "", "Moved"),
    ]
    assert (first.number, first.kind, first.by, first.at, first.changes) == (1, "EDIT", "", now, [])

    said = {"authority_id": aino.pk, "author": editor, "now": now}
    assert refusal(restore_authority, number=7, expected_version=2, **said) == [Code.NO_SUCH_VERSION]
    assert refusal(restore_authority, number=1, expected_version=1, **said) == [Code.STALE]
    restore_authority(number=1, expected_version=2, **said)
    carry_heading_changes(now=now)

    assert references(aino) == [("FORMER", "Stjerne, Aino"), ("VARIANT", "Tähti, A.")]
    assert [(each.number, each.kind) for each in versions_of_authority(again(aino))] == [
        (3, "RESTORE"),
        (2, "EDIT"),
        (1, "EDIT"),
    ]
    assert fields(record, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]


@pytest.mark.parametrize("stamp", ["20260102030405.0", "20270102030405.0"])
def test_a_file_leaves_what_was_changed_by_hand_and_says_where_both_changed_it(from_file, root, now, stamp):
    from_file(("100", "1 $aTähti, Aino"), ("400", "1 $aTähti, A."))
    authority = Authority.objects.get(control_number="p1")
    authority = renamed(authority, STAR, root, now, variants=[(("a", "Stj., A."),)], note="Ours")

    same = from_file(("100", "1 $aTähti, Aino"), ("400", "1 $aTähti, A."), stamp=stamp)
    assert (same.unchanged, same.changed, same.kept) == (1, 0, [])

    theirs = [("100", "1 $aTähti, Aino Maria"), ("400", "1 $aTähti, A."), ("400", "1 $aT. A."), ("670", "  $aTheirs")]
    report = from_file(*theirs, stamp=stamp)

    assert (report.changed, report.renamed, report.refused) == (1, 0, [])
    assert report.kept == [(1, ["parts", "note"])]
    authority = again(authority)
    assert (authority.heading, authority.note, authority.change_kind) == ("Stjerne, Aino", "Ours", "IMPORT")
    assert references(authority) == [("FORMER", "Tähti, Aino"), ("VARIANT", "Stj., A."), ("VARIANT", "T. A.")]
    assert from_file(*theirs, stamp=stamp).kept == []


def test_two_of_a_file_may_take_each_others_place_and_what_is_no_heading_is_refused(names, root, now):
    def bring_all(*headings):
        records = [
            iso2709([("001", f"p{number}"), ("100", f"1 $a{heading}")], leader=AUTHORITY_LEADER)
            for number, heading in enumerate(headings)
        ]
        return import_authorities(file=BytesIO(b"".join(records)), vocabulary=names, author=root, now=now)

    bring_all("Holm, A.", "Berg, B.")
    report = bring_all("Holm, Anna", "Holm, A.", "Å" * 4000)

    assert (report.renamed, report.refused) == (2, [(3, Code.NO_HEADING)])


def test_where_nobody_knows_what_a_file_said_before_a_changed_one_stays():
    ours = {"parts": [["a", "A"]], "caption": "c", "note": "", "variants": [[["a", "V"]]], "see_also": []}
    theirs = ours | {"parts": [["a", "B"]], "variants": [[["a", "W"]]]}

    said, kept = brought_together(None, ours, theirs, lambda parts: hash(str(parts)))

    assert (said, kept) == (ours | {"variants": [[["a", "V"]], [["a", "W"]]]}, ["parts"])


def test_a_merge_is_undone_and_records_changed_since_stay(merged, root, bring, now):
    winner, loser = merged
    first, second = BibliographicRecord.objects.order_by("pk")
    bring(novel("2", t005="20260203040506.0", t100="1 $aStjerne, Aino.", t300="  $a7 s."), days=1)
    [merge] = merges_into(winner)

    undo_authority_merge(merge_id=merge.pk, author=root, now=now)
    assert carry_heading_changes(now=now) == 1

    assert fields(first, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]
    assert (first.author, first.version, first.change_kind) == ("Tähti, Aino", 3, "RESTORE")
    assert fields(second, "100") == ["1 $aStjerne, Aino."]
    undone = HeadingChange.objects.get(undoes=merge.change)
    assert (undone.changed, undone.failed, undone.finished_at) == (1, 1, now)
    assert references(winner) == [("VARIANT", "Stj., A.")]
    assert references(loser) == [("VARIANT", "Tähti, A.")]
    assert [each.authority for each in find_authorities("tähti, aino")] == [loser]
    assert [each.kind for each in versions_of_authority(again(loser))] == ["UNMERGE", "MERGE", "EDIT"]
    assert merges_into(winner) == []
    assert refusal(undo_authority_merge, merge_id=merge.pk, author=root, now=now) == [Code.NOT_MERGED]


def test_a_merge_is_not_undone_once_another_has_the_heading_or_the_other_has_gone_on(merged, make, root, alpha, now):
    winner, loser = merged
    [merge] = merges_into(winner)
    said = {"merge_id": merge.pk, "now": now}
    other = make()
    assert refusal(undo_authority_merge, author=root, **said) == [Code.HEADING_TAKEN]
    assert refusal(undo_authority_merge, author=Author(StaffAccountFactory(), alpha), **said) == [
        Code.NO_RIGHT_TO_AUTHORITIES,
        Code.HEADING_TAKEN,
    ]

    merge_authorities(winner_id=other.pk, winner_version=1, loser_id=winner.pk, loser_version=2, author=root, now=now)
    assert refusal(undo_authority_merge, author=root, **said) == [Code.NOT_MERGED]
    assert again(loser).merged_into == other
    [onward] = merges_into(other)
    undo_authority_merge(merge_id=onward.pk, author=root, now=now)
    assert again(loser).merged_into == winner


def test_one_that_is_used_or_took_others_in_is_not_deleted(merged, make, root, alpha, now):
    winner, _ = merged
    staff = Author(StaffAccountFactory(), alpha)
    said = {"authority_id": winner.pk, "expected_version": 1}
    assert refusal(delete_authority, author=staff, **said) == [
        Code.NO_RIGHT_TO_AUTHORITIES,
        Code.STALE,
        Code.IN_RECORDS,
        Code.TOOK_OTHERS_IN,
    ]
    assert refusal(delete_authority, author=root, **said | {"expected_version": 2}) == [
        Code.IN_RECORDS,
        Code.TOOK_OTHERS_IN,
    ]

    unused = make((("a", "Solmu, Ulla"),), note="By mistake")
    number = number_of(unused)
    delete_authority(authority_id=unused.pk, expected_version=1, author=root)

    assert find_authorities("solmu") == []
    facts = AuditEntry.objects.get(action="catalogue.delete_authority").facts
    assert (facts["heading"], facts["number"], facts["content"]["note"]) == ("Solmu, Ulla", number, "By mistake")


def test_what_the_newest_records_have_is_known_before_one_is_deleted(make, root, bring, monkeypatch):
    late = make((("a", "Solmu, Ulla"),))
    bring(novel("9", t100="1 $aSolmu, Ulla."))
    said = {"authority_id": late.pk, "expected_version": 1, "author": root}

    with monkeypatch.context() as behind_a_large_import:
        behind_a_large_import.setattr("catalogue.services.authority_versions._MOST_READ", 0)
        assert refusal(delete_authority, **said) == [Code.HEADINGS_UNREAD]
    assert refusal(delete_authority, **said) == [Code.IN_RECORDS]


def test_merges_in_a_chain_are_undone_one_after_the_other(merged, make, root, now):
    winner, loser = merged
    last = make((("a", "Astro, Aina"),))
    merge_authorities(winner_id=last.pk, winner_version=1, loser_id=winner.pk, loser_version=2, author=root, now=now)
    assert carry_heading_changes(now=now) == 2
    records = BibliographicRecord.objects.order_by("pk")
    assert {record.author for record in records} == {"Astro, Aina"}

    [onward] = merges_into(last)
    undo_authority_merge(merge_id=onward.pk, author=root, now=now)
    assert carry_heading_changes(now=now) == 2
    assert {record.author for record in records.all()} == {"Stjerne, Aino"}

    [first] = merges_into(again(winner))
    undo_authority_merge(merge_id=first.pk, author=root, now=now)
    assert carry_heading_changes(now=now) == 2
    assert {record.author for record in records.all()} == {"Tähti, Aino"}
    assert again(loser).merged_into is None


def test_one_whose_records_still_follow_is_not_merged_on(merged, make, root, now):
    winner, _ = merged
    HeadingChange.objects.update(finished_at=None)
    last = make((("a", "Astro, Aina"),))
    said = {"winner_id": last.pk, "winner_version": 1, "loser_id": winner.pk, "loser_version": 2}

    assert refusal(merge_authorities, **said, author=root, now=now) == [Code.RECORDS_STILL_FOLLOW]
    carry_heading_changes(now=now)
    assert merge_authorities(**said, author=root, now=now).pk == last.pk


def test_an_undone_merge_takes_no_record_along_that_comes_later(merged, root, bring, now):
    winner, loser = merged
    [merge] = merges_into(winner)
    undo_authority_merge(merge_id=merge.pk, author=root, now=now)
    carry_heading_changes(now=now)
    # By hand, somebody lets the other's heading lead there again.
    AuthorityReference.objects.create(
        authority=winner,
        relation="FORMER",
        parts=loser.parts,
        heading=loser.heading,
        sort_text=loser.sort_text,
        key=loser.key,
    )

    *_, record = bring(novel("7"))
    catch_up_headings()
    assert carry_heading_changes(now=now) == 0
    record.refresh_from_db()
    assert record.author == "Tähti, Aino"
