"""Staff work through what didn't go out, print letters, and set a patron's channels."""

import io

import pypdf
import pytest
from django.contrib.messages import get_messages

from notices.models import Notice, PrintRun
from tests.factories import BranchFactory, PatronFactory

HOME = {"address": "Havnegade 1", "postal_code": "6200", "city": "Aabenraa"}


@pytest.fixture
def notice(desk_branch, now):
    numbers = iter(range(1000))

    def make(state="FAILED", **columns):
        patron = columns.pop("patron", None) or PatronFactory(**HOME)
        values = {
            "patron": patron,
            "branch": desk_branch,
            "kind": "OVERDUE_1",
            "key": f"test:{next(numbers)}",
            "language": "en",
            "channel": "EMAIL",
            "address": patron.email,
            "addressee": patron.display_name,
            "subject": "Please bring it back",
            "body": "Dear Ingrid\n\nPlease bring it back.",
            "state": state,
            "problem": "ADDRESS_REFUSED" if state == "FAILED" else "",
            "created_at": now,
        }
        return Notice.objects.create(**values | columns)

    return make


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_lists_what_failed_at_this_branch_with_why_and_what_next(librarian_client, notice):
    notice(subject="Ours")
    notice(subject="Theirs", branch=BranchFactory())

    here = librarian_client.get("/desk/messages").content.decode()
    everywhere = librarian_client.get("/desk/messages?all=1").content.decode()

    assert ("Ours" in here, "Theirs" in here) == (True, False)
    assert ("Ours" in everywhere, "Theirs" in everywhere) == (True, True)
    assert "The address doesn&#x27;t work: correct it, or choose another way" in here
    assert "Print as letter" in here


def test_tries_again_and_another_way(librarian_client, notice):
    again, other = notice(), notice()

    librarian_client.post(f"/desk/messages/{again.pk}/again")
    librarian_client.post(f"/desk/messages/{other.pk}/again", {"channel": "LETTER"})

    again.refresh_from_db()
    other.refresh_from_db()
    assert (again.state, again.channel) == ("QUEUED", "EMAIL")
    assert (other.state, other.channel) == ("QUEUED", "LETTER")
    assert other.address.endswith("Havnegade 1\n6200 Aabenraa")


def test_says_why_another_way_leads_nowhere(librarian_client, notice):
    lost = notice(patron=PatronFactory())

    answer = librarian_client.post(f"/desk/messages/{lost.pk}/again", {"channel": "LETTER"})
    unused = librarian_client.post(f"/desk/messages/{lost.pk}/again", {"channel": "SMS"})

    lost.refresh_from_db()
    assert lost.state == "FAILED"
    assert said(answer) == ["There's still no address for it. Add one to the patron first."]
    assert "The municipality doesn't use this channel." in said(unused)


def test_sets_aside(librarian_client, notice):
    left = notice()

    librarian_client.post(f"/desk/messages/{left.pk}/aside")

    left.refresh_from_db()
    assert (left.state, left.problem) == ("CANCELLED", "SET_ASIDE")


def test_prints_the_letters_and_prints_them_again(librarian_client, notice):
    waiting = notice(
        "QUEUED",
        kind="HOLD_EXPIRED",
        channel="LETTER",
        address="Liv Sol\nHavnegade 1\n6200 Aabenraa",
        addressee="Liv Sol",
    )

    answer = librarian_client.post("/desk/letters/print")
    run = PrintRun.objects.get()
    assert answer.url == f"/desk/letters/{run.pk}"

    listed = librarian_client.get(answer.url).content.decode()
    file = librarian_client.get(f"/desk/letters/{run.pk}/file")
    again = librarian_client.get(f"/desk/letters/{run.pk}/file")

    waiting.refresh_from_db()
    assert (waiting.state, "Liv Sol" in listed) == ("SENT", True)
    assert file["Content-Type"] == "application/pdf"
    assert file.content == again.content
    assert "Havnegade 1" in pypdf.PdfReader(io.BytesIO(file.content)).pages[1].extract_text()


def test_says_that_there_is_nothing_to_print(librarian_client, desk_branch):
    answer = librarian_client.post("/desk/letters/print")

    assert answer.url == "/desk/messages"
    assert said(answer) == ["No letters wait for the printer."]
    assert not PrintRun.objects.exists()


def test_a_letter_that_came_back_stands_in_the_list(librarian_client, notice):
    waiting = notice(
        "QUEUED",
        kind="HOLD_EXPIRED",
        channel="LETTER",
        address="Liv Sol\nHavnegade 1\n6200 Aabenraa",
        addressee="Liv Sol",
    )
    librarian_client.post("/desk/letters/print")

    librarian_client.post(f"/desk/messages/{waiting.pk}/came-back")

    assert "The letter came back" in librarian_client.get("/desk/messages").content.decode()


def test_unknown_ones_are_not_found(librarian_client, desk_branch):
    assert librarian_client.get("/desk/letters/9999").status_code == 404
    assert librarian_client.post("/desk/messages/9999/again").status_code == 404


def test_sets_a_patrons_channels(librarian_client, desk_branch):
    patron = PatronFactory()
    address = f"/desk/patrons/{patron.pk}/messages"

    assert librarian_client.get(address).status_code == 200
    done = librarian_client.post(address, {"channel": "LETTER", "kind-HOLD_READY": "EMAIL", "kind-COURTESY": "NONE"})
    refused = librarian_client.post(address, {"channel": "PIGEON"})

    patron.refresh_from_db()
    assert (done.status_code, refused.status_code) == (302, 422)
    assert (patron.channel, patron.channels) == ("LETTER", {"HOLD_READY": "EMAIL", "COURTESY": "NONE"})


def test_calls_no_choice_of_messages_optional(librarian_client, patron):
    assert "(optional)" not in librarian_client.get(f"/desk/patrons/{patron.pk}/messages").content.decode()
