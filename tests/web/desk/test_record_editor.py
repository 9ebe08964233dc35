"""The cataloguer's editor and the simple form at the desk."""

import re
from io import BytesIO

import pytest
from django.urls import reverse

from catalogue.marc.fixed_fields import decoded
from catalogue.models import BibliographicRecord, CataloguingLibrary
from catalogue.selectors.versions import marc_of
from catalogue.services.import_marc import import_marc
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, iso2709

ISBN = "9789510433904"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def record(alpha, now):
    import_marc(file=BytesIO(iso2709(NOVEL)), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get()


@pytest.fixture
def edit(librarian_client, record):
    def send(lines, **fields):
        version = record.version
        form = {"lines": lines, "base": version, "expected": version, "do": "save", **fields}
        return librarian_client.post(reverse("desk:edit_record", args=[record.pk]), form)

    return send


@pytest.fixture
def lines(librarian_client, record):
    return librarian_client.get(reverse("desk:edit_record", args=[record.pk])).context["typed"].lines


def _text(response):
    return " ".join(response.content.decode().split())


def test_a_changed_line_is_a_new_version_and_the_rest_stays(record, lines, edit):
    before = marc_of(record.pk, 1)
    saved = edit(lines.replace("$aYön äänet :", "$aPäivän äänet :"))

    assert saved.url == reverse("desk:record", args=[record.pk])
    record.refresh_from_db()
    assert (record.title, record.version) == ("Päivän äänet", 2)
    after = marc_of(record.pk, 2)
    assert {f.tag for f in before.fields if f not in after.fields} == {"005", "245"}


def test_what_is_saved_untouched_is_no_version(record, lines, edit, librarian_client):
    edit(lines.replace("\n", "\r\n"))

    record.refresh_from_db()
    assert record.version == 1
    assert bytes(record.raw) == iso2709(NOVEL)


def test_a_coded_place_is_changed_by_choice(record, lines, edit):
    edit(lines, **{"was-008-22": " ", "008-22": "j", "was-008-33": "1", "008-33": "1"})

    record.refresh_from_db()
    assert record.audience == "CHILD"


def test_the_page_shows_coded_places_and_what_a_field_may_have(lines, record, librarian_client):
    page = librarian_client.get(reverse("desk:edit_record", args=[record.pk]))

    rows = {row["key"]: row for row in page.context["coded"]}
    assert [choice["code"] for choice in rows["008-22"]["choices"] if choice["is_chosen"]] == [" "]
    assert rows["008-35"]["value"] == "fin"
    assert len(rows) == len(decoded(marc_of(record.pk, 1)))


def test_two_editors_see_both_changes_and_nothing_is_lost(record, lines, edit):
    edit(lines.replace("312 sivua", "313 sivua"))
    second = edit(lines.replace("Yön äänet", "Yön uudet äänet"))

    assert second.status_code == 409
    assert {row["tag"] for row in second.context["conflict"]["theirs"]} == {"005", "300"}
    assert {row["tag"] for row in second.context["conflict"]["ours"]} == {"245", "300"}
    assert "Yön uudet äänet" in second.context["typed"].lines
    record.refresh_from_db()
    assert (record.version, record.title) == (2, "Yön äänet")

    kept = edit(second.context["typed"].lines, base=1, expected=second.context["editor"].expected)

    assert kept.status_code == 302
    record.refresh_from_db()
    assert (record.version, record.title) == (3, "Yön uudet äänet")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("245 10", "245 1 0 x"), "These lines aren&#x27;t fields: 8."),
        (("$aYön", "$aY\x07ön"), "These lines aren&#x27;t fields: 8."),
        (("100 1# $aTähti, Aino,$e", "100 1# $e"), "Field 100 needs subfield a."),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_stays_typed(record, lines, edit, change, says):
    refused = edit(lines.replace(*change))

    assert refused.status_code == 422
    assert says in _text(refused)
    assert refused.context["typed"].lines == lines.replace(*change)
    record.refresh_from_db()
    assert record.version == 1


def test_a_severe_breach_is_saved_when_it_is_meant(record, lines, edit):
    assert edit(lines.replace("$aTähti, Aino,$e", "$e"), do="save-anyway").status_code == 302
    assert edit("245 10 x", do="save-anyway").status_code == 422


def test_who_may_not_change_a_record_reads_why_and_changes_nothing(alpha, now, librarian_client):
    import_marc(file=BytesIO(iso2709(NOVEL)), source="test", owner="DBC", now=now)
    record = BibliographicRecord.objects.get()
    address = reverse("desk:edit_record", args=[record.pk])
    page = librarian_client.get(address)
    changed = page.context["typed"].lines.replace("312 sivua", "1 sivu")
    refused = librarian_client.post(address, {"lines": changed, "base": 1, "expected": 1, "do": "save"})

    assert "No member owns this record" in _text(page)
    assert refused.status_code == 409
    assert "No member owns this record" in _text(refused)
    record.refresh_from_db()
    assert record.version == 1


