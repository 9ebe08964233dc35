"""Which work a record is an edition of: by its fields, by hand, and what follows from either."""

from io import BytesIO

import pytest

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused
from catalogue.marc.columns import parse_columns
from catalogue.marc.reading import read_single
from catalogue.models import BibliographicRecord, Change, HarvestEntry
from catalogue.rules.work_keys import TitleFrom, work_facts
from catalogue.search import other_editions
from catalogue.search.writing import catch_up, rebuild
from catalogue.selectors.works import corrections_about, edition_ids, editions_of, own_key, state_of, works_of
from catalogue.services import work_keys
from catalogue.services.import_marc import import_marc
from catalogue.services.merging import merge_records
from catalogue.services.records import Author
from catalogue.services.works import join_work, take_out_of_work, undo_work_correction
from circulation.models import Hold
from tests.catalogue.marc_samples import iso2709
from tests.factories import HoldFactory, StaffAccountFactory
from tests.factories.catalogue import RecordFactory

DANISH = "00000name 2200000   4500"
FINNISH = "00000nam a2200000 a 4500"
NOVEL_008 = "010101s2001    fi ||||||||||||||||||fin||"


ROWLING = ("100", "1 $aRowling, J. K.")


def facts(*fields, leader=FINNISH):
    record = read_single(iso2709([("001", "1"), ("008", NOVEL_008), *fields], leader=leader)).record
    return work_facts(record, parse_columns(record))


def danish(*fields):
    record = read_single(iso2709([("001", "00$a1$b870970"), *fields], leader=DANISH)).record
    return work_facts(record, parse_columns(record))


ORIGINAL = facts(("100", "1 $aRowling, J. K.,"), ("245", "14$aThe Philosopher's stone /$cJ. K. Rowling"))
SAME = [
    ("a subtitle", facts(("100", "1 $aJ. K. Rowling"), ("245", "10$aPhilosopher's stone :$ba tale"))),
    (
        "a uniform title",
        facts(ROWLING, ("240", "14$aThe Philosopher's Stone$lFinnish"), ("245", "10$aKivi")),
    ),
    (
        "the original's title",
        facts(ROWLING, ("245", "10$aKivi"), ("765", "0 $tPhilosopher's stone")),
    ),
    (
        "danMARC2's original title",
        danish(("100", "00$aRowling$hJ. K."), ("241", "00$aThe ¤Philosopher's stone"), ("245", "00$aSten")),
    ),
]
OTHER = [
    ("another part", facts(ROWLING, ("245", "10$aPhilosopher's stone.$n2"))),
    ("another author", facts(("100", "1 $aHolm, Anne"), ("245", "10$aPhilosopher's stone"))),
    (
        "a selection",
        facts(ROWLING, ("240", "10$aPhilosopher's stone$kSelections"), ("245", "10$aPieces")),
    ),
    ("a collective title", facts(ROWLING, ("240", "10$aShort stories"), ("245", "10$aTales"))),
]


@pytest.mark.parametrize("other", [each[1] for each in SAME], ids=[each[0] for each in SAME])
def test_is_the_same_work_by(other):
    assert other.key == ORIGINAL.key == "j k rowling|philosopher s stone||"


@pytest.mark.parametrize("other", [each[1] for each in OTHER], ids=[each[0] for each in OTHER])
def test_is_another_work_by(other):
    assert other.key not in ("", ORIGINAL.key)


def test_titles_without_an_author_are_told_apart_by_their_subtitle():
    first, second = (facts(("245", f"10$aDanmark :$b{more}")) for more in ("et land", "turen gaar til"))

    assert first.key != second.key


def test_volumes_without_an_author_and_magazines_are_works_of_their_own():
    volume = danish(("014", "00$a2"), ("245", "00$g1$aSang"))
    magazine = facts(("245", "10$aNyt"), leader="00000nas a2200000 a 4500")

    assert (volume.key, volume.title_from, magazine.key) == ("", TitleFrom.NONE, "")


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(name="Karen Holm"), alpha)


@pytest.fixture
def shelf(db):
    """Return two editions of one work, two of another, and one more by itself."""
    titles = ("stone|", "stone|", "sten|", "sten|", "")
    return [RecordFactory(owner="alpha", work_key=key, title=key or "Alone") for key in titles]


@pytest.fixture
def say(author, now):
    def out(record):
        return take_out_of_work(record_id=record.pk, expected=state_of(record), author=author, now=now)

    def join(record, other, with_editions=False):
        return join_work(
            record_id=record.pk,
            same_as_id=other.pk,
            with_editions=with_editions,
            expected=state_of(record),
            author=author,
            now=now,
        )

    def undo(record, said):
        return undo_work_correction(
            record_id=record.pk, correction_id=said.pk, expected=state_of(record), author=author, now=now
        )

    return out, join, undo


def grouped(records):
    """Return the records' places, those of one work together."""
    works = works_of(BibliographicRecord.objects.filter(pk__in=[each.pk for each in records]))
    groups: dict[str, list[int]] = {}
    for place, record in enumerate(records):
        groups.setdefault(works[record.pk], []).append(place)
    for work, places in groups.items():
        assert [each.pk for each in editions_of(work)] == [records[place].pk for place in places]
    return sorted(groups.values())


