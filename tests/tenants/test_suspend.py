"""Out of service and back."""

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry
from tenants.errors import ChangeOfStateRefused
from tenants.models import Municipality
from tenants.services.suspend import resume, suspend


@pytest.fixture(autouse=True)
def _pages(settings):
    settings.ROOT_URLCONF = "tests.isolation.urls"


def status_of(host="alpha.localhost"):
    return Client(headers={"host": host}).get("/rows").status_code


def test_shows_a_plain_page_to_everybody_at_once(alpha, now, django_capture_on_commit_callbacks):
    before = status_of()

    with django_capture_on_commit_callbacks(execute=True):
        suspended = suspend(municipality=alpha, reason="  Unpaid   bill ", actor=None, now=now)

    assert before == 200
    assert (suspended.state, suspended.suspended_reason) == (Municipality.State.SUSPENDED, "Unpaid bill")
    assert status_of() == 503
    assert status_of("beta.localhost") == 200


def test_resuming_brings_the_pages_back(alpha, now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        suspend(municipality=alpha, reason="Unpaid bill", actor=None, now=now)
    status_of()

    with django_capture_on_commit_callbacks(execute=True):
        resumed = resume(municipality=alpha, actor=None, now=now)

    assert (resumed.state, resumed.suspended_reason) == (Municipality.State.IN_SERVICE, "")
    assert status_of() == 200


def test_twice_is_once(alpha, now):
    for _ in range(2):
        suspend(municipality=alpha, reason="Unpaid bill", actor=None, now=now)
    for _ in range(2):
        resume(municipality=alpha, actor=None, now=now)

    connection.set_schema_to_public()
    entries = AuditEntry.objects.filter(subject_type="tenants.municipality", subject_id=alpha.pk).order_by("id")
    assert list(entries.values_list("action", "facts__reason")) == [
        ("tenants.suspend", "Unpaid bill"),
        ("tenants.resume", ""),
    ]


def test_a_second_suspension_keeps_the_first_reason(alpha, now):
    suspend(municipality=alpha, reason="Unpaid bill", actor=None, now=now)

    assert suspend(municipality=alpha, reason="Something else", actor=None, now=now).suspended_reason == "Unpaid bill"


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_refuses_without_a_reason(alpha, now, reason):
    with pytest.raises(ChangeOfStateRefused) as refused:
        suspend(municipality=alpha, reason=reason, actor=None, now=now)

    assert refused.value.codes == ["REASON_MISSING"]
    assert Municipality.objects.get(pk=alpha.pk).state == Municipality.State.IN_SERVICE


def test_refuses_to_suspend_the_consortium(db, now):
    consortium = Municipality.objects.get(schema_name="public")

    with pytest.raises(ChangeOfStateRefused) as refused:
        suspend(municipality=consortium, reason="Unpaid bill", actor=None, now=now)

    assert refused.value.codes == ["IS_THE_CONSORTIUM"]


def test_refuses_to_resume_what_is_not_in_service_yet(alpha, now):
    Municipality.objects.filter(pk=alpha.pk).update(state=Municipality.State.BEING_PROVISIONED)

    with pytest.raises(ChangeOfStateRefused) as refused:
        resume(municipality=alpha, actor=None, now=now)

    assert refused.value.codes == ["NOT_IN_SERVICE"]
