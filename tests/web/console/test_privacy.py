import pytest

from accounts.models import AuditEntry
from patrons.rules.settings import PatronSettings, read_settings
from patrons.selectors import find_patron_by_national_id
from tenants.models import Municipality
from tests.factories import NOW, TODAY, PatronFactory, StaffAccountFactory


def test_changes_what_is_kept_how_long(admin_client, alpha):
    response = admin_client.post("/console/privacy", {"trace_days": "14", "left_days": "700", "warning_days": "0"})

    assert response.status_code == 302
    kept = Municipality.objects.get(pk=alpha.pk).settings
    assert read_settings(kept) == PatronSettings(trace_days=14, left_days=700, warning_days=0)
    assert AuditEntry.objects.get().action == "tenants.change_settings"


@pytest.mark.parametrize(
    "wrong", [{"trace_days": "0"}, {"left_days": "x"}, {"warning_days": "366"}, {"trace_days": ""}]
)
def test_refuses_periods_that_cannot_be(admin_client, alpha, wrong):
    fields = {"trace_days": "14", "left_days": "700", "warning_days": "0"} | wrong

    assert admin_client.post("/console/privacy", fields).status_code == 422
    assert Municipality.objects.get(pk=alpha.pk).settings.get("patrons") is None


def test_lists_who_looked_whom_up_by_national_id(admin_client):
    librarian = StaffAccountFactory(name="Lis Librarian")
    find_patron_by_national_id("0101841234", staff=librarian, today=TODAY)
    patron = PatronFactory(given_name="Ingrid", family_name="Solvang")
    AuditEntry.objects.create(
        at=NOW,
        actor=librarian,
        action="patrons.see_protected",
        subject_type="patrons.patron",
        subject_id=patron.pk,
        facts={"reason": "Letter to the court"},
    )

    numbers = admin_client.get("/console/privacy/look-ups").content.decode()
    protected = admin_client.get("/console/privacy/look-ups?kind=patrons.see_protected").content.decode()

    assert "Lis Librarian" in numbers
    assert "It didn't fit" in numbers
    assert "0101841234" not in numbers
    assert "Ingrid Solvang" in protected
    assert "Letter to the court" in protected


@pytest.mark.parametrize("query", ["kind=circulation.check_out", "before=x", "before=" + "9" * 30])
def test_what_cannot_be_asked_is_not_asked(admin_client, query):
    assert admin_client.get(f"/console/privacy/look-ups?{query}").status_code == 200


def test_is_for_administrators(librarian_client):
    assert librarian_client.get("/console/privacy").status_code == 403
    assert librarian_client.get("/console/privacy/look-ups").status_code == 403