def test_takes_out_and_takes_back(shelf, say):
    out, _join, undo = say

    said = out(shelf[0])
    assert grouped(shelf) == [[0], [1], [2, 3], [4]]

    undo(shelf[0], said)
    assert grouped(shelf) == [[0, 1], [2, 3], [4]]


def test_joins_one_record_or_all_its_editions_and_those_that_come_later(shelf, say):
    _out, join, undo = say

    alone = join(shelf[2], shelf[0])
    assert grouped(shelf) == [[0, 1, 2], [3], [4]]

    undo(shelf[2], alone)
    together = join(shelf[2], shelf[0], with_editions=True)
    shelf.append(RecordFactory(owner="alpha", work_key="sten|"))
    assert grouped(shelf) == [[0, 1, 2, 3, 5], [4]]

    undo(shelf[3], together)
    assert grouped(shelf) == [[0, 1], [2, 3, 5], [4]]


def test_all_editions_go_along_only_with_whoever_may_change_each(shelf, say, alpha):
    _out, join, undo = say
    national = RecordFactory(owner="870970", work_key="sten|")

    with pytest.raises(RecordRefused) as refused:
        join(shelf[2], shelf[0], with_editions=True)

    assert {reason.code for reason in refused.value.reasons} == {Code.NATIONAL_RECORD}
    join(shelf[2], shelf[0])
    local = RecordFactory(owner="alpha", work_key="sten|", is_local=True, visible_to=alpha)
    said = join(local, shelf[0], with_editions=True)
    assert (said.key, grouped([*shelf, national, local])) == ("", [[0, 1, 2, 6], [3, 5], [4]])


def test_a_local_record_takes_back_nothing_that_was_said_of_all(shelf, say, alpha, now):
    _out, join, undo = say
    together = join(shelf[2], shelf[0], with_editions=True)
    RecordFactory(owner="870970", work_key="sten|")
    local = RecordFactory(owner="alpha", work_key="sten|", is_local=True, visible_to=alpha)

    with pytest.raises(RecordRefused) as refused:
        undo(local, together)

    assert {reason.code for reason in refused.value.reasons} == {Code.NATIONAL_RECORD, Code.LEVELS_DIFFER}


def test_a_common_record_is_not_put_to_one_that_only_a_library_sees(shelf, say, alpha):
    _out, join, _undo = say
    local = RecordFactory(owner="alpha", is_local=True, visible_to=alpha)

    with pytest.raises(RecordRefused) as refused:
        join(shelf[2], local)

    assert {reason.code for reason in refused.value.reasons} == {Code.LEVELS_DIFFER}


def test_what_was_put_to_a_record_goes_where_that_one_goes(shelf, say):
    out, join, undo = say
    join(shelf[4], shelf[2])
    said = join(shelf[2], shelf[0])
    assert grouped(shelf) == [[0, 1, 2, 4], [3]]

    undo(shelf[2], said)
    assert grouped(shelf) == [[0, 1], [2, 3, 4]]


def test_who_is_taken_out_goes_alone(shelf, say):
    out, join, undo = say
    join(shelf[2], shelf[0], with_editions=True)
    join(shelf[4], shelf[3])

    said = out(shelf[0])
    assert grouped(shelf) == [[0], [1, 2, 3, 4]]
    more = out(shelf[3])
    assert grouped(shelf) == [[0], [1, 2, 4], [3]]

    undo(shelf[0], said)
    undo(shelf[3], more)
    assert grouped(shelf) == [[0, 1, 2, 3, 4]]


def test_who_was_put_to_one_that_stood_alone_stays_with_it(shelf, say):
    out, join, _undo = say
    out(shelf[2])
    join(shelf[0], shelf[2])

    assert grouped(shelf) == [[0, 2], [1], [3], [4]]


def test_a_ring_that_an_undo_leaves_behind_is_one_work(shelf, say):
    out, join, undo = say
    join(shelf[0], shelf[2])
    apart = out(shelf[0])
    join(shelf[2], shelf[0])
    undo(shelf[0], apart)

    assert grouped(shelf) == [[0, 2], [1], [3], [4]]


def test_follows_a_record_that_was_merged_into_another(shelf, say, author, now, monkeypatch):
    _out, join, _undo = say
    join(shelf[4], shelf[2])
    for record in shelf:
        BibliographicRecord.objects.filter(pk=record.pk).update(
            raw=iso2709([("001", record.control_number), ("245", f"10$a{record.title}")], leader=FINNISH)
        )
    merge_records(
        winner_id=shelf[0].pk, winner_version=1, loser_id=shelf[2].pk, loser_version=1, author=author, now=now
    )
    shelf[0].refresh_from_db()

    works = works_of(BibliographicRecord.objects.filter(pk__in=[shelf[0].pk, shelf[4].pk]))
    assert works[shelf[4].pk] == works[shelf[0].pk] == own_key(shelf[0])


