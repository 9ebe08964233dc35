"""An uploaded table: the administrator says what its columns are, and the worker reads it."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from schools.models import RosterFile, RosterUpdate
from schools.tasks import read_roster_file
from tests.factories import SchoolFactory

TABLE = b"Navn;Klasse;Sko\nIda Holm;5.B;36\nBo Dahl;5.B;37\n"


@pytest.fixture
def school(alpha):
    return SchoolFactory(branch__name="Åskolen", number="999001")


@pytest.fixture
def sent(monkeypatch):
    sent = []
    monkeypatch.setattr(read_roster_file, "delay", lambda **message: sent.append(message))
    return sent


@pytest.fixture
def address(admin_client, school, settings, tmp_path, sent, django_capture_on_commit_callbacks):
    """Upload a table, and return where its columns are asked for."""
    settings.MEDIA_ROOT = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_client.post("/console/schools", {"file": SimpleUploadedFile("elever.csv", TABLE)})
    assert sent == []
    return answer.url


def test_asks_reads_and_proposes(admin_client, alpha, school, address, sent, django_capture_on_commit_callbacks):
    page = admin_client.get(address).content.decode()
    assert '<option value="name" selected>' in page
    assert "Ida Holm" in page
    chosen = {"school": school.pk, "school_year": "2026-2027", "column-0": "name", "column-1": "school_class"}

    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_client.post(address, chosen)
    assert answer.url == "/console/schools"
    read_roster_file.run(**sent.pop())
    connection.set_tenant(alpha)

    update = RosterUpdate.objects.get()
    assert (update.school, update.counts) == (school, {"came": 2, "new_groups": 1})
    assert RosterFile.objects.get().state == "READ"
    assert default_storage.listdir("rosters")[1] == []
    assert admin_client.get(address).status_code == 404
    assert admin_client.post(address, chosen).status_code == 404


@pytest.mark.parametrize(
    ("chosen", "text"),
    [
        ({"column-0": "school_class"}, "Say which column has the names."),
        ({"column-0": "name", "column-1": "name"}, "Another column is that already."),
        ({"column-0": "name", "school": "404"}, "Select a valid choice"),
        ({"column-0": "nonsense"}, "Select a valid choice"),
        ({"column-0": "name", "school_year": "1999-2000"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_read(admin_client, school, address, sent, chosen, text):
    answer = admin_client.post(address, {"school": school.pk, "school_year": "2026-2027"} | chosen)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert (sent, RosterFile.objects.get().state) == ([], "ASKING")


def test_the_list_leads_to_the_question(admin_client, school, address):
    assert f'href="{address}"' in admin_client.get("/console/schools").content.decode()


def test_the_last_tables_columns_are_proposed_where_the_head_tells_nothing(admin_client, school, address):
    RosterFile.objects.create(
        file_name="x",
        state="READ",
        uploaded_at="2026-11-01T00:00Z",
        plan={"school": school.pk, "school_year": "2026-2027", "columns": {"key": 1, "name": 0, "city": 99}},
    )
    kept = RosterFile.objects.get(state="ASKING")
    with default_storage.open(kept.stored_as, "wb") as file:
        file.write(b"A;B\nIda;5.B\n")

    page = admin_client.get(address)

    form = page.context["form"]
    assert {name: form.initial.get(name) for name in ("column-0", "column-1")} == {
        "column-0": "name",
        "column-1": "key",
    }
