"""Schools in the console: added, their register's exports uploaded, looked at, confirmed, declined and taken back."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import AuditEntry
from patrons.models import Patron
from schools.models import ClassMembership, RosterFile, RosterUpdate, School, SchoolClass
from schools.services.roster_files import keep_file
from schools.tasks import read_roster_file
from tests.factories import NOW, BranchFactory, LoanFactory, PatronCategoryFactory, SchoolFactory, StaffAccountFactory
from tests.schools.register import samples
from tests.schools.rosters import A, B, next_year, proposed, pupil, roster, taken


@pytest.fixture
def upload(admin_client, alpha, monkeypatch, settings, tmp_path, django_capture_on_commit_callbacks):
    """Upload an export, and let the worker read it."""
    settings.MEDIA_ROOT = tmp_path
    sent = []
    monkeypatch.setattr(read_roster_file, "delay", lambda **message: sent.append(message))

    def do(content, name="eksport.xml"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = admin_client.post("/console/schools", {"file": SimpleUploadedFile(name, content)}, follow=True)
        while sent:
            read_roster_file.run(**sent.pop())
        connection.set_tenant(alpha)
        return answer

    return do


@pytest.fixture
def school(alpha):
    return SchoolFactory(branch__name="Åskolen", number="999001")


def stil(*pupils):
    group = samples.group("a", "5.A", more="<c:GroupLevel>5</c:GroupLevel>")
    return samples.stil(group, *(samples.pupil(key, name, main="a") for key, name in pupils)).getvalue()


def page(client, address="/console/schools"):
    return client.get(address).content.decode()


def test_a_branch_becomes_a_school(admin_client, alpha):
    branch = BranchFactory(name="Åskolen", school=True)
    values = {
        "branch": branch.pk,
        "number": " 999001 ",
        "pupil_category": PatronCategoryFactory(code="pupil").pk,
        "staff_category": PatronCategoryFactory().pk,
    }

    answer = admin_client.post("/console/schools/add", values, follow=True)

    assert "Åskolen is a school now" in answer.content.decode()
    assert School.objects.get(branch=branch).number == "999001"
    assert AuditEntry.objects.filter(action="schools.add_school").exists()
    again = admin_client.post("/console/schools/add", values | {"branch": BranchFactory(school=True).pk})
    assert again.status_code == 422
    assert "Another of your schools has this number." in again.content.decode()


def test_changes_a_schools_number(admin_client, school):
    other = SchoolFactory()
    values = {"pupil_category": school.pupil_category_id, "staff_category": school.staff_category_id}

    assert admin_client.post(f"/console/schools/{school.pk}", values | {"number": other.number}).status_code == 422
    admin_client.post(f"/console/schools/{school.pk}", values | {"number": "999777"})

    school.refresh_from_db()
    assert school.number == "999777"


def test_an_export_waits_with_names_until_it_is_confirmed_and_can_be_taken_back(upload, admin_client, school):
    upload(stil(("u1", "Ájlin"), ("u2", "Bo")))

    assert not Patron.objects.filter(school_times__isnull=False).exists()
    assert RosterFile.objects.get().stored_as == ""
    assert "New people: 2" in page(admin_client)
    update = RosterUpdate.objects.get()
    shown = page(admin_client, f"/console/schools/updates/{update.pk}")
    assert "Ájlin Holm" in shown

    answer = admin_client.post(f"/console/schools/updates/{update.pk}/take-over", follow=True)
    assert "Åskolen is up to date." in answer.content.decode()
    assert ClassMembership.objects.filter(school_class__name="5.A", until__isnull=True).count() == 2
    assert "Ájlin" not in page(admin_client, f"/console/schools/updates/{update.pk}")

    answer = admin_client.post(f"/console/schools/updates/{update.pk}/take-back", follow=True)
    assert "Taken back." in answer.content.decode()
    assert not SchoolClass.objects.exists()
    refused = admin_client.post(f"/console/schools/updates/{update.pk}/take-back")
    assert refused.status_code == 409


def test_the_files_leave_nothing_on_the_disk(upload, school, settings):
    upload(stil(("u1", "Ida")))
    upload(b"<nothing")

    assert default_storage.listdir("rosters")[1] == []


def test_what_cannot_be_read_says_why(upload, admin_client, school):
    upload(b"<UNILoginExportFull><broken")
    assert "The file is cut off" in page(admin_client)

    upload(b"nothing that we know")
    assert "This is none of the formats" in page(admin_client)


def test_a_school_of_somebody_elses_is_named_and_can_be_added(upload, admin_client, alpha):
    BranchFactory(school=True)
    upload(stil(("u1", "Ida")))

    assert "none of your schools has this number" in page(admin_client)
    assert 'href="/console/schools/add?number=999001"' in page(admin_client)
    assert not RosterUpdate.objects.exists()
    assert 'value="999001"' in page(admin_client, "/console/schools/add?number=999001")


def test_the_same_export_again_is_nothing_new(upload, admin_client, school):
    upload(stil(("u1", "Ida")))
    admin_client.post(f"/console/schools/updates/{RosterUpdate.objects.get().pk}/take-over")

    upload(stil(("u1", "Ida")))

    assert "nothing new" in page(admin_client)
    assert RosterUpdate.objects.count() == 1


def test_a_doubtful_export_says_what_to_look_at_and_is_declined(admin_client, school):
    taken(school, roster(school, *(pupil(f"u{n}") for n in range(20))))
    LoanFactory(patron=Patron.objects.get(given_name="Ida u7"))
    update = proposed(school, roster(school, pupil("u1")))

    shown = page(admin_client, f"/console/schools/updates/{update.pk}")
    assert "More than a fifth of the pupils are missing" in shown
    assert '<td>5.A</td><td class="count num">1</td>' in shown
    answer = admin_client.post(f"/console/schools/updates/{update.pk}/decline", follow=True)

    assert "Declined. Nothing has changed." in answer.content.decode()
    assert ClassMembership.objects.filter(until__isnull=True).count() == 20


def test_who_comes_second_reads_what_the_first_has_decided(admin_client, school):
    older = proposed(school, roster(school, pupil("u1")))
    proposed(school, roster(school, pupil("u1"), pupil("u2")))

    answer = admin_client.post(f"/console/schools/updates/{older.pk}/take-over")

    assert answer.status_code == 409
    assert "A newer export of the school has come meanwhile." in answer.content.decode()


def test_a_class_that_nothing_tells_is_asked_for(admin_client, school):
    people = [pupil(f"{line}{n}", line) for line in "ab" for n in range(4)]
    taken(school, roster(school, *people))
    x, y = next_year(A, line="X"), next_year(B, line="Y")
    mixed = [pupil(f"{line}{n}", "a2" if n % 2 else "b2") for line in "ab" for n in range(4)]
    update = proposed(school, roster(school, *mixed, groups=(x, y), year="2027-2028"))
    address = f"/console/schools/updates/{update.pk}"

    assert page(admin_client, address).count("<select") == 2
    answer = admin_client.post(f"{address}/take-over", {"becomes:a": "a2"})
    assert answer.status_code == 409
    assert "Say what 5.B becomes, or that it ends." in answer.content.decode()
    assert '<option value="a2" selected>6.X</option>' in answer.content.decode()
    admin_client.post(f"{address}/take-over", {"becomes:a": "a2", "becomes:b": "-"})

    assert SchoolClass.objects.get(name="6.X").continues.name == "5.A"
    assert SchoolClass.objects.get(name="6.Y").continues is None


def test_a_protected_name_is_not_shown_to_the_administrator(admin_client, school):
    hidden = pupil("u1", given_name="Hemmelig", is_protected=True, alias="Elev Alm")
    update = proposed(school, roster(school, hidden))

    shown = page(admin_client, f"/console/schools/updates/{update.pk}")

    assert "Elev Alm" in shown
    assert "Hemmelig" not in shown


def test_what_is_wrong_in_an_export_is_listed(upload, admin_client, school):
    upload(samples.stil(samples.group("x", "Klassen"), samples.pupil("u1", "Ida", main="nowhere")).getvalue())

    shown = page(admin_client, f"/console/schools/updates/{RosterUpdate.objects.get().pk}")

    assert "is a class without a grade" in shown
    assert "is said to be in a group that isn&#x27;t there" in shown


def test_a_file_that_nobody_read_in_time_is_removed(alpha, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    staff = StaffAccountFactory()
    old = keep_file(
        file=SimpleUploadedFile("a", b"x"), file_name="a", staff=staff, now=NOW.replace(month=NOW.month - 1)
    )

    new = keep_file(file=SimpleUploadedFile("b", b"x"), file_name="b", staff=staff, now=NOW)

    old.refresh_from_db()
    assert (old.state, old.problem, old.stored_as) == ("UNREADABLE", "FILE_GONE", "")
    assert default_storage.listdir("rosters")[1] == [new.stored_as.rpartition("/")[2]]
