"""The consortium's page of authorities: found, made, edited by two, merged; no municipality's staff reach it."""

import pytest
from django.urls import reverse

from catalogue.models import Authority, HeadingChange, Vocabulary
from catalogue.services.authorities import Content, add_authority
from catalogue.services.records import Author
from tests.factories import NOW
from tests.web.console.pages import sent_forms

HOST = "libsys.urls_consortium"


@pytest.fixture
def names(consortium):
    defaults = {"name": "Names", "agency": "libsys", "scheme": "", "kinds": ["PERSON", "CORPORATE"]}
    return Vocabulary.objects.update_or_create(code="own-names", defaults=defaults)[0]


@pytest.fixture
def holm(names):
    return known(names, "Holm, Karen")


def known(vocabulary, heading):
    content = Content((("a", heading),))
    return add_authority(vocabulary=vocabulary, kind="PERSON", content=content, author=Author(None, None), now=NOW)


def at(name, *args):
    return reverse(f"console:{name}", args=args, urlconf=HOST)


def form_of(client, address):
    return next(form for form in sent_forms(client.get(address)) if "heading" in form.values)


def test_is_made_found_by_another_heading_and_shown(operator_client, names):
    sent = {"heading": "Holm, Karen $d 1950-", "variants": "Holm, K.\nBerg, Karen", "see_also": "", "note": ""}
    made = operator_client.post(at("add_authority", "own-names", "PERSON"), sent)
    holm = Authority.objects.get()
    found = operator_client.get(at("authorities"), {"find": "berg", "vocabulary": "own-names"})

    assert made.headers["Location"] == at("authority", holm.pk)
    assert holm.parts == [["a", "Holm, Karen"], ["d", "1950-"]]
    assert [(row["authority"], row["through"]) for row in found.context["rows"]] == [(holm, "Berg, Karen")]
    assert form_of(operator_client, at("authority", holm.pk)).values["variants"].split("\n")[1:] == [
        "Berg, Karen",
        "Holm, K.",
    ]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"heading": ""}, "heading"),
        ({"heading": "$d 1950-"}, "heading"),
        ({"heading": "\u200b"}, "heading"),
        ({"heading": "Holm", "variants": "Holm, K.\nHolm $t Sea"}, "variants"),
        ({"heading": "HOLM, Karen"}, "__all__"),
    ],
)
def test_what_is_no_heading_or_taken_is_refused(operator_client, holm, sent, wrong):
    refused = operator_client.post(at("add_authority", "own-names", "PERSON"), sent)

    assert (refused.status_code, list(refused.context["form"].errors)) == (422, [wrong])
    assert Authority.objects.count() == 1


def test_a_kind_that_the_vocabulary_has_not_has_no_page(operator_client, names):
    assert operator_client.get(at("add_authority", "own-names", "CLASS")).status_code == 404


def test_the_second_of_two_editors_reads_what_the_first_saved(operator_client, holm):
    address = at("authority", holm.pk)
    form = form_of(operator_client, address)

    first = operator_client.post(address, form.values | {"heading": "Holm Berg, Karen"})
    second = operator_client.post(address, form.values | {"heading": "Holm, Karin"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Somebody else has saved this meanwhile" in second.content.decode()
    holm.refresh_from_db()
    assert (holm.heading, holm.version) == ("Holm Berg, Karen", 2)
    assert HeadingChange.objects.get().old_parts == [["a", "Holm, Karen"]]
    assert "Was called" in operator_client.get(address).content.decode()


def test_another_is_merged_into_it_unless_it_has_changed(operator_client, names, holm):
    other = known(names, "Holm, K.")
    offered = operator_client.get(at("authority", holm.pk), {"merge": "holm"}).context["candidates"]
    assert [row["authority"] for row in offered] == [other]

    operator_client.post(at("merge_authority", holm.pk, other.pk), {"version": "1", "other_version": "9"})
    other.refresh_from_db()
    assert other.merged_into is None

    operator_client.post(at("merge_authority", holm.pk, other.pk), {"version": "1", "other_version": "1"})
    other.refresh_from_db()
    assert other.merged_into == holm
    assert operator_client.get(at("authority", other.pk)).status_code == 404


def test_its_versions_say_what_changed_and_one_is_brought_back(operator_client, holm):
    form = form_of(operator_client, at("authority", holm.pk))
    operator_client.post(at("authority", holm.pk), form.values | {"heading": "Holm Berg, Karen", "note": "Married"})

    page = operator_client.get(at("authority_history", holm.pk))
    newest, first = page.context["versions"]
    assert [(each["went"], each["came"]) for each in newest["changes"]] == [
        ("Holm, Karen", "Holm Berg, Karen"),
        ("", "Married"),
    ]
    assert (first["changes"], newest["version"].by) == ([], "Olga Operator")

    address = at("restore_authority", holm.pk)
    assert operator_client.post(address, {"version": "1", "expected": "1"}).status_code == 409
    assert operator_client.post(address, {"version": "x", "expected": "2"}).status_code == 404
    operator_client.post(address, {"version": "1", "expected": "2"})
    holm.refresh_from_db()
    assert (holm.heading, holm.version) == ("Holm, Karen", 3)


def test_a_merge_is_undone_and_one_that_nothing_uses_deleted(operator_client, names, holm):
    other = known(names, "Holm, K.")
    operator_client.post(at("merge_authority", holm.pk, other.pk), {"version": "1", "other_version": "1"})
    [row] = operator_client.get(at("authority_history", holm.pk)).context["merges"]

    refused = operator_client.post(at("delete_authority", holm.pk), {"expected": "2"})
    assert (refused.status_code, len(refused.context["problems"])) == (409, 2)
    assert operator_client.post(at("undo_authority_merge", other.pk, row["merge"].pk)).status_code == 404
    undone = operator_client.post(at("undo_authority_merge", holm.pk, row["merge"].pk))
    assert undone.headers["Location"] == at("authority", other.pk)
    assert "get back what they had before the merge" in operator_client.get(at("authority", other.pk)).content.decode()
    other.refresh_from_db()
    assert other.merged_into is None

    HeadingChange.objects.update(finished_at=NOW)
    gone = operator_client.post(at("delete_authority", holm.pk), {"expected": "3"})
    assert gone.headers["Location"] == at("authorities")
    assert list(Authority.objects.all()) == [other]
