"""Heads with their volumes, articles with their host, and series: found, shown in order, and brought up to date."""

from io import BytesIO

import pytest

from catalogue.marc.columns import parse_columns
from catalogue.marc.reading import read_single
from catalogue.models import BibliographicRecord, Change
from catalogue.rules.record_levels import Level, level_of, whole_title
from catalogue.search import SearchRequest, search
from catalogue.search.writing import catch_up, rebuild
from catalogue.selectors.parts import part_above, parts_of
from catalogue.services.import_marc import import_marc
from tests.catalogue.marc_samples import iso2709
from tests.factories.catalogue import RecordFactory

DANISH = "00000name 2200000   4500"
HEAD = [
    ("001", "00$a50000011$b870970"),
    ("004", "00$rn$ah"),
    ("100", "00$aTolkien$hJ. R. R."),
    ("245", "00$aRingens herre"),
]
SECTION = [("001", "00$a50000012$b870970"), ("004", "00$rn$as"), ("014", "00$a50000011"), ("245", "00$aAnden del")]
VOLUMES = [
    [
        ("001", f"00$a5000002{number}$b870970"),
        ("004", "00$rn$ab"),
        ("014", f"00$a{above}"),
        ("245", f"00$g{number}$a{title}"),
        ("300", "00$a300 sider"),
    ]
    for number, above, title in ((2, "50000012", "De to taarne"), (1, "50000011", "Eventyret om ringen"))
]


def level(leader, *fields):
    record = read_single(iso2709([*fields, ("245", "00$aNyt")], leader=leader)).record
    return level_of(record, parse_columns(record))


@pytest.mark.parametrize(
    ("leader", "fields", "expected"),
    [
        (DANISH, [("001", "00$a1$b870970"), ("004", "00$ah")], Level.HEAD),
        (DANISH, [("001", "00$a1$b870970"), ("004", "00$ab")], Level.VOLUME),
        (DANISH, [("001", "00$a1$b870970"), ("004", "00$ai")], Level.ARTICLE),
        (DANISH, [("001", "00$a1$b870970"), ("004", "00$ae")], Level.ALONE),
        ("00000nam a2200000 a 4500", [("001", "1"), ("773", "08$w(FI)2")], Level.VOLUME),
        ("00000naa a2200000 a 4500", [("001", "1"), ("773", "08$w(FI)2")], Level.ARTICLE),
        ("00000nam a2200000 aa4500", [("001", "1")], Level.HEAD),
        ("00000nam a2200000 a 4500", [("001", "1")], Level.ALONE),
    ],
)
def test_tells_heads_volumes_and_articles(leader, fields, expected):
    assert level(leader, *fields) == expected


def test_a_volume_that_has_its_head_s_title_bears_it_once():
    assert whole_title("Ringens herre", "Ringens herre. 2") == "Ringens herre. 2"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def deliver(db, now):
    def _deliver(*records):
        file = b"".join(iso2709(record, leader=DANISH) for record in records)
        import_marc(file=BytesIO(file), source="test", owner="alpha", now=now)
        return {record.control_number: record for record in BibliographicRecord.objects.all()}

    return _deliver


@pytest.mark.parametrize("order", [1, -1], ids=["head first", "volumes first"])
def test_head_section_and_volumes_find_each_other_in_any_order(deliver, order):
    for record in (HEAD, SECTION, *VOLUMES)[::order]:
        records = deliver(record)

    assert [each.title for each in parts_of(records["50000011"])] == ["Anden del", "Eventyret om ringen. 1"]
    assert [each.pk for each in parts_of(records["50000012"])] == [records["50000022"].pk]
    assert part_above(records["50000022"]) == records["50000012"]
    assert part_above(records["50000011"]) is None


def test_another_agency_s_record_of_the_same_number_is_no_parent(deliver):
    own = deliver(HEAD, VOLUMES[1])
    other = RecordFactory(source="elsewhere", control_number="50000011")
    foreign = RecordFactory(source="elsewhere", part_of="50000011", level=Level.VOLUME)

    assert [each.pk for each in parts_of(own["50000011"])] == [own["50000021"].pk]
    assert [each.pk for each in parts_of(other)] == [foreign.pk]


def test_volumes_are_found_and_shown_by_their_head_that_comes_later(index_folder, deliver):
    deliver(SECTION, *VOLUMES)
    rebuild()
    assert search(SearchRequest("tolkien")).total == 0

    records = deliver(HEAD)
    catch_up()

    (hit,) = search(SearchRequest("tolkien taarne")).hits
    assert (hit.record_id, hit.title) == (records["50000022"].pk, "Ringens herre. Anden del. De to taarne. 2")
    assert hit.author == "Tolkien, J. R. R."
    assert search(SearchRequest("de to taarne. 2")).hits[0].record_id == records["50000022"].pk
    assert Change.objects.filter(kind=Change.Kind.GROUPED).count() == 3


def test_what_only_one_library_sees_gives_nobody_else_its_title(index_folder, alpha, deliver):
    RecordFactory(source="870970", control_number="50000011", title="Hemmeligt", is_local=True, visible_to=alpha)
    deliver(VOLUMES[1])
    rebuild()

    assert search(SearchRequest("hemmeligt")).total == 1
    assert search(SearchRequest("eventyret")).hits[0].title == "Eventyret om ringen. 1"


def test_what_another_library_keeps_to_itself_is_nobodys_host(alpha, beta):
    host = RecordFactory(source="a", control_number="77")
    article = RecordFactory(part_of="77", source="b")
    RecordFactory(source="c", control_number="77", is_local=True, visible_to=beta)

    assert parts_of(host) == [article]
    assert part_above(article) == host
