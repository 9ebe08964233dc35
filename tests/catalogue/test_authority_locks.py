"""What keeping authorities locks: headings of a vocabulary are given one after the other, and others go on writing."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.models import BibliographicRecord, HeadingChange
from catalogue.services import heading_changes
from catalogue.services.authority_merges import merge_authorities
from catalogue.services.heading_changes import carry_heading_changes
from catalogue.services.record_headings import catch_up_headings
from tests.catalogue import test_authorities as samples
from tests.catalogue.test_authorities import AINO, STAR, novel, renamed

root, names, make, bring = samples.root, samples.names, samples.make, samples.bring
_nobody_is_woken = samples._nobody_is_woken


def _locked(act):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    told = [each["sql"] or "" for each in queries]
    return [each.split('FROM "')[1].split('"')[0] for each in told if "FOR UPDATE" in each]


def test_whoever_gives_a_heading_makes_others_of_the_vocabulary_wait_first(make, root, now):
    aino, star = make(), make(STAR)

    def merge():
        versions = {"winner_version": 2, "loser_version": 1}
        merge_authorities(winner_id=aino.pk, loser_id=star.pk, author=root, now=now, **versions)

    in_turn = ["catalogue_vocabulary", "catalogue_authority"]
    assert _locked(lambda: renamed(aino, AINO, root, now, note="More"))[:2] == in_turn
    assert _locked(merge)[:2] == in_turn


def test_records_that_are_right_already_keep_nobody_from_writing(make, root, bring, now, monkeypatch):
    bring(novel("1"), novel("2"))
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)
    HeadingChange.objects.update(position=0, finished_at=None)

    def waits():
        raise AssertionError("the only writer")

    monkeypatch.setattr(heading_changes, "be_the_only_writer", waits)
    assert carry_heading_changes(now=now) == 0
    assert HeadingChange.objects.get().finished_at == now


def test_a_renaming_goes_on_from_the_first_record_with_the_old_heading(make, root, bring, now):
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)
    HeadingChange.objects.update(position=10**9)
    bring(novel("1", t100="1 $aSolmu, Ulla."), novel("2"))
    catch_up_headings()

    with_it = BibliographicRecord.objects.get(control_number="2")
    change = HeadingChange.objects.get()
    assert (change.position, change.finished_at) == (with_it.pk - 1, None)
