"""The night tells patrons of titles that have come since and fit their saved searches: each title once."""

from collections import Counter
from datetime import timedelta

import pytest

from catalogue.models import Change, HoldingsSummary
from catalogue.search import folder
from catalogue.search.writing import rebuild
from circulation.services.nightly import new_titles
from circulation.services.nightly.batches import SomeFailed
from circulation.services.nightly.new_titles import MOST_NAMED, tell_of_new_titles
from circulation.services.notice_checks import still_wanted
from notices.models import Notice
from patrons.rules.searches import Asked
from patrons.services.saved_searches import change_search, remove_search, save_search
from tests.factories import NOW, TODAY, BranchFactory, GuardianshipFactory, ItemFactory, PatronFactory, RecordFactory


@pytest.fixture
def branch(alpha):
    return BranchFactory(code="main", name="Main Library")


@pytest.fixture
def patron(branch):
    return PatronFactory(home_branch=branch, email="ingrid@post.example", language="en")


@pytest.fixture
def bring(alpha, branch):
    """Return a function that brings titles to the library, and the index up to date."""

    def brought(*titles, at=branch, indexed=True, **columns):
        records = [RecordFactory(title=title, **columns) for title in titles]
        for record in records:
            if at:
                ItemFactory(record=record, home_branch=at)
                HoldingsSummary.objects.create(
                    record=record, municipality=alpha, branch_code=at.code, items=1, loanable=1
                )
            Change.objects.create(record=record, kind="HOLDINGS", at=NOW)
        if indexed:
            rebuild()
        return records

    return brought


@pytest.fixture
def save(patron, bring):
    """Return a function that saves a search of the patron's, after a first title has come."""

    def saved(text="lucky", *, patron=patron, **asked):
        return save_search(patron=patron, name="Luck", asked=Asked(text=text, **asked), notifies=True, now=NOW)

    bring("Lucky Jim")
    return saved


def tell(days=0):
    """Do the night's work and return the new messages."""
    before = set(Notice.objects.values_list("pk", flat=True))
    tell_of_new_titles(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=Counter())
    return list(Notice.objects.exclude(pk__in=before).order_by("pk"))


def test_tells_of_what_is_new_and_fits_once(save, bring, patron):
    saved = save()
    bring("Lucky Per", "Other things")

    [told] = tell()

    assert (told.patron, told.kind, told.channel, told.address) == (patron, "NEW_TITLES", "EMAIL", patron.email)
    assert told.subject == "New titles: Luck"
    assert "Lucky Per" in told.body
    assert "Lucky Jim" not in told.body
    assert "Other things" not in told.body
    assert told.about == {"search": saved.pk}
    assert tell() == tell(1) == []


def test_another_item_of_a_known_title_is_no_news(save, bring, branch):
    save()
    [known] = bring("Lucky Per")
    tell()

    ItemFactory(record=known, home_branch=branch)

    assert tell(1) == []


def test_names_the_first_and_counts_all(save, bring):
    save()
    bring(*(f"Lucky {chr(ord('A') + n)}." for n in range(MOST_NAMED + 2)))

    [told] = tell()

    assert told.body.count("– Lucky") == MOST_NAMED
    assert f"In all: {MOST_NAMED + 2}." in told.body


def test_what_the_index_does_not_know_yet_is_told_when_it_does(save, bring):
    save()
    bring("Lucky Per", indexed=False)

    assert tell() == []

    rebuild()
    assert [each.kind for each in tell(1)] == ["NEW_TITLES"]


def test_waits_for_an_index_that_does_not_answer(save, bring, monkeypatch):
    saved = save()
    bring("Lucky Per")
    seen = saved.seen_item

    with monkeypatch.context() as patch:
        patch.setattr(folder, "current_index", lambda: None)
        with pytest.raises(SomeFailed):
            tell()

    saved.refresh_from_db()
    assert saved.seen_item == seen
    assert len(tell()) == 1


def test_keeps_to_the_filters(save, bring):
    elsewhere = BranchFactory(code="harbour", name="Harbour")
    save(branches=("harbour",))
    bring("Lucky Per")
    bring("Lucky Film", at=elsewhere)

    [told] = tell()

    assert "Lucky Film" in told.body
    assert "Lucky Per" not in told.body


def test_the_whole_country_s_news_are_new_records(save, bring):
    save(everywhere=True)
    bring("Lucky Per", at=None)

    [told] = tell()

    assert "Lucky Per" in told.body
    assert tell(1) == []


def test_what_came_while_she_was_not_told_is_not_new_afterwards(save, bring):
    saved = change_search(saved=save(), name="Luck", notifies=False)
    bring("Lucky Per")
    assert tell() == []

    change_search(saved=saved, name="Luck", notifies=True)
    assert tell(1) == []


@pytest.mark.parametrize(
    "change",
    [{"channels": {"NEW_TITLES": "NONE"}}, {"email": "", "phone": "", "channel": "LETTER"}, {"left_at": NOW}],
    ids=["unsubscribed", "only by letter", "left"],
)
def test_writes_to_nobody_who_does_not_want_it_or_can_not_be_reached_unseen(save, bring, patron, change):
    saved = save()
    for name, value in change.items():
        setattr(patron, name, value)
    patron.save()
    bring("Lucky Per")

    assert tell() == []

    saved.refresh_from_db()
    assert saved.seen_item > 0


def test_a_child_is_told_itself_and_the_guardian_is_not(save, bring, branch, patron):
    child = PatronFactory(child=True, home_branch=branch, email="bo@post.example")
    GuardianshipFactory(child=child, guardian=patron, shows_loans=True)
    save(patron=child)
    bring("Lucky Per")

    assert [each.address for each in tell()] == ["bo@post.example"]


def test_a_message_about_a_search_that_is_gone_is_not_sent(save, bring):
    saved = save()
    bring("Lucky Per")
    told = tell()
    assert still_wanted(told) == {told[0].pk}

    remove_search(saved=saved)

    assert still_wanted(told) == set()


def test_what_is_new_is_read_once_for_all_searches_that_looked_up_to_the_same(save, bring, monkeypatch):
    first, second, elsewhere = save(), save("per"), save("other", branches=("main",))
    bring("Lucky Per", "Other things")
    asked = []
    read = new_titles.titles_new_here
    monkeypatch.setattr(new_titles, "titles_new_here", lambda **facts: asked.append(facts["branches"]) or read(**facts))

    assert [told.about["search"] for told in tell()] == [first.pk, second.pk, elsewhere.pk]
    assert asked == [(), ("main",)]


def test_a_whole_stock_is_no_news_and_what_comes_after_it_is(save, bring, monkeypatch):
    saved = save()
    monkeypatch.setattr(new_titles, "_MOST_NEW", 1)
    bring("Lucky Per", "Lucky Luke")
    assert tell() == []

    bring("Lucky Strike")
    [told] = tell(1)
    assert (told.about, "Lucky Strike" in told.body, "Lucky Per" in told.body) == ({"search": saved.pk}, True, False)
