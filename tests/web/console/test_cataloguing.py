"""Rights to records: the consortium gives them to each member; a municipality decides about its shelves alone."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from catalogue.models import CataloguingLibrary
from catalogue.selectors.libraries import member_libraries
from catalogue.selectors.rights import library_of
from tenants.models import Municipality
from tests.web.console.pages import sent_forms

CONSORTIUM = "libsys.urls_consortium"
GIVEN = {"number": "710100", "school_number": "300123", "edits_common": "on"}


def rights_of(municipality):
    return reverse("console:library_rights", args=[municipality.pk], urlconf=CONSORTIUM)


def test_the_consortium_gives_a_member_its_numbers_and_rights(operator_client, municipality):
    [form] = [each for each in sent_forms(operator_client.get(rights_of(municipality))) if "number" in each.values]
    assert "edits_common" in form.values

    saved = operator_client.post(rights_of(municipality), form.values | GIVEN | {"edits_national": "on"})
    library = library_of(municipality)
    assert (saved.status_code, library.code) == (302, "710100")
    assert (library.edits_common, library.edits_national, library.is_school) == (True, True, True)
    # What she left alone isn't in the log.
    entry = AuditEntry.objects.get(action="catalogue.set_library")
    assert set(entry.facts) == {"number", "school_number", "edits_national"}

    page = operator_client.get(reverse("console:cataloguing", urlconf=CONSORTIUM))
    assert [row.library.number for row in page.context["rows"] if row.municipality == municipality] == ["710100"]
    assert len(page.context["rows"]) == len(member_libraries())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "870970"}, "number"),
        ({"number": "300000"}, "number"),
        ({"number": "720200"}, "number"),
        ({"number": "neighbour"}, "number"),
        ({"number": "<b>"}, "number"),
        ({"number": "7" * 21}, "number"),
        ({"school_number": "720200"}, "school_number"),
        ({"school_number": "710100"}, "school_number"),
    ],
)
def test_a_number_that_means_somebody_else_is_refused(operator_client, municipality, wrong, field):
    neighbour = Municipality.objects.get(schema_name="beta")
    CataloguingLibrary.objects.create(municipality=neighbour, number="720200")
    wrong = {name: neighbour.schema_name if value == "neighbour" else value for name, value in wrong.items()}
    refused = operator_client.post(rights_of(municipality), GIVEN | wrong)

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert library_of(municipality).code == municipality.schema_name


def test_a_municipality_sees_its_rights_and_decides_on_its_shelves_alone(admin_client, alpha, beta):
    CataloguingLibrary.objects.create(municipality=alpha, number="710100", edits_common=False)
    address = reverse("console:cataloguing")
    assert "710100" in admin_client.get(address).content.decode()

    saved = admin_client.post(address, {"keeps_shelf_data": "on", "edits_common": "on", "number": "1"})
    assert saved.status_code == 302
    row = CataloguingLibrary.objects.get()
    assert (row.municipality, row.keeps_shelf_data, row.edits_common, row.number) == (alpha, True, False, "710100")


def test_only_who_answers_for_it_may(librarian_client, operator_client):
    assert librarian_client.get(reverse("console:cataloguing")).status_code == 403
    assert operator_client.get(reverse("console:library_rights", args=[0], urlconf=CONSORTIUM)).status_code == 404
