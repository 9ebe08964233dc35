"""Items that come with deliveries: added to known records, refused row by row, gone on with, asked about, undone."""

from decimal import Decimal
from io import BytesIO

import pytest

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.models import BibliographicRecord, HoldingsSummary, ImportEntry, ImportProfile, ImportRun, RecordVersion
from catalogue.rules.import_decisions import Action
from catalogue.rules.import_items import NotReadable, item_reading, items_in
from catalogue.services import import_by_profile
from catalogue.services.import_answers import answer_question
from catalogue.services.import_by_profile import resume_import, run_profile_import
from catalogue.services.import_preview import preview_import
from catalogue.services.import_profiles import rules_of, save_profile
from catalogue.services.import_undo import begin_undo, undo_import
from catalogue.services.records import Author
from holdings.models import ImportedItem, Item
from holdings.services.imported_items import _price
from tests.catalogue.test_import_by_profile import another, novel
from tests.factories import (
    HoldFactory,
    ItemFactory,
    LoanFactory,
)
from tests.holdings.conftest import READING, planned


def delivered(*items, **changed):
    return novel(*[("952", f"  {item}") for item in items], **{"t245": "10$aQuite another title", **changed})


def entries(run):
    return [(each.outcome, each.reasons) for each in ImportEntry.objects.filter(run=run).order_by("position")]


def undo(run, author, now):
    begin_undo(run_id=run.pk, author=author)
    return undo_import(run_id=run.pk, author=author, now=now)


def test_items_come_in_and_the_record_stays_as_it_is(bring, known, branch, number):
    one, two = number(1), number(2)
    coming = delivered(f"$p{one}$aCPL$cFIC$oLar$g249,00$znew$h2$d2026-03-01", f"$p{two}$ahb$yBOOK")

    run = bring(coming + another("78", "9788702407006"))

    assert (run.state, run.counts) == (ImportRun.State.DONE, {"ITEMS": 1, "SKIPPED": 1})
    first, second = Item.objects.order_by("barcode")
    assert (first.record_id, first.home_branch, first.current_branch) == (known.pk, branch, branch)
    assert (first.location.name, first.item_type.code, first.call_number) == ("Fiction", "BOOK", "Lar")
    assert (first.price, first.note, first.volume, str(first.acquired_on)) == (Decimal(249), "new", "2", "2026-03-01")
    assert (second.barcode, second.location, second.status) == (two, None, "AVAILABLE")
    assert not RecordVersion.objects.filter(record=known).exists()
    here = BibliographicRecord.objects.get()
    assert (here.title, here.version, here.import_run_id) == (known.title, known.version, known.import_run_id)
    assert HoldingsSummary.objects.get(record=known).items == 2
    added = AuditEntry.objects.filter(action="holdings.add_item")
    assert sorted(entry.facts["barcode"] for entry in added) == [one, two]


def test_each_item_that_is_refused_is_told_and_leaves_the_others_alone(bring, known, branch, number):
    taken = ItemFactory(home_branch=branch, barcode=number(7)).barcode
    good = number(8)

    run = bring(
        delivered(f"$p{taken}$aCPL", f"$p{good}$aCPL", "$aCPL", f"$p{number(9)}$aXXX", f"$p{number(10)}$aCPL$cREF")
        + delivered(f"$p{number(11)}$aCPL$gdear", f"$p{good}$aCPL", t001="20260001")
        + delivered()
        + delivered(f"$p{taken}$aCPL", f"$p{taken}$aCPL")
    )

    assert entries(run) == [
        (
            "ITEMS",
            [
                "BARCODE_MISSING #1",
                f"BARCODE_TAKEN {taken}",
                f"NO_SUCH_BRANCH {number(9)}",
                f"LOCATION_GONE {number(10)}",
            ],
        ),
        ("FAILED", [f"BARCODE_TAKEN {good}", f"PRICE_NOT_VALID {number(11)}"]),
        ("FAILED", ["NO_ITEMS"]),
        ("FAILED", [f"BARCODE_TAKEN {taken}"] * 2),
    ]
    assert list(ImportedItem.objects.values_list("item__barcode", "run", "position")) == [(good, run.pk, 1)]


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("", 0),
        ("249", 249),
        ("249,00", 249),
        ("249.5", "249.50"),
        ("249,-", 249),
        ("1.249,00", 1249),
        ("1 249,00", 1249),
        ("1\u00a0249,50", "1249.50"),
        ("1,249.50", "1249.50"),
        ("1.249.000,00", 1_249_000),
        ("1.249", None),
        ("1,249", None),
        ("1.249.000", 1_249_000),
        ("0.125", None),
        ("12.49,00", None),
        ("1,249,00", None),
        ("1.2.3", None),
        ("-5", None),
        ("1e3", None),
        ("NaN", None),
        ("dear", None),
        ("٣", None),
        ("9" * 30, None),
    ],
)
def test_reads_prices_as_suppliers_write_them_and_guesses_none(text, price):
    assert _price(text) == (None if price is None else Decimal(price))


