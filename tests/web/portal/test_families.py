"""A title's family on its page: what it's part of, its volumes, where an article is found."""

import pytest
from django.urls import reverse

from catalogue.rules.record_levels import Level
from tests.factories import ItemFactory, RecordFactory


def _text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def book(alpha):
    head = RecordFactory(title="The ring", level=Level.HEAD)
    volume = RecordFactory(title="Two towers", level=Level.VOLUME, part_of=head.control_number)
    ItemFactory(record=volume)
    return head, volume


def test_a_head_offers_its_volumes_and_no_hold_of_its_own(book, client_of_alpha):
    page = _text(client_of_alpha.get(reverse("portal:record", args=[book[0].pk])))

    assert "Choose one of its volumes" in page
    assert reverse("portal:record", args=[book[1].pk]) in page
    assert reverse("portal:place_hold", args=[book[0].pk]) not in page
    assert "Not in this municipality" not in page


def test_a_volume_says_what_it_is_part_of(book, client_of_alpha):
    page = _text(client_of_alpha.get(reverse("portal:record", args=[book[1].pk])))

    assert f'Part of: <a href="{reverse("portal:record", args=[book[0].pk])}">The ring</a>' in page


def test_an_article_leads_to_where_it_is_found(alpha, client_of_alpha):
    magazine = RecordFactory(title="Weekly")
    article = RecordFactory(title="On knitting", level=Level.ARTICLE, part_of=magazine.control_number)

    page = _text(client_of_alpha.get(reverse("portal:record", args=[article.pk])))

    assert "Found in Weekly" in page
    assert f"{reverse('portal:record', args=[magazine.pk])}#get" in page


def test_the_desk_shows_the_same(book, librarian_client):
    head = _text(librarian_client.get(reverse("desk:record", args=[book[0].pk])))
    volume = _text(librarian_client.get(reverse("desk:record", args=[book[1].pk])))

    assert "Choose one of its volumes" in head
    assert reverse("desk:record", args=[book[1].pk]) in head
    assert f'Part of: <a href="{reverse("desk:record", args=[book[0].pk])}">The ring</a>' in volume
