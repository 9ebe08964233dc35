"""Authorities: made, edited by two, merged, and carried into the records that have their headings."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused
from catalogue.marc.reading import parse_raw
from catalogue.models import (
    Authority,
    AuthorityReference,
    BibliographicRecord,
    Change,
    HeadingChange,
    RecordHeadings,
    RecordVersion,
    Vocabulary,
)
from catalogue.selectors.authorities import find_authorities, number_of, records_with, see_also_of
from catalogue.services.authorities import Content, add_authority, save_authority
from catalogue.services.authority_merges import merge_authorities
from catalogue.services.heading_changes import carry_heading_changes
from catalogue.services.import_authorities import import_authorities, import_classes
from catalogue.services.import_marc import import_marc
from catalogue.services.record_headings import catch_up_headings
from catalogue.services.records import Author
from catalogue.tasks import follow_headings
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, collection, iso2709, marcxml
from tests.factories import StaffAccountFactory

AINO = (("a", "Tähti, Aino"),)
STAR = (("a", "Stjerne, Aino"),)
AUTHORITY_LEADER = "00000nz  a2200000n  4500"


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    monkeypatch.setattr("catalogue.services.authorities.wake_headings", lambda: None)


@pytest.fixture
def root(alpha):
    return Author(None, None)


@pytest.fixture
def names(alpha):
    return vocabulary("own-names", "libsys", "", ["PERSON", "CORPORATE"])


def vocabulary(code, agency, scheme, kinds):
    defaults = {"name": code, "agency": agency, "scheme": scheme, "kinds": kinds}
    return Vocabulary.objects.update_or_create(code=code, defaults=defaults)[0]


@pytest.fixture
def make(names, root, now):
    def make_one(parts=AINO, *, within=None, kind="PERSON", **content):
        said = Content(parts, **content)
        return add_authority(vocabulary=within or names, kind=kind, content=said, author=root, now=now)

    return make_one


@pytest.fixture
def bring(alpha, now):
    def bring_records(*records, days=0):
        import_marc(file=BytesIO(b"".join(records)), source="test", owner="alpha", now=now + timedelta(days=days))
        return list(BibliographicRecord.objects.order_by("pk"))

    return bring_records


def novel(number="20260001", **changed):
    said = dict(NOVEL) | {"001": number} | {tag.removeprefix("t"): text for tag, text in changed.items()}
    return iso2709(list(said.items()))


def fields(record, tag):
    record.refresh_from_db()
    marc = parse_raw(bytes(record.raw), raw_format=record.raw_format, raw_encoding=record.raw_encoding)
    return [field.text.replace("\x1f", "$") for field in marc.fields if field.tag == tag]


def references(authority):
    return sorted(authority.references.values_list("relation", "heading"))


def renamed(authority, parts, root, now, **content):
    said = Content(parts, **content)
    return save_authority(
        authority_id=authority.pk, expected_version=authority.version, content=said, author=root, now=now
    )


def test_a_new_one_is_found_by_the_beginning_of_any_of_its_headings(make):
    aino = make(variants=[STAR], see_also=[(("a", "Tähti, Eino"),)], note="Writes at night")
    eino = make((("a", "Tähti, Eino"),))

    assert number_of(aino).startswith("(libsys)")
    assert [each.authority for each in find_authorities("tähti, a")] == [aino]
    assert [(each.authority, each.through) for each in find_authorities("STJ")] == [(aino, "Stjerne, Aino")]
    assert find_authorities("tähti", kinds=["SUBJECT"]) == []
    assert [(row.heading, meant) for row, meant in see_also_of(aino)] == [("Tähti, Eino", eino)]
    assert AuditEntry.objects.filter(action="catalogue.add_authority").count() == 2


def test_nobody_but_the_consortium_keeps_them(make, alpha, names, now):
    author = Author(StaffAccountFactory(), alpha)
    aino = make()

    with pytest.raises(RecordRefused) as added:
        add_authority(vocabulary=names, kind="SUBJECT", content=Content(None), author=author, now=now)
    with pytest.raises(RecordRefused) as saved:
        renamed(aino, STAR, author, now)
    with pytest.raises(RecordRefused) as brought:
        import_classes(lines=["number,caption"], vocabulary=names, author=author, now=now)

    assert added.value.codes == ["NO_RIGHT_TO_AUTHORITIES", "KIND_NOT_IN_VOCABULARY", "NO_HEADING"]
    assert saved.value.codes == brought.value.codes == ["NO_RIGHT_TO_AUTHORITIES"]
    assert list(Authority.objects.values_list("heading", "version")) == [("Tähti, Aino", 1)]
    assert not HeadingChange.objects.exists()


def test_one_heading_means_one_thing_in_a_vocabulary(make, names):
    make()

    with pytest.raises(RecordRefused) as refusal:
        make((("a", "TÄHTI Aino"),))

    assert [(each.code, each.facts) for each in refusal.value.reasons] == [
        (Code.HEADING_TAKEN, {"heading": "Tähti, Aino"})
    ]
    assert make((("a", "Tähti, Aino"),), kind="CORPORATE").pk
    assert make(within=vocabulary("finaf", "FI-ASTERI-N", "", ["PERSON"])).pk


def test_the_second_of_two_editors_is_told_and_changes_nothing(make, root, now):
    aino = make()
    renamed(aino, AINO, root, now, note="First")

    with pytest.raises(RecordRefused) as refusal:
        renamed(aino, STAR, root, now, note="Second")

    assert refusal.value.codes == [Code.STALE]
    assert list(Authority.objects.values_list("heading", "note", "version")) == [("Tähti, Aino", "First", 2)]
    assert not HeadingChange.objects.exists()


def test_a_rename_changes_every_record_once_with_a_version_and_the_feed(make, root, bring, now):
    first, second, other = bring(
        novel(), novel("20260002", t100="1 $aTähti, Aino."), novel("20260003", t100="1 $aTähti, Eino.")
    )
    aino = make()
    feed = Change.objects.count()
    later = now + timedelta(days=1)
    renamed(aino, STAR, root, now)

    assert carry_heading_changes(now=later) == 2
    assert carry_heading_changes(now=later) == 0

    assert fields(first, "100") == ["1 $aStjerne, Aino,$ekirjoittaja."]
    assert fields(second, "100") == ["1 $aStjerne, Aino."]
    assert fields(first, "005") == ["20260102030405.0"]
    assert (first.author, first.version, first.changed_at) == ("Stjerne, Aino", 2, later)
    assert (other.version, fields(other, "100")) == (1, ["1 $aTähti, Eino."])
    [kept, _] = RecordVersion.objects.order_by("record")
    assert (kept.record, kept.number, bytes(kept.raw)) == (first, 1, novel())
    assert list(Change.objects.order_by("number").values_list("record", "kind"))[feed:] == [
        (first.pk, "RECORD"),
        (second.pk, "RECORD"),
    ]
    assert references(aino) == [("FORMER", "Tähti, Aino")]
    change = HeadingChange.objects.get()
    assert (change.changed, change.failed, change.finished_at) == (2, 0, later)
    assert AuditEntry.objects.get(action="catalogue.carry_heading").facts == {
        "heading": "Stjerne, Aino",
        "records": 2,
        "failed": 0,
    }


def test_renaming_back_undoes_it(make, root, bring, now):
    [record] = bring(novel())
    aino = make()
    aino = renamed(aino, STAR, root, now)
    carry_heading_changes(now=now)
    aino = renamed(aino, AINO, root, now)
    carry_heading_changes(now=now)

    assert fields(record, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]
    assert record.version == 3
    assert references(aino) == [("FORMER", "Stjerne, Aino")]


def test_a_rename_that_was_stopped_goes_on_where_it_stood(make, root, bring, now, monkeypatch):
    records = bring(*(novel(str(number)) for number in range(5)))
    aino = make()
    catch_up_headings()
    renamed(aino, STAR, root, now)
    monkeypatch.setattr("catalogue.services.heading_changes._BATCH", 2)
    announce, calls = "catalogue.services.heading_changes.change_feed.announce", []

    def dies_in_its_second_batch(**keywords):
        calls.append(keywords["record_ids"])
        if len(calls) == 2:
            raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(announce, dies_in_its_second_batch)
        with pytest.raises(OSError, match="killed"):
            carry_heading_changes(now=now)
    assert list(BibliographicRecord.objects.order_by("pk").values_list("version", flat=True)) == [2, 2, 1, 1, 1]

    assert carry_heading_changes(now=now) == 3

    assert {tuple(fields(record, "100")) for record in records} == {("1 $aStjerne, Aino,$ekirjoittaja.",)}
    assert set(BibliographicRecord.objects.values_list("version", flat=True)) == {2}
    assert HeadingChange.objects.get().changed == 5


def test_what_comes_again_under_the_old_heading_is_put_right(make, root, bring, now):
    bring(novel())
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)
    record, another = bring(
        novel(t005="20260203040506.0", t300="  $a313 sivua"), novel("20260002", t100="1 $aTähti, Aino"), days=1
    )
    assert fields(record, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]

    follow_headings()

    assert fields(record, "100") == ["1 $aStjerne, Aino,$ekirjoittaja."]
    assert fields(another, "100") == ["1 $aStjerne, Aino"]


def test_a_number_decides_before_the_words(make, root, bring, now):
    aino = make()
    number = number_of(aino)
    mine, others, unknown = bring(
        novel("1", t100=f"1 $aTahti, A.$0{number}"),
        novel("2", t100="1 $aTähti, Aino$0(libsys)999"),
        novel("3", t100="1 $aTähti, Aino$0(XX-ELSE)5"),
    )
    renamed(aino, STAR, root, now)
    carry_heading_changes(now=now)

    assert fields(mine, "100") == [f"1 $aStjerne, Aino$0{number}"]
    assert fields(others, "100") == ["1 $aTähti, Aino$0(libsys)999"]
    assert fields(unknown, "100") == ["1 $aStjerne, Aino$0(XX-ELSE)5"]


def test_a_number_of_a_subject_means_what_it_names_and_what_narrows_it_down_stays(make, root, bring, now):
    topics = vocabulary("own-topics", "topics", "own", ["SUBJECT"])
    dogs = make((("a", "Dogs"),), within=topics, kind="SUBJECT")
    history = make((("a", "Cats"), ("x", "History")), within=topics, kind="SUBJECT")
    base, whole = number_of(dogs), number_of(history)
    [record] = bring(novel(t650=f" 7$aDogs$xHistory$2own$0{base}"))
    [_, narrowed] = bring(novel("20260002", t650=f" 7$aCats$xHistory$2own$0(GND)1$0{whole}"))
    renamed(dogs, (("a", "Canines"),), root, now)
    renamed(history, (("a", "Cats"), ("x", "The past")), root, now)
    carry_heading_changes(now=now)

    assert fields(record, "650") == [f" 7$aCanines$xHistory$2own$0{base}"]
    assert fields(narrowed, "650") == [f" 7$aCats$xThe past$2own$0(GND)1$0{whole}"]


def test_a_heading_that_two_have_had_one_after_the_other_puts_nothing_right(make, root, bring, now):
    [first] = bring(novel("1"))
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)
    [_, second] = bring(novel("1"), novel("2"))[:2]
    renamed(make(), (("a", "Tähti, Aino"), ("d", "1980-")), root, now)
    carry_heading_changes(now=now)
    later = bring(novel("3"), days=1)[-1]
    follow_headings()

    assert fields(second, "100") != ["1 $aStjerne, Aino,$ekirjoittaja."]
    assert fields(later, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]


def test_words_that_two_vocabularies_have_decide_nothing(make, root, bring, now):
    [record] = bring(novel())
    make(within=vocabulary("finaf", "FI-ASTERI-N", "", ["PERSON"]))
    renamed(make(), STAR, root, now)
    carry_heading_changes(now=now)

    assert fields(record, "100") == ["1 $aTähti, Aino,$ekirjoittaja."]
    assert HeadingChange.objects.get().changed == 0


def test_danish_records_and_records_in_xml_follow_too(make, root, bring, now):
    danish = iso2709(DANISH_NOVEL, leader="00000name 2200000   4500")
    other = collection(marcxml([("001", "7"), ("003", "X"), ("245", "10$aSea"), ("700", "1 $aØrsted, Åse,$eaut")]))
    [record] = bring(danish)
    bring(other)
    in_xml = BibliographicRecord.objects.get(control_number="7")
    renamed(make((("a", "Ørsted, Åse"),)), (("a", "Ørsted Lund, Åse"), ("d", "1960-")), root, now)
    carry_heading_changes(now=now)

    assert fields(record, "100") == ["00$aØrsted Lund$hÅse$c1960-"]
    assert record.author == "Ørsted Lund, Åse"
    assert (fields(in_xml, "700"), in_xml.raw_format) == (["1 $aØrsted Lund, Åse$d1960-$eaut"], "MARCXML")


def test_a_merge_leads_the_losers_headings_and_records_to_the_winner(make, root, bring, now):
    [record] = bring(novel())
    loser, winner = make(variants=[(("a", "Tähti, A."),)]), make(STAR, variants=[(("a", "Stj., A."),)])
    versions = {"winner_version": winner.version, "loser_version": loser.version}
    stale = versions | {"loser_version": 7}
    with pytest.raises(RecordRefused) as refusal:
        merge_authorities(winner_id=winner.pk, loser_id=loser.pk, author=root, now=now, **stale)
    assert refusal.value.codes == [Code.STALE]

    merge_authorities(winner_id=winner.pk, loser_id=loser.pk, author=root, now=now, **versions)
    carry_heading_changes(now=now)

    assert fields(record, "100") == ["1 $aStjerne, Aino,$ekirjoittaja."]
    assert references(winner) == [("FORMER", "Tähti, Aino"), ("VARIANT", "Stj., A."), ("VARIANT", "Tähti, A.")]
    loser.refresh_from_db()
    assert loser.merged_into == winner
    assert [each.authority for each in find_authorities("Tähti")] == [winner]
    assert list(records_with(winner)) == [record]
    with pytest.raises(RecordRefused) as gone:
        renamed(loser, AINO, root, now)
    assert gone.value.codes == [Code.NO_SUCH_AUTHORITY]


def test_a_person_and_a_body_are_not_merged(make, root, now):
    person, body = make(), make(kind="CORPORATE")
    with pytest.raises(RecordRefused) as refusal:
        merge_authorities(
            winner_id=person.pk, winner_version=1, loser_id=body.pk, loser_version=1, author=root, now=now
        )
    assert refusal.value.codes == [Code.KINDS_DIFFER]


def test_the_headings_of_older_records_are_read_by_and_by_and_forgotten_with_them(bring, now):
    first, second = bring(novel(), novel("20260002"))
    RecordHeadings.objects.all().delete()

    assert catch_up_headings() == 2
    assert catch_up_headings() == 0
    assert set(RecordHeadings.objects.values_list("pk", flat=True)) == {first.pk, second.pk}

    bring(iso2709(NOVEL, leader="00000dam a2200000 a 4500"), days=1)
    catch_up_headings()
    assert set(RecordHeadings.objects.values_list("pk", flat=True)) == {second.pk}


def authority_record(number, *fields_, leader=AUTHORITY_LEADER):
    return iso2709([("001", number), ("005", "20260102030405.0"), *fields_], leader=leader)


def test_a_marc_file_of_authorities_comes_in_and_changes_nothing_the_second_time(root, bring, now):
    yso = vocabulary("yso-fi", "http://www.yso.fi/onto/yso", "yso/fin", ["SUBJECT"])
    [record] = bring(iso2709([*NOVEL, ("650", " 7$akoirat$2yso/fin$0http://www.yso.fi/onto/yso/p1")]))
    dogs = authority_record("p1", ("150", "  $akoirat"), ("450", "  $ahauvat"), ("550", "  $aeläimet"))
    pets = authority_record("p2", ("150", "  $aeläimet"), ("680", "  $iAll but people."))
    wrong = [
        authority_record("p3", ("150", "  $aKOIRAT")),
        authority_record("p4", ("100", "1 $aTähti, Aino")),
        authority_record("p5", ("180", "  $xhistoria")),
        authority_record("p6", ("150", "  $akissat"), leader="00000dz  a2200000n  4500"),
        novel(),
        b"not a record at all\x1d",
    ]

    def bring_all(*records):
        return import_authorities(file=BytesIO(b"".join(records)), vocabulary=yso, author=root, now=now)

    report = bring_all(dogs, pets, *wrong)

    assert (report.created, report.changed, report.unchanged) == (2, 0, 0)
    assert sorted(report.refused)[:5] == [
        (3, "HEADING_TAKEN"),
        (4, "KIND_NOT_IN_VOCABULARY"),
        (5, "NO_HEADING"),
        (6, "MARKED_AS_DELETED"),
        (7, "NO_HEADING"),
    ]
    authority = Authority.objects.get(control_number="p1")
    assert references(authority) == [("SEE_ALSO", "eläimet"), ("VARIANT", "hauvat")]
    assert see_also_of(authority)[0][1].note == "All but people."
    assert bring_all(dogs, pets).unchanged == 2

    report = bring_all(authority_record("p1", ("150", "  $akoira"), ("450", "  $ahauvat"), ("550", "  $aeläimet")))
    carry_heading_changes(now=now)

    assert (report.renamed, report.changed) == (1, 1)
    assert fields(record, "650") == [" 7$akoira$2yso/fin$0http://www.yso.fi/onto/yso/p1"]
    assert references(authority) == [("FORMER", "koirat"), ("SEE_ALSO", "eläimet"), ("VARIANT", "hauvat")]


@pytest.mark.parametrize(("code", "count"), [("dk5", 12), ("ddc", 10)])
def test_the_topmost_classes_come_with_the_system(alpha, code, count, capsys):
    vocabulary(code, code, code, ["CLASS"])
    call_command("import_authorities", code, f"catalogue/data/classes/{code}.csv")
    call_command("import_authorities", code, f"catalogue/data/classes/{code}.csv")

    assert Authority.objects.filter(vocabulary__code=code, kind="CLASS").exclude(caption="").count() == count
    assert f"{count} as before" in capsys.readouterr().out
    assert not AuthorityReference.objects.exists()


def test_a_class_that_gets_another_number_takes_its_records_along(make, root, bring, now):
    dk5 = vocabulary("dk5", "dk5", "dk5", ["CLASS"])
    danish = [*DANISH_NOVEL[:-1], ("652", "00$m79.41$oB")]
    [record] = bring(iso2709(danish, leader="00000name 2200000   4500"))
    games = make((("a", "79.41"),), within=dk5, kind="CLASS", caption="Games")
    renamed(games, (("a", "79.42"),), root, now, caption="Games")
    carry_heading_changes(now=now)

    assert fields(record, "652") == ["00$m79.42$oB"]
    assert record.classification == "79.42"