def test_the_preview_tells_what_would_be_refused_and_writes_nothing(author, known, branch, number, now):
    taken = ItemFactory(home_branch=branch, barcode=number(7)).barcode
    profile = rules_of(ImportProfile.objects.get(pk=_profile(author)))

    found = preview_import(
        file=BytesIO(delivered(f"$p{taken}$aCPL", f"$p{number(8)}$aCPL", f"$p{number(8)}$aCPL")),
        source="supplier",
        profile=profile,
    )

    assert [(each.action, each.record_id, each.reasons) for each in found] == [
        ("ITEMS", known.pk, (f"BARCODE_TAKEN {taken}", f"BARCODE_TAKEN {number(8)}"))
    ]
    assert Item.objects.count() == 1


def _profile(author):
    values = {"name": "Items", "on_match": "ITEMS", "on_no_match": "SKIP", "items": READING}
    return save_profile(values=values, author=author).pk


def test_a_run_that_breaks_off_goes_on_without_doing_anything_twice(author, known, number, now, monkeypatch):
    monkeypatch.setattr(import_by_profile, "BATCH", 1)
    raw = delivered(f"$p{number(1)}$aCPL") + delivered(f"$p{number(2)}$aCPL")
    run = planned(author, now)
    whole, calls = import_by_profile.entries_of, []

    def dies(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyError("killed")
        return whole(*args)

    monkeypatch.setattr(import_by_profile, "entries_of", dies)
    with pytest.raises(KeyError):
        run_profile_import(run_id=run.pk, file=BytesIO(raw), author=author, now=now)
    assert Item.objects.count() == 1

    resume_import(run_id=run.pk, author=author)
    run = run_profile_import(run_id=run.pk, file=BytesIO(raw), author=author, now=now)

    assert (run.state, run.counts) == (ImportRun.State.DONE, {"ITEMS": 2})
    assert sorted(Item.objects.values_list("barcode", flat=True)) == sorted([number(1), number(2)])


@pytest.mark.parametrize("uses", [LoanFactory, HoldFactory])
def test_undoing_removes_what_nobody_has_used_and_names_the_rest(bring, author, known, number, now, uses):
    run = bring(
        delivered(f"$p{number(1)}$aCPL", f"$p{number(2)}$aCPL") + delivered(f"$p{number(3)}$aCPL", t001="20260001")
    )
    lent = Item.objects.get(barcode=number(2))
    uses(item=lent)

    run = undo(run, author, now)

    assert (run.state, run.counts["UNDONE"], run.counts["KEPT"]) == (ImportRun.State.UNDONE, 1, 1)
    assert list(Item.objects.all()) == [lent]
    assert ImportEntry.objects.get(run=run, position=1).kept_because == [f"ITEM_IN_USE {number(2)}"]
    assert ImportEntry.objects.get(run=run, position=2).undone_at == now
    assert HoldingsSummary.objects.get(record=known).items == 1
    removed = AuditEntry.objects.filter(action="holdings.remove_imported_item")
    assert sorted(entry.facts["barcode"] for entry in removed) == [number(1), number(3)]

    again = bring(delivered(f"$p{number(1)}$aCPL"))
    assert again.counts == {"ITEMS": 1}


def test_a_person_says_which_record_the_items_are_of(bring, author, known, number, now):
    run = bring(delivered(f"$p{number(1)}$aCPL", t020=None, t001="9"), on_no_match="ASK")
    assert entries(run) == [("ASKED", [])]

    with pytest.raises(RecordRefused):
        answer_question(run_id=run.pk, position=1, action=Action.ITEMS, record_id=None, author=author, now=now)
    answer_question(run_id=run.pk, position=1, action=Action.ITEMS, record_id=known.pk, author=author, now=now)

    assert entries(run) == [("ITEMS", [])]
    assert Item.objects.get().record_id == known.pk
    assert undo(run, author, now).counts["UNDONE"] == 1
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("items", "lines"),
    [
        ("", [1]),
        ("952 branch=a", [1]),
        ("952 barcode=p colour=q", [1]),
        ("952 barcode=p\nshelf X = Y", [2]),
        ("952 barcode=p\n952 barcode=q", [2]),
        ("952 barcode=p\nbranch CPL", [2]),
    ],
)
def test_a_profile_that_says_nothing_of_items_is_refused(alpha, author, items, lines):
    with pytest.raises(RecordRefused) as refused:
        save_profile(values={"name": "Items", "on_match": "ITEMS", "items": items}, author=author)

    assert [(each.code, each.facts["lines"]) for each in refused.value.reasons] == [(Code.ITEMS_NOT_READ, lines)]
    with pytest.raises(NotReadable):
        item_reading(items)


def test_the_consortium_has_no_items(alpha):
    with pytest.raises(RecordRefused) as refused:
        save_profile(values={"name": "Items", "on_match": "ITEMS", "items": READING}, author=Author(None, None))
    assert refused.value.codes == [Code.NO_OWNER]


def test_codes_are_translated_and_a_star_is_any_other_and_none():
    reading = item_reading("096 barcode=b branch=a type=y\nbranch * = main\ntype Cd = DISC\n\n")
    fields = [("096", "\x1fa\x1fb1"), ("096", "  \x1fax\x1fb2\x1fyCD"), ("097", "  \x1fb3")]
    record = MarcRecord(Flavour.DANMARC2, "", [MarcField(tag, text) for tag, text in fields])

    assert items_in(record, reading) == [
        {"barcode": "1", "branch": "main"},
        {"barcode": "2", "branch": "main", "type": "DISC"},
    ]
