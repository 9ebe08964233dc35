"""What libraries lay over records follows when an authority gets another heading, each library's by itself."""

import pytest
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused
from catalogue.marc.records import SUBFIELD, MarcField
from catalogue.models import AuthorityMerge, CataloguingLibrary, Change, Enrichment, HeadingChange, RecordHeadings
from catalogue.selectors.authorities import are_headings_read, number_of
from catalogue.selectors.enrichments import enrichment_versions
from catalogue.services.authority_merges import merge_authorities, undo_authority_merge
from catalogue.services.authority_versions import delete_authority
from catalogue.services.enrichments import Whose, delete_enrichment, save_enrichment
from catalogue.services.heading_changes import carry_heading_changes
from catalogue.services.record_headings import catch_up_headings
from catalogue.services.records import Author
from catalogue.tasks import follow_headings
from tests.catalogue import test_authorities as samples
from tests.catalogue.test_authorities import AINO, STAR, fields, novel, renamed
from tests.factories import StaffAccountFactory

root, names, make, bring = samples.root, samples.names, samples.make, samples.bring
_nobody_is_woken = samples._nobody_is_woken


@pytest.fixture
def lay(now):
    def lay_over(record, municipality, *lines, expected=0):
        said = [MarcField(tag, text.replace("$", SUBFIELD)) for tag, text in lines]
        whose = Whose(record.pk, Author(None, municipality))
        return save_enrichment(whose=whose, fields=said, expected_version=expected, now=now)

    return lay_over


def said(row):
    row.refresh_from_db()
    return [text.replace(SUBFIELD, "$") for _, text in row.fields]


def entries(municipality):
    with schema_context(municipality.schema_name):
        found = AuditEntry.objects.filter(action="catalogue.save_enrichment", facts__has_key="heading")
        return [(each.actor_id, each.facts["version"], each.facts["heading"]) for each in found]


def merged(winner, loser, root, now):
    versions = {"winner_version": winner.version, "loser_version": loser.version}
    merge_authorities(winner_id=winner.pk, loser_id=loser.pk, author=root, now=now, **versions)
    return AuthorityMerge.objects.get(winner=winner, loser=loser)


def test_a_librarys_own_fields_follow_a_renaming_with_a_version_and_an_entry_in_its_log(
    make, bring, lay, alpha, beta, now
):
    [record] = bring(novel(t100="1 $aSolmu, Ulla."))
    aino = make()
    number = number_of(aino)
    mine = lay(record, alpha, ("700", f"1 $aTähti, A.$ekirjoittaja.$0{number}"), ("500", "  $aTähti, Aino"))
    neighbours = lay(record, beta, ("700", "1 $aSolmu, Eino."))
    feed = Change.objects.count()
    maria = Author(StaffAccountFactory(name="Maria Root"), None)
    renamed(aino, STAR, maria, now)

    assert carry_heading_changes(now=now) == 1
    assert carry_heading_changes(now=now) == 0

    assert said(mine) == [f"1 $aStjerne, Aino$ekirjoittaja.$0{number}", "  $aTähti, Aino"]
    assert (mine.version, mine.change_kind, mine.changed_by) == (2, "EDIT", "Maria Root")
    assert [each.number for each in enrichment_versions(record.pk, alpha.pk)] == [2, 1]
    assert (said(neighbours), neighbours.version) == (["1 $aSolmu, Eino."], 1)
    record.refresh_from_db()
    assert record.version == 1
    told = Change.objects.order_by("number").values_list("record", "kind")
    assert list(told)[feed:] == [(record.pk, "ENRICHED")]
    assert entries(alpha) == [(None, 2, "Stjerne, Aino")]
    assert entries(beta) == []
    assert HeadingChange.objects.get().changed == 1


def test_the_record_and_every_librarys_fields_follow_in_one_batch(
    make, root, bring, lay, alpha, beta, now, monkeypatch
):
    [record] = bring(novel())
    rows = [lay(record, each, ("700", "1 $aTähti, Aino.")) for each in (alpha, beta)]
    renamed(make(), STAR, root, now)

    with monkeypatch.context() as patched:
        patched.setattr("catalogue.services.heading_changes.announce_enrichments", _dies)
        with pytest.raises(OSError, match="killed"):
            carry_heading_changes(now=now)
    assert [said(row) for row in rows] == [["1 $aTähti, Aino."]] * 2
    assert fields(record, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]
    assert entries(alpha) == entries(beta) == []

    assert carry_heading_changes(now=now) == 1
    assert [said(row) for row in rows] == [["1 $aStjerne, Aino."]] * 2
    assert fields(record, "100") == ["1 $aStjerne, Aino,$ekirjoittaja."]
    assert entries(alpha) == entries(beta) == [(None, 2, "Stjerne, Aino")]


def _dies(*_args):
    raise OSError("killed")