def check(client, lines, **fields):
    return client.post(reverse("desk:check_record"), {"lines": lines, **fields}, headers={"HX-Request": "true"})


def test_typing_is_checked_without_saving(librarian_client, alpha):
    answer = check(librarian_client, "245 13 $aA\n650 #9 $aB", flavour="MARC21", at="2")

    assert answer.status_code == 200
    assert "Indicator 2 of 650 can&#x27;t be 9" in _text(answer)
    assert [(row["line"], row["kind"]) for row in answer.context["wrong"]][-1] == (2, "notice")
    assert (answer.context["about"]["tag"], str(answer.context["about"]["name"])) == ("650", "Subject")
    assert BibliographicRecord.objects.count() == 0


def test_a_chosen_code_writes_the_lines_anew_and_typed_lines_the_codes(librarian_client, alpha):
    page = librarian_client.get(reverse("desk:new_record"), {"kind": "BOOK", "flavour": "MARC21"})
    lines, coded = page.context["typed"].lines, {row["key"]: row["value"] for row in page.context["coded"]}
    was = {f"was-{key}": value for key, value in coded.items()}

    chosen = check(librarian_client, lines, flavour="MARC21", **was, **{**coded, "008-22": "j"})
    typed = check(
        librarian_client, lines.replace("$a$b$c", "$aA", 1).replace("nam#", "nas#"), flavour="MARC21", **was, **coded
    )

    assert chosen.context["typed"].lines.splitlines()[1][4:][22] == "j"
    assert 'data-oob="#lines-box"' in chosen.content.decode()
    assert 'data-oob="#coded">' not in chosen.content.decode()
    assert 'data-oob="#lines-box"' not in typed.content.decode()
    assert "Frequency" in typed.content.decode()


@pytest.mark.parametrize("flavour", ["MARC21", "DANMARC2"])
@pytest.mark.parametrize("whose", ["local", "common"])
def test_a_template_becomes_a_record(librarian_client, alpha, flavour, whose):
    address = reverse("desk:new_record")
    page = librarian_client.get(address, {"kind": "FILM", "flavour": flavour})
    sign = "$" if flavour == "MARC21" else "*"
    lines = page.context["typed"].lines.replace(f"245 10 {sign}a", "245 10 $aKurz") if sign == "$" else ""
    lines = lines or page.context["typed"].lines.replace("245 00 *a", "245 00 *aKurz")
    saved = librarian_client.post(address, {"lines": lines, "flavour": flavour, "whose": whose, "do": "save"})

    record = BibliographicRecord.objects.get()
    assert saved.url == reverse("desk:record", args=[record.pk])
    assert (record.title, record.material_type, record.owner) == ("Kurz", "FILM", "alpha")
    assert (record.is_local, record.visible_to) == ((True, alpha) if whose == "local" else (False, None))
    assert not [f for f in marc_of(record.pk, 1).fields if f.text.endswith("\x1fa")]


def test_two_new_records_at_once_get_numbers_of_their_own(librarian_client, alpha, time_machine):
    time_machine.move_to("2026-11-22 10:00:00+00:00", tick=False)
    for title in ("A", "B"):
        form = {"lines": f"245 00 $a{title}\n008 {'#' * 40}", "flavour": "MARC21", "do": "save-anyway"}
        assert librarian_client.post(reverse("desk:new_record"), form).status_code == 302

    first, second = BibliographicRecord.objects.order_by("pk").values_list("control_number", flat=True)
    assert int(second) == int(first) + 1


def test_no_common_record_without_the_right(librarian_client, alpha):
    CataloguingLibrary.objects.create(municipality=alpha, edits_common=False)
    form = {"lines": "245 00 $aA", "flavour": "MARC21", "whose": "common", "do": "save-anyway"}
    refused = librarian_client.post(reverse("desk:new_record"), form)

    assert refused.status_code == 409
    assert "take part in the common records" in _text(refused)
    assert BibliographicRecord.objects.count() == 0


