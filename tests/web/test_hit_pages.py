"""The pages of a search: the portal's and the desk's hits are turned over like every other list."""

import re

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from catalogue.search import SearchRequest, SearchResult
from web.titles.searching import Searched


def pages(total, page, *, hits=20, query="q=b%C3%A5d"):
    result = SearchResult(hits=(object(),) * hits, total=total, page=page)
    searched = Searched(SearchRequest(text="båd"), result, False, [], [], QueryDict(query))
    return render_to_string("components/pagination.html", searched.pages())


def test_says_which_hits_of_how_many_and_turns_to_the_others():
    html = pages(45, 2)

    assert "21–40 of 45" in html
    assert re.findall(r'href="([^"]+)" rel="(\w+)"', html) == [
        ("?q=b%C3%A5d&amp;page=1", "prev"),
        ("?q=b%C3%A5d&amp;page=3", "next"),
    ]


def test_the_last_page_has_the_rest():
    html = pages(45, 3, hits=5)

    assert "41–45 of 45" in html
    assert 'rel="next"' not in html


@pytest.mark.parametrize(("total", "page", "hits"), [(4, 1, 4), (0, 1, 0), (45, 400, 0)])
def test_says_nothing_where_nothing_is_to_be_turned(total, page, hits):
    assert pages(total, page, hits=hits).strip() == ""


def test_counts_all_hits_but_offers_no_page_that_can_not_be_turned_to():
    html = pages(12_345, 500, query="")

    assert "9981–10000 of 12345" in html
    assert 'rel="next"' not in html
    assert 'href="?page=499" rel="prev"' in html
