"""Macros: whose they are, what's refused, and that two who change one don't undo each other."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from catalogue.marc.records import Flavour
from staffing import services
from staffing.errors import Code, MacroRefused
from staffing.models import Macro
from staffing.selectors import keyed_macros, macro_of, macros_of
from staffing.services import MacroContent, delete_macro, save_macro
from tests.factories import StaffAccountFactory


def content(**changed):
    values = {"name": "Horses", "flavour": Flavour.MARC21, "steps": "+ 650 #4 $aHeste", "number": 1, "is_shared": False}
    return MacroContent(**{**values, **changed})


def refusal_of(**call):
    with pytest.raises(MacroRefused) as refused:
        save_macro(**call)
    return [(reason.code, *reason.facts.values()) for reason in refused.value.reasons]


@pytest.fixture
def anna(alpha):
    return StaffAccountFactory()


@pytest.fixture
def bo(alpha):
    return StaffAccountFactory()


def test_own_macros_are_ones_own_and_shared_ones_everybodys(anna, bo):
    own = save_macro(content=content(), actor=anna)
    shared = save_macro(content=content(is_shared=True), actor=bo)
    danish = save_macro(content=content(flavour=Flavour.DANMARC2, steps="+ 666 00 *fheste"), actor=anna)

    assert macros_of(anna) == [danish, own, shared]
    assert macros_of(anna, flavour="MARC21") == [own, shared]
    assert macros_of(bo) == [shared]
    assert macro_of(bo, own.pk) is None
    assert keyed_macros(anna, "MARC21") == [own]
    assert keyed_macros(bo, "MARC21") == [shared]


def test_each_deed_is_noted_with_what_it_was_before(anna, bo):
    macro = save_macro(content=content(is_shared=True), actor=anna)
    save_macro(content=content(is_shared=True, steps="- 9xx"), actor=bo, macro_id=macro.pk, expected_version=1)
    delete_macro(macro_id=macro.pk, expected_version=2, actor=anna)

    noted = AuditEntry.objects.filter(action__endswith="_macro").order_by("pk")
    assert [(each.action, each.actor_id) for each in noted] == [
        ("staffing.save_macro", anna.pk),
        ("staffing.save_macro", bo.pk),
        ("staffing.delete_macro", anna.pk),
    ]
    assert noted[1].facts == {
        "name": "Horses",
        "family": "MARC21",
        "number": 1,
        "steps": "- 9xx",
        "shared": True,
        "version": 2,
        "before": {
            "name": "Horses",
            "family": "MARC21",
            "number": 1,
            "steps": "+ 650 #4 $aHeste",
            "shared": True,
        },
    }
    assert not Macro.objects.exists()


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"name": "Other", "number": 1}, [(Code.NUMBER_TAKEN, 1, "Horses")]),
        ({"number": 2}, [(Code.NAME_TAKEN, "Horses")]),
        ({"name": "  ", "number": 2}, [(Code.NO_NAME,)]),
        ({"name": "Other", "number": 2, "steps": "- 9xx\nnonsense"}, [(Code.NOT_READ, 2, "NO_STEP")]),
        ({"steps": ""}, [(Code.NOT_READ, 1, "NOTHING"), (Code.NAME_TAKEN, "Horses"), (Code.NUMBER_TAKEN, 1, "Horses")]),
    ],
)
def test_what_cannot_be_kept_is_refused_with_every_reason_and_changes_nothing(anna, changed, reasons):
    save_macro(content=content(), actor=anna)

    assert refusal_of(content=content(**changed), actor=anna) == reasons
    assert Macro.objects.count() == AuditEntry.objects.filter(action="staffing.save_macro").count() == 1


def test_the_other_of_two_who_change_one_is_refused(anna, bo):
    macro = save_macro(content=content(is_shared=True), actor=anna)
    changed = {"content": content(is_shared=True, name="Ponies"), "macro_id": macro.pk, "expected_version": 1}
    save_macro(**changed, actor=bo)

    assert refusal_of(**changed, actor=anna) == [(Code.STALE,)]
    with pytest.raises(MacroRefused):
        delete_macro(macro_id=macro.pk, expected_version=1, actor=anna)
    assert macro_of(anna, macro.pk).name == "Ponies"


def test_somebody_elses_own_macro_cannot_be_changed_or_deleted(anna, bo):
    macro = save_macro(content=content(), actor=anna)

    assert refusal_of(content=content(), actor=bo, macro_id=macro.pk, expected_version=1) == [(Code.NO_SUCH_MACRO,)]
    with pytest.raises(MacroRefused):
        delete_macro(macro_id=macro.pk, expected_version=1, actor=bo)
    assert macro_of(anna, macro.pk) == macro


def test_there_is_an_end_to_them(anna, monkeypatch):
    monkeypatch.setattr(services, "MOST_MACROS", 1)
    save_macro(content=content(), actor=anna)

    assert refusal_of(content=content(name="Other", number=None), actor=anna) == [(Code.TOO_MANY, 1)]
    save_macro(content=content(is_shared=True), actor=anna)


def test_one_that_is_shared_comes_on_top_of_those_that_are(anna, bo, monkeypatch):
    monkeypatch.setattr(services, "MOST_MACROS", 1)
    shared = save_macro(content=content(is_shared=True), actor=anna)
    own = save_macro(content=content(name="Other"), actor=anna)

    sharing = {"content": content(name="Other", number=None, is_shared=True), "macro_id": own.pk, "expected_version": 1}
    assert refusal_of(**sharing, actor=anna) == [(Code.TOO_MANY, 1)]
    assert macros_of(bo) == [shared]
    # Where there's no room for another, those that are there can be changed.
    save_macro(content=content(is_shared=True, steps="- 9xx"), macro_id=shared.pk, expected_version=1, actor=bo)


def test_what_everybody_has_is_not_taken_for_oneself(anna, bo):
    shared = save_macro(content=content(is_shared=True), actor=anna)

    taking = {"content": content(), "macro_id": shared.pk, "expected_version": 1}
    assert [refusal_of(**taking, actor=each) for each in (anna, bo)] == [[(Code.STAYS_SHARED,)]] * 2
    assert macros_of(bo) == [shared]


@pytest.mark.parametrize("changed", [{"number": 10}, {"number": 1, "name": "Other"}, {"number": None}])
@pytest.mark.parametrize("is_shared", [True, False])
def test_the_database_itself_keeps_names_and_numbers_apart(anna, changed, is_shared):
    save_macro(content=content(is_shared=is_shared), actor=anna)
    values = {"name": "Horses", "flavour": "MARC21", "steps": "", "account": None if is_shared else anna, **changed}

    with pytest.raises(IntegrityError), transaction.atomic():
        Macro.objects.create(**values)