@pytest.mark.parametrize("known_by", ["020 ## $a9789510433904", "100 1# $aTähti, Aino"])
def test_a_title_that_is_there_stops_a_new_record_until_it_is_meant_once(
    librarian_client, record, time_machine, known_by
):
    fixed = "260102s2024    fi           |000 1|fin| ".replace(" ", "#")
    lines = f"LDR 00000nam#a2200000#a#4500\n008 {fixed}\n{known_by}\n245 10 $aYön äänet"
    form = {"lines": lines, "flavour": "MARC21", "do": "save-anyway"}
    address = reverse("desk:new_record")
    time_machine.move_to("2026-11-22 10:00:00+00:00", tick=False)
    stopped = librarian_client.post(address, form)

    assert stopped.status_code == 409
    assert [each.pk for each in stopped.context["doubles"]["records"]] == [record.pk]
    assert reverse("desk:record", args=[record.pk]) in stopped.content.decode()
    assert stopped.context["typed"].lines == lines

    time_machine.move_to("2026-11-22 10:05:00+00:00", tick=False)
    key = {"double_key": stopped.context["doubles"]["key"]}
    other = librarian_client.post(address, {**form, **key, "lines": lines + "\n500 ## $aOther"})
    meant = librarian_client.post(address, {**form, **key})
    again = librarian_client.post(address, {**form, **key})

    assert (other.status_code, meant.status_code, again.status_code) == (409, 302, 409)
    assert len(again.context["doubles"]["records"]) == 2
    assert BibliographicRecord.objects.count() == 2


QUICK = {
    "isbn": "978-87-02-40700-6",
    "title": "Den blå have : en roman",
    "author": "Ørsted, Åse",
    "year": "2024",
    "material": "BOOK",
    "audience": "CHILD",
    "language": "dan",
    "subjects": "Havet, Øer",
}


@pytest.mark.parametrize(("country", "raw_format"), [("DK", "MARCXCHANGE"), ("FI", "MARCXML")])
def test_the_simple_form_makes_a_right_record_in_the_librarys_flavour(librarian_client, alpha, country, raw_format):
    type(alpha).objects.filter(pk=alpha.pk).update(country=country)
    saved = librarian_client.post(reverse("desk:quick_record"), QUICK)

    record = BibliographicRecord.objects.get()
    assert saved.url == reverse("desk:record", args=[record.pk])
    assert (record.raw_format, record.is_local, record.visible_to) == (raw_format, True, alpha)
    assert (record.title, record.remainder, record.author) == ("Den blå have", "en roman", "Ørsted, Åse")
    assert (record.year, record.isbns, record.audience) == (2024, ["9788702407006"], "CHILD")
    assert (record.material_type, record.language, record.subjects) == ("BOOK", "dan", ["Havet", "Øer"])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"title": " "}, "This field is required."),
        ({"isbn": "9788702407007"}, "“9788702407007” isn&#x27;t a valid ISBN."),
        ({"material": "NOTHING"}, "Select a valid choice"),
        ({"year": "20244"}, "2099"),
    ],
)
def test_the_simple_form_says_what_is_wrong(librarian_client, alpha, changed, says):
    refused = librarian_client.post(reverse("desk:quick_record"), {**QUICK, **changed})

    assert refused.status_code == 422
    assert says in _text(refused)
    assert BibliographicRecord.objects.count() == 0


def test_the_simple_form_stops_at_a_title_that_is_there(librarian_client, record):
    form = {**QUICK, "isbn": ISBN}
    stopped = librarian_client.post(reverse("desk:quick_record"), form)
    key = re.search(r'name="double_key" value="([^"]+)"', stopped.content.decode())[1]
    meant = librarian_client.post(reverse("desk:quick_record"), {**form, "double_key": key})

    assert (stopped.status_code, meant.status_code) == (409, 302)
    assert record.title in _text(stopped)


@pytest.mark.parametrize(
    "lines",
    [
        "245 10 $a" + "a$b" * 500_000,
        "245 10 $a\u202egnirob\u200b",
        "LDR x\n245 10 $aA",
        "LDR \n008 \n245",
        "\x1d\x1e\x1f" * 1000,
        "245 10 $aA\n" * 5000,
    ],
)
def test_hostile_lines_are_answered(librarian_client, alpha, lines):
    answer = check(librarian_client, lines, flavour="MARC21", at="99999")
    page = librarian_client.post(reverse("desk:new_record"), {"lines": lines, "flavour": "MARC21", "do": "save"})

    assert (answer.status_code, page.status_code) in [(200, 422), (200, 409)]
    assert BibliographicRecord.objects.count() == 0


def test_a_nul_is_refused_before_anything_reads_it(librarian_client, alpha):
    assert check(librarian_client, "245 10 $a\x00", flavour="MARC21").status_code == 400


def test_a_danish_record_opens_as_it_is(alpha, now, librarian_client):
    raw = iso2709([("001", "00$a29147353$b870970"), *DANISH_NOVEL[1:]], leader="00000name 2200000   4500")
    import_marc(file=BytesIO(raw), source="test", owner="alpha", now=now)
    record = BibliographicRecord.objects.get()
    page = librarian_client.get(reverse("desk:edit_record", args=[record.pk]))

    assert page.context["wrong"] == []
    assert "245 00 *aDen ¤blå æblehave*croman" in page.context["typed"].lines
    assert librarian_client.get(reverse("desk:edit_record", args=[record.pk + 1])).status_code == 404
