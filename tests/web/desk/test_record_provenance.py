"""Where each field of a record comes from, at the desk: the record's versions and what libraries lay over it."""

from io import BytesIO

import pytest
from django.urls import reverse

from catalogue.marc.field_lines import fields_in
from catalogue.marc.records import Flavour
from catalogue.models import BibliographicRecord, CataloguingLibrary
from catalogue.selectors.provenance import field_origins
from catalogue.services.enrichments import Whose, delete_enrichment, save_enrichment
from catalogue.services.import_marc import import_marc
from catalogue.services.records import Author, save_record
from tests.catalogue.marc_samples import NOVEL, iso2709
from tests.factories import StaffAccountFactory


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


def novel(**changed):
    fields = [(tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL]
    return iso2709([*fields, ("500", "  $aSigned"), ("500", "  $aSigned"), ("650", "  $aHavet")])


@pytest.fixture
def record(alpha, now):
    """Return a common record of Alpha's that was imported, and edited by a colleague since."""
    import_marc(file=BytesIO(novel()), source="test", owner="alpha", now=now)
    record = BibliographicRecord.objects.get()
    author = Author(StaffAccountFactory(name="Karen Holm"), alpha)
    save_record(record_id=record.pk, expected_version=1, raw=novel(t245="10$aUudet"), author=author, now=now)
    record.refresh_from_db()
    return record


def lay(record, lines, now, *, by, version=0, for_schools=False):
    fields, wrong = fields_in(lines, Flavour.MARC21)
    assert not wrong
    whose = Whose(record.pk, by, for_schools=for_schools)
    save_enrichment(whose=whose, fields=fields, expected_version=version, now=now)
    return whose


def origins(record, municipality):
    return [
        (each.field.tag, each.layer.value, each.version.number, each.version.kind, each.version.by)
        for each in field_origins(record, municipality)
        if each.field.tag in ("100", "245", "500", "521", "650", "658")
    ]


def test_names_the_layer_and_the_version_of_every_field(record, alpha, beta, now):
    common = [("500", "RECORD", 1, "IMPORT", ""), ("500", "RECORD", 1, "IMPORT", "")]
    title = ("245", "RECORD", 2, "EDIT", "Karen Holm")
    imported = [("100", "RECORD", 1, "IMPORT", ""), title, *common, ("650", "RECORD", 1, "IMPORT", "")]
    assert origins(record, alpha) == imported

    # Our own title hides the common title and author; what says the same as the common record stays the record's.
    by = Author(StaffAccountFactory(name="Our Own"), alpha)
    whose = lay(record, "245 10 $aMeidän", now, by=by)
    lay(record, "245 10 $aMeidän\n500 ## $aSigned\n521 ## $aKaikille", now, by=by, version=1)
    assert origins(record, alpha) == [
        ("245", "OWN", 1, "EDIT", "Our Own"),
        *common,
        ("521", "OWN", 2, "EDIT", "Our Own"),
        ("650", "RECORD", 1, "IMPORT", ""),
    ]
    assert origins(record, beta) == imported

    # Taken back and said again, it's there since it was said again.
    delete_enrichment(whose=whose, expected_version=2, now=now)
    assert origins(record, alpha) == imported
    lay(record, "521 ## $aKaikille", now, by=by, version=3)
    assert origins(record, alpha)[-2][:2] == ("521", "OWN")
    assert origins(record, alpha)[-2][2] > 2


def test_what_schools_share_lies_under_their_own(record, alpha, beta, now):
    CataloguingLibrary.objects.create(municipality=alpha, school_number="300101")
    lay(record, "521 ## $aKouluille\n658 ## $aLuku", now, by=Author(None, alpha), for_schools=True)
    lay(record, "521 ## $aMeille", now, by=Author(None, alpha))

    found = [(tag, layer) for tag, layer, *_ in origins(record, alpha) if tag in ("521", "658")]
    assert found == [("521", "SCHOOLS"), ("521", "OWN"), ("658", "SCHOOLS")]
    assert {layer for _tag, layer, *_ in origins(record, beta)} == {"RECORD"}


def test_the_page_names_colleagues_and_nobody_elses_staff(record, librarian_client, alpha, beta, now):
    stranger = Author(StaffAccountFactory(name="A Stranger"), beta)
    BibliographicRecord.objects.filter(pk=record.pk).update(changed_in=beta)
    lay(record, "521 ## $a<b>Salaa</b>", now, by=stranger)
    lay(record, "521 ## $aMeille", now, by=Author(librarian_client.staff, alpha))
    page = librarian_client.get(reverse("desk:record_provenance", args=[record.pk]))

    rows = {row["tag"]: (str(row["whose"]), str(row["kind"]), row["who"]) for row in page.context["fields"]}
    assert rows["245"] == ("Common", "Edited", "Beta")
    assert rows["521"] == ("Local", "Edited", librarian_client.staff.name)
    assert rows["100"] == ("Common", "Imported", "")
    for secret in ("Karen Holm", "A Stranger", "Salaa"):
        assert secret not in page.content.decode()
    assert librarian_client.get(reverse("desk:record_provenance", args=[10**9])).status_code == 404
