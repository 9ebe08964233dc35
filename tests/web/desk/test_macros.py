"""Macros on their pages and in the editor: written, refused by line, applied, looked at first, made of changes."""

import re
from io import BytesIO

import pytest
from django.urls import reverse

from catalogue.marc.records import Flavour
from catalogue.models import BibliographicRecord
from catalogue.services.import_marc import import_marc
from staffing.models import Macro
from staffing.services import MacroContent, save_macro
from tests.catalogue.marc_samples import NOVEL, iso2709
from tests.factories import StaffAccountFactory

LINES = "245 00 $aSea\n650 #4 $aHaver"


@pytest.fixture
def record(alpha, now, monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    import_marc(file=BytesIO(iso2709(NOVEL)), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get()


@pytest.fixture
def macro(librarian_client):
    return made(librarian_client.staff)


def made(actor, **changed):
    values = {"name": "Horses", "flavour": Flavour.MARC21, "steps": "+ 650 #4 $aHeste\n- 9xx", "number": 1}
    return save_macro(content=MacroContent(**{**values, "is_shared": False, **changed}), actor=actor)


def written(**changed):
    return {"name": "Horses", "flavour": "MARC21", "steps": "+ 650 #4 $aHeste", "number": "1", **changed}


def apply(client, macro, lines=LINES, *, preview=False, flavour="MARC21"):
    address = reverse("desk:apply_macro", args=[macro.pk]) + ("?preview=1" if preview else "")
    return client.post(address, {"lines": lines, "flavour": flavour}, headers={"HX-Request": "true"})


def test_a_macro_is_written_and_listed_with_its_key(librarian_client, alpha):
    assert librarian_client.post(reverse("desk:new_macro"), written()).status_code == 302

    page = librarian_client.get(reverse("desk:macros")).content.decode()
    assert "<kbd>Alt+1</kbd>" in page
    assert "+ 650 #4 $aHeste" in page
    assert Macro.objects.get().account_id == librarian_client.staff.pk


def test_a_macro_with_wrong_lines_says_which_and_why(librarian_client, alpha):
    answer = librarian_client.post(reverse("desk:new_macro"), written(steps="nonsense\n- 9xx\n= 008/35-37 d"))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 1: A step begins with +, -, = or ~." in text
    assert "Line 3: The value is as long as its positions, with # for a blank." in text
    assert not Macro.objects.exists()


@pytest.mark.parametrize("changed", [{"number": "10"}, {"flavour": "UNIMARC"}, {"name": "x" * 61}])
def test_what_a_form_cannot_have_is_refused(librarian_client, alpha, changed):
    assert librarian_client.post(reverse("desk:new_macro"), written(**changed)).status_code == 422
    assert not Macro.objects.exists()


def test_two_who_change_one_see_each_others_changes(librarian_client, logged_in, desk_branch):
    shared = made(librarian_client.staff, is_shared=True)
    other = logged_in(StaffAccountFactory(), desk_branch)
    address = reverse("desk:change_macro", args=[shared.pk])
    as_read = re.search(r'name="as_read" value="([^"]*)"', other.get(address).content.decode())[1]
    sent = {"is_shared": "on", "as_read": as_read.replace("&quot;", '"')}
    librarian_client.post(address, written(**sent, steps="- 9xx"))

    answer = other.post(address, written(**sent, steps="- 8xx"))

    assert answer.status_code == 409
    assert "- 8xx" in answer.content.decode()
    assert Macro.objects.get().steps == "- 9xx"


def test_a_macro_is_deleted_as_it_was_read(librarian_client, macro):
    address = reverse("desk:remove_macro", args=[macro.pk])

    librarian_client.post(address, {"version": "7"})
    assert Macro.objects.exists()
    assert librarian_client.post(address, {"version": "1"}).url == reverse("desk:macros")
    assert not Macro.objects.exists()


def test_a_shared_macro_stays_shared_and_says_what_can_be_done(librarian_client, alpha):
    shared = made(librarian_client.staff, is_shared=True)
    address = reverse("desk:change_macro", args=[shared.pk])
    as_read = re.search(r'name="as_read" value="([^"]*)"', librarian_client.get(address).content.decode())[1]

    answer = librarian_client.post(address, written(as_read=as_read.replace("&quot;", '"')))

    assert "Write one of your own with the same steps" in answer.context["form"].errors["is_shared"][0]
    assert Macro.objects.get().is_shared


def test_a_colleagues_own_macro_is_not_there(librarian_client, logged_in, macro, desk_branch):
    other = logged_in(StaffAccountFactory(), desk_branch)

    assert "Horses" not in other.get(reverse("desk:macros")).content.decode()
    for name in ("change_macro", "remove_macro", "apply_macro"):
        assert other.post(reverse(f"desk:{name}", args=[macro.pk]), {"lines": LINES}).status_code == 404


def test_the_editor_has_a_button_for_each_key_and_the_list_for_all(librarian_client, macro):
    made(librarian_client.staff, name="Without a key", number=None)
    made(librarian_client.staff, name="Elsewhere", flavour=Flavour.DANMARC2, steps="- 9xx")

    page = librarian_client.get(reverse("desk:new_record") + "?kind=BOOK&flavour=MARC21").content.decode()
    listed = librarian_client.post(reverse("desk:editor_macros"), {"lines": LINES, "flavour": "MARC21"})

    assert 'data-key-action="macro-1"' in page
    assert "Without a key" not in page
    assert "Without a key" in listed.content.decode()
    assert "Elsewhere" not in page + listed.content.decode()


def test_applying_answers_with_the_lines_and_what_was_changed(librarian_client, macro):
    context = apply(librarian_client, macro, f"{LINES}\n996 ## $aown").context

    assert context["lines"] == f"{LINES}\n650 #4 $aHeste"
    assert [(row["word"], row["tag"]) for row in context["changes"]] == [("Removed", "996"), ("Added", "650")]


def test_looking_first_puts_nothing_in(librarian_client, macro):
    text = apply(librarian_client, macro, preview=True).content.decode()

    assert "data-marc-take" in text
    assert "data-marc-all" not in text


def test_each_family_is_shown_with_its_own_sign(librarian_client, macro):
    danish = made(librarian_client.staff, flavour=Flavour.DANMARC2, steps="+ 666 00 *fheste")

    texts = [
        apply(librarian_client, macro, preview=True).content.decode(),
        apply(librarian_client, danish, "245 00 *aHav", preview=True, flavour="DANMARC2").content.decode(),
    ]

    assert [[sign in text for sign in ("$a</b> Heste", "*f</b> heste", "$f")] for text in texts] == [
        [True, False, False],
        [False, True, False],
    ]


def test_a_macro_that_changes_nothing_says_so(librarian_client, macro):
    text = apply(librarian_client, macro, "650 #4 $aHeste").content.decode()

    assert "changes nothing in this record" in text
    assert "data-marc-all" not in text


@pytest.mark.parametrize(
    ("steps", "lines", "says"),
    [
        ("- 9xx", "nonsense", "There are lines that can&#x27;t be read."),
        ("~ 500 $a /a/" + "b" * 900 + "/", "500 ## $a" + "a" * 900, "would make the record too large"),
    ],
)
def test_what_cannot_be_applied_says_why_and_changes_nothing(librarian_client, alpha, steps, lines, says):
    text = apply(librarian_client, made(librarian_client.staff, steps=steps), lines).content.decode()

    assert says in text
    assert "data-marc-all" not in text


def test_a_macro_of_another_family_is_not_there(librarian_client, macro):
    assert apply(librarian_client, macro, "245 00 *aSea", flavour="DANMARC2").status_code == 404


def test_what_was_written_in_a_new_record_becomes_a_macro(librarian_client, alpha):
    sent = {"lines": f"{LINES}\n700 1# $a", "flavour": "MARC21"}
    form = librarian_client.post(reverse("desk:macro_of_changes"), sent).context["form"]

    assert form.initial["steps"].splitlines() == ["+ 245 00 $aSea", "+ 650 #4 $aHaver"]


def test_what_was_changed_in_a_record_becomes_a_macro(librarian_client, record):
    page = librarian_client.get(reverse("desk:edit_record", args=[record.pk]))
    typed, flavour = page.context["typed"], page.context["editor"].flavour
    sign = "*" if flavour == Flavour.DANMARC2 else "$"
    sent = {
        "lines": f"{typed.lines}\n990 00 {sign}aOwn",
        "record": record.pk,
        "base": record.version,
        "expected": record.version,
    }

    form = librarian_client.post(reverse("desk:macro_of_changes"), sent).context["form"]

    assert form.initial == {"steps": f"+ 990 00 {sign}aOwn", "flavour": flavour}