def test_an_undone_merge_gives_them_back_unless_somebody_has_changed_them_since(
    make, root, bring, lay, alpha, beta, now
):
    first, second = bring(novel("1", t100="1 $aSolmu, Ulla."), novel("2"))
    loser, winner = make(), make(STAR)
    mine = lay(first, alpha, ("700", "1 $aTähti, Aino."))
    neighbours = lay(first, beta, ("700", "1 $aTähti, Aino."))
    merge = merged(winner, loser, root, now)
    assert carry_heading_changes(now=now) == 2
    assert said(mine) == said(neighbours) == ["1 $aStjerne, Aino."]
    lay(first, beta, ("700", "1 $aStjerne, Aino."), ("500", "  $aMore"), expected=2)

    undo_authority_merge(merge_id=merge.pk, author=root, now=now)

    assert carry_heading_changes(now=now) == 2
    assert said(mine) == ["1 $aTähti, Aino."]
    assert (mine.version, mine.change_kind) == (3, "RESTORE")
    assert said(neighbours) == ["1 $aStjerne, Aino.", "  $aMore"]
    assert fields(second, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]
    assert list(HeadingChange.objects.order_by("pk").values_list("failed", flat=True)) == [0, 1]


def test_merges_in_a_chain_are_undone_one_after_the_other(make, root, bring, lay, alpha, now):
    [record] = bring(novel("1", t100="1 $aSolmu, Ulla."))
    loser, winner, last = make(), make(STAR), make((("a", "Astro, Aina"),))
    row = lay(record, alpha, ("700", "1 $aTähti, Aino."))
    first = merged(winner, loser, root, now)
    carry_heading_changes(now=now)
    winner.refresh_from_db()
    onward = merged(last, winner, root, now)
    carry_heading_changes(now=now)
    assert said(row) == ["1 $aAstro, Aina."]

    undo_authority_merge(merge_id=onward.pk, author=root, now=now)
    carry_heading_changes(now=now)
    assert said(row) == ["1 $aStjerne, Aino."]

    undo_authority_merge(merge_id=first.pk, author=root, now=now)
    carry_heading_changes(now=now)
    assert said(row) == ["1 $aTähti, Aino."]


def test_a_library_that_keeps_what_stands_on_its_spines_keeps_it(make, root, bring, lay, alpha, beta, now):
    [record] = bring(novel("1", t100="1 $aSolmu, Ulla."))
    CataloguingLibrary.objects.create(municipality=alpha, keeps_shelf_data=True)
    lines = ("100", "1 $aTähti, Aino."), ("245", "10$aMeri"), ("700", "1 $aTähti, Aino.")
    keeper, other = lay(record, alpha, *lines), lay(record, beta, *lines)
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)

    assert said(keeper) == ["1 $aTähti, Aino.", "10$aMeri", "1 $aStjerne, Aino."]
    assert said(other) == ["1 $aStjerne, Aino.", "10$aMeri", "1 $aStjerne, Aino."]
    follow_headings()
    assert carry_heading_changes(now=now) == 0
    assert HeadingChange.objects.get().finished_at == now


def test_what_a_library_writes_under_the_old_heading_is_put_right(make, root, bring, lay, alpha, now):
    [record] = bring(novel("1", t100="1 $aSolmu, Ulla."))
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)
    row = lay(record, alpha, ("700", "1 $aTähti, Aino."))

    follow_headings()

    assert said(row) == ["1 $aStjerne, Aino."]


def test_fields_that_were_taken_back_are_left_alone(make, root, bring, lay, alpha, now):
    [record] = bring(novel("1", t100="1 $aSolmu, Ulla."))
    row = lay(record, alpha, ("700", "1 $aTähti, Aino."))
    delete_enrichment(whose=Whose(record.pk, Author(None, alpha)), expected_version=1, now=now)
    renamed(make(), STAR, root, now)

    assert carry_heading_changes(now=now) == 0
    assert (said(row), row.version) == (["1 $aTähti, Aino."], 2)


def test_an_authority_that_stands_in_a_librarys_own_fields_is_not_deleted(make, root, bring, lay, alpha):
    [record] = bring(novel("1", t100="1 $aSolmu, Ulla."))
    aino = make(AINO)
    lay(record, alpha, ("700", "1 $aTähti, Aino."))

    with pytest.raises(RecordRefused) as refusal:
        delete_authority(authority_id=aino.pk, expected_version=1, author=root)

    assert refusal.value.codes == [Code.IN_RECORDS]


def test_headings_of_a_record_that_only_a_library_gives_one_are_known(bring, lay, alpha):
    [record] = bring(novel("1", t100="", t700=""))
    catch_up_headings()
    own = RecordHeadings.objects.filter(pk=record.pk).values_list("keys", "local_keys")
    before = list(own)
    lay(record, alpha, ("700", "1 $aTähti, Aino."))
    assert not are_headings_read()
    catch_up_headings()

    [(keys, local_keys)] = own.all()
    assert (len(local_keys), [(keys, None)] if before else []) == (1, before)
    assert are_headings_read()
    assert Enrichment.objects.count() == 1
