"""Copy cataloguing at the desk: other catalogues are asked for an ISBN, and a record opens in the editor."""

import re
import threading

import pytest
from django.urls import reverse

from catalogue.models import BibliographicRecord
from catalogue.remote import look_ups, sru
from catalogue.services.remote_targets import add_remote_target
from common.remote_sources import RemoteAnswer, RemoteFailed, Trouble
from tenants.models import Municipality
from tests.catalogue.marc_samples import NOVEL, marcxml
from tests.catalogue.test_remote_catalogues import response
from tests.factories import StaffAccountFactory
from tests.factories.catalogue import RecordFactory

ISBN = "9789510433904"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def beside(monkeypatch, empty_cache):
    """Return what was to be done beside the requests."""
    begun = []
    monkeypatch.setattr(look_ups, "_run_beside", begun.append)
    monkeypatch.setattr(look_ups, "_places", look_ups._Places())
    return begun


@pytest.fixture
def remote(monkeypatch, beside):
    """Let other catalogues answer by their host, at once; one that's not named here can't be reached."""
    bodies = {}
    monkeypatch.setattr(look_ups, "_run_beside", lambda work: work())

    def fetch(address, **_):
        host = address.split("/")[2]
        if host not in bodies:
            raise RemoteFailed(Trouble.UNREACHABLE)
        return RemoteAnswer(bodies[host], "text/xml")

    monkeypatch.setattr(sru, "fetch", fetch)
    return bodies


def name(host, municipality):
    return add_remote_target(
        municipality=municipality,
        name=host.upper(),
        address=f"https://{host}/sru",
        version="1.2",
        record_schema="marcxml",
        isbn_index="bath.isbn",
        title_index="dc.title",
        actor=None,
    )


def fetched(client, **question):
    return client.get(reverse("desk:fetch_record"), question or {"isbn": ISBN})


def answer_of(client, target, **question):
    return client.get(
        reverse("desk:ask_catalogue", args=[target.pk]), question or {"isbn": ISBN}, headers={"HX-Request": "true"}
    )


def test_each_catalogue_says_what_it_has_and_a_record_opens_in_the_editor(librarian_client, alpha, remote):
    consortium = Municipality.objects.get(schema_name="public")
    shared, own, off = (
        name(*each) for each in (("all.example", consortium), ("own.example", alpha), ("off.example", alpha))
    )
    remote |= {"own.example": response(count=0), "all.example": response(marcxml(NOVEL), count=1)}
    page = fetched(librarian_client, title="yön", author="")

    assert page.context["targets"] == [own, off, shared]
    for target in (own, off, shared):
        asked = reverse("desk:ask_catalogue", args=[target.pk]) + "?title=y%C3%B6n"
        assert page.content.decode().count(f'hx-get="{asked}"') == 1

    none, silent, found = (answer_of(librarian_client, each).context["answer"] for each in (own, off, shared))
    assert (none["name"], none["none"]) == ("OWN.EXAMPLE", "It has nothing like this.")
    assert (silent["problem"], silent["none"]) == ("It can't be reached.", "")
    assert (found["problem"], found["records"][0]["columns"].title) == ("", "Yön äänet")

    part = answer_of(librarian_client, shared, title="yön").content.decode()
    assert ("<html" in part, part.count('data-key-action="take-over"')) == (False, 1)
    sent = dict(re.findall(r'name="(flavour)" value="(\w+)"', part))
    lines = re.search(r'<textarea name="lines" hidden>\n(.*?)</textarea>', part, re.DOTALL)[1]
    editor = librarian_client.post(reverse("desk:new_record"), {**sent, "lines": lines, "do": "check"})

    assert (editor.status_code, editor.context["wrong"]) == (200, [])
    assert "035 ## $a(FI-TEST)20260001" in editor.context["typed"].lines
    form = {**sent, "lines": editor.context["typed"].lines, "do": "save", "whose": "common"}
    saved = librarian_client.post(reverse("desk:new_record"), form)
    record = BibliographicRecord.objects.get()
    assert saved.url == reverse("desk:record", args=[record.pk])
    assert (record.title, record.source) == ("Yön äänet", "alpha")
    assert record.control_number != "20260001"

    # Asked again, it's known to be here; no key takes it over a second time.
    again = answer_of(librarian_client, shared)
    assert [each.pk for each in again.context["answer"]["records"][0]["ours"]] == [record.pk]
    assert "take-over" not in again.content.decode()
    assert reverse("desk:record", args=[record.pk]) in again.content.decode()