def test_refuses_what_was_changed_meanwhile_and_what_changes_nothing(shelf, say, author, alpha, beta, now):
    out, join, undo = say
    foreign = RecordFactory(owner="870970", work_key="stone|")
    shelf.append(foreign)
    before = state_of(shelf[0])
    said = out(shelf[0])

    def codes(call, *names, **more):
        with pytest.raises(RecordRefused) as refusal:
            call(*names, **more)
        return [reason.code for reason in refusal.value.reasons]

    assert codes(take_out_of_work, record_id=shelf[0].pk, expected=before, author=author, now=now) == [
        Code.WORK_CHANGED,
        Code.ALONE_ALREADY,
    ]
    assert codes(join, shelf[2], shelf[3]) == [Code.SAME_WORK_ALREADY]
    assert codes(join, shelf[2], shelf[2]) == [Code.SAME_WORK_ALREADY]
    assert codes(out, foreign) == [Code.NATIONAL_RECORD]
    assert codes(undo, shelf[2], said) == [Code.NOTHING_TO_UNDO]
    undo(shelf[0], said)
    assert codes(undo, shelf[0], said) == [Code.NOTHING_TO_UNDO]
    assert grouped(shelf) == [[0, 1, 5], [2, 3], [4]]


def test_tells_who_said_what_and_when_and_keeps_it_in_the_audit_log(shelf, say, now):
    out, _join, undo = say
    undo(shelf[0], out(shelf[0]))

    (said,) = corrections_about(shelf[0])

    assert (said.made_by, said.made_at, said.undone_by) == ("Karen Holm", now, "Karen Holm")
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "catalogue.take_out_of_work",
        "catalogue.undo_work_correction",
    ]


def test_the_index_follows_and_harvesters_hear_nothing_of_it(index_folder, shelf, say):
    out, join, _undo = say
    rebuild()
    entries = list(HarvestEntry.objects.values_list("pk", "changed_at"))

    said = out(shelf[0])
    join(shelf[4], shelf[2])
    catch_up()

    assert other_editions(shelf[1]) == []
    assert {hit.record_id for hit in other_editions(shelf[3])} == {shelf[2].pk, shelf[4].pk}
    assert set(Change.objects.values_list("kind", flat=True)) == {Change.Kind.GROUPED}
    assert list(HarvestEntry.objects.values_list("pk", "changed_at")) == entries
    assert said.record_id == shelf[0].pk


def test_a_delivery_and_a_rebuild_leave_what_was_said(index_folder, say, now):
    out, _join, _undo = say
    delivery = b"".join(
        iso2709(
            [("001", number), ("003", "FI"), ("100", "1 $aHolm"), ("245", "10$aKivi"), ("300", "  $a%s s.")],
            leader=FINNISH,
        )
        for number in ("11", "12")
    )
    import_marc(file=BytesIO(delivery), source="FI", owner="alpha", now=now)
    first, second = BibliographicRecord.objects.order_by("control_number")
    assert edition_ids(first) == [second.pk]
    out(first)

    import_marc(file=BytesIO(delivery.replace(b"%s s.", b"9 s..")), source="FI", owner="alpha", now=now)
    rebuild()

    first.refresh_from_db()
    assert (first.version, edition_ids(first), other_editions(second)) == (2, [], [])


def test_holds_for_any_edition_follow_and_keep_their_place(shelf, say):
    out, join, _undo = say
    hold = HoldFactory(record=shelf[0], any_edition=True, edition_ids=[shelf[1].pk])
    other = HoldFactory(record=shelf[0], edition_ids=[])

    join(shelf[2], shelf[0], with_editions=True)
    assert Hold.objects.get(pk=hold.pk).edition_ids == [shelf[1].pk, shelf[2].pk, shelf[3].pk]

    out(shelf[0])
    after = Hold.objects.get(pk=hold.pk)
    assert (after.edition_ids, after.record_id, after.requested_at) == ([], shelf[0].pk, hold.requested_at)
    assert Hold.objects.get(pk=other.pk).edition_ids == []


def test_an_edition_in_another_language_or_of_another_kind_does_not_do(shelf):
    RecordFactory(work_key="stone|", language="eng")
    RecordFactory(work_key="stone|", film=True)

    assert edition_ids(shelf[0]) == [shelf[1].pk]


def test_fills_the_keys_of_records_that_had_none_some_at_a_time(monkeypatch, now):
    import_marc(
        file=BytesIO(
            iso2709([("001", "11"), ("100", "1 $aHolm"), ("240", "10$aStone"), ("245", "10$aKivi")], leader=FINNISH)
        ),
        source="FI",
        owner="alpha",
        now=now,
    )
    RecordFactory(title="Den blå æblehave")
    BibliographicRecord.objects.update(work_key=None)
    Change.objects.all().delete()

    monkeypatch.setattr(work_keys, "_BATCH", 1)
    assert work_keys.fill_work_keys(most=1) == 1
    assert work_keys.fill_work_keys() == 1
    assert set(BibliographicRecord.objects.values_list("work_key", flat=True)) == {
        "holm|stone||",
        "karen larsen|den bla aeblehave||",
    }
    assert Change.objects.count() == 1
    assert work_keys.fill_work_keys() == 0