def test_says_first_that_it_is_here_already(librarian_client, alpha, remote):
    record = RecordFactory(title="Here", isbns=[ISBN])

    page = fetched(librarian_client, isbn="951-0-43390-x")

    assert [each.pk for each in page.context["own"]] == [record.pk]
    assert reverse("desk:record", args=[record.pk]) in page.content.decode()
    assert page.content.decode().count("autofocus") == 1
    assert "No other catalogue is named yet." in page.content.decode()


def test_a_wrong_number_asks_nobody(librarian_client, alpha, remote):
    target = name("own.example", alpha)
    page = fetched(librarian_client, isbn="9789510433905", title="yön")

    assert page.status_code == 422
    assert "9789510433905" in page.context["problem"]
    assert page.context["targets"] == []
    assert answer_of(librarian_client, target, isbn="9789510433905").status_code == 404
    assert answer_of(librarian_client, target, title=" ** ").status_code == 404


def test_another_municipality_s_catalogues_are_not_asked(librarian_client, alpha, beta, remote):
    target = name("secret.example", beta)
    remote["secret.example"] = response(marcxml(NOVEL), count=1)

    assert fetched(librarian_client).context["targets"] == []
    assert answer_of(librarian_client, target).status_code == 404


def test_what_a_hostile_catalogue_sends_is_text_in_a_whole_page_too(librarian_client, alpha, remote):
    target = name("evil.example", alpha)
    fields = [*NOVEL, ("520", "  $a&lt;/textarea>&lt;script>alert(1)&lt;/script>")]
    remote["evil.example"] = response(marcxml(fields), count=10**8)
    page = librarian_client.get(reverse("desk:ask_catalogue", args=[target.pk]), {"isbn": ISBN})

    assert page.context["answer"]["more"] == 10**8 - 1
    assert "<script>alert" not in page.content.decode()
    assert "&lt;/textarea&gt;" in page.content.decode()


def test_no_request_waits_for_a_catalogue_and_it_is_asked_once(
    librarian_client, logged_in, desk_branch, alpha, beside, monkeypatch
):
    target = name("slow.example", alpha)
    asked = []
    monkeypatch.setattr(
        sru, "fetch", lambda address, **_: asked.append(address) or RemoteAnswer(response(marcxml(NOVEL), count=1), "")
    )

    first, second = (answer_of(librarian_client, target) for _ in range(2))
    page = librarian_client.get(reverse("desk:ask_catalogue", args=[target.pk]), {"isbn": ISBN})
    assert [(each.status_code, each.content) for each in (first, second)] == [(204, b"")] * 2
    assert page.content.decode().count('hx-trigger="load, every 700ms"') == 1
    assert (len(beside), asked) == (1, [])

    beside[0]()
    shown = answer_of(librarian_client, target)
    assert (shown.status_code, len(shown.context["answer"]["records"])) == (200, 1)
    # What stood in its place may have had the focus.
    for each in (page, shown):
        assert each.content.decode().count(f'id="answer-{target.pk}"') == 1
    assert (len(beside), len(asked)) == (1, 1)

    # It's hers: a colleague who asks the same is answered by the catalogue itself.
    other = logged_in(StaffAccountFactory(name="Co Cataloguer"), desk_branch)
    assert (answer_of(other, target).status_code, len(beside)) == (204, 2)


def test_few_are_asked_at_once_and_one_municipality_leaves_some_to_others(librarian_client, alpha, beside):
    targets = [name(f"slow{number}.example", alpha) for number in range(5)]

    assert [answer_of(librarian_client, each).status_code for each in targets] == [204] * 5
    assert len(beside) == 3
    assert [look_ups._places.take("beta") for _ in range(4)] == [True] * 3 + [False]
    assert not look_ups._places.take("gamma")

    # It can't be reached in a test; the place is free again, and what waited begins.
    beside[0]()
    for _ in range(3):
        look_ups._places.give_back("beta")
    assert answer_of(librarian_client, targets[3]).status_code == 204
    assert len(beside) == 4


def test_a_look_up_that_breaks_off_is_trouble_and_not_waited_for(librarian_client, alpha, beside, monkeypatch):
    target = name("odd.example", alpha)
    monkeypatch.setattr(sru, "fetch", lambda address, **_: 1 / 0)
    assert answer_of(librarian_client, target).status_code == 204

    beside[0]()
    assert answer_of(librarian_client, target).context["answer"]["problem"] == "It can't be reached."
    assert look_ups._places.take("alpha")


def test_a_look_up_runs_in_a_thread_of_its_own():
    done, seen = threading.Event(), []
    look_ups._run_beside(lambda: (seen.append(threading.current_thread()), done.set()))

    assert done.wait(60)
    assert (seen[0] is threading.current_thread(), seen[0].daemon) == (False, True)
