"""A periodical's issues in words, as its page lists them, with the articles in each; and the issue an article is in."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from catalogue.rules.issues import IssueName
from catalogue.rules.record_levels import Level
from catalogue.selectors.parts import issues_named_by
from circulation.selectors.issues import Issue, issues_of
from circulation.selectors.subscriptions import Expected, expected_issues, subscriptions_of
from holdings.selectors import item_statuses
from web.ui.days import short_day

# What's later than this may never come: patrons aren't told of it.
_PATIENCE = timedelta(days=30)
# Where it's of use to say at which branch.
_KINDS = {"AVAILABLE": "ok", "REFERENCE_ONLY": "none"}


def issue_text(name: IssueName) -> str:
    """Return an issue's name in the reader's language: "No. 5 (2026)", a day, or a year."""
    if name.day:
        return short_day(name.day)
    if not name.number:
        return str(name.year)
    values = {"number": name.number, "year": name.year, "volume": name.volume}
    if not name.number[0].isdigit():
        return f"{name.number} ({name.year})"
    if name.volume:
        return gettext("Vol. %(volume)s, no. %(number)s (%(year)s)") % values
    return gettext("No. %(number)s (%(year)s)") % values


def issues_shown(record: Any, parts: Sequence[Any], *, today: date) -> list[dict[str, Any]]:
    """Return a title's issues by year, newest first, only the newest year unfolded; nothing for other titles.

    What branches wait for stands among them with the day on which it's expected.

    :param parts: the articles found in the title
    """
    here = [issue for year in issues_of(record.pk) for issue in year.issues]
    articles = _by_issue(parts) if here else {}
    rows = [(issue.name, _shown(issue, articles.get(issue.name.key, ()))) for issue in here]
    known = {issue.name.key for issue in here}
    for each in expected_issues(subscriptions_of(record_id=record.pk), today=today):
        if each.name.key not in known and each.day >= today - _PATIENCE:
            known.add(each.name.key)
            rows.append((each.name, _expected(each)))
    years: dict[int, list[dict[str, Any]]] = {}
    for name, row in sorted(rows, key=lambda row: row[0].order, reverse=True):
        years.setdefault(name.year, []).append(row)
    return [{"year": year, "is_open": year == next(iter(years)), "issues": issues} for year, issues in years.items()]


def issue_of_article(article: Any, host: Any) -> dict[str, str] | None:
    """Return the issue that an article is in: its name, and its `volume` for holds, empty where there's no item."""
    name = issues_named_by([article.pk]).get(article.pk)
    if name is None:
        return None
    here = (issue for year in issues_of(host.pk) for issue in year.issues if issue.name.key == name.key)
    issue = next(here, None)
    return {"text": issue_text(name), "volume": issue.volume if issue else ""}


def _by_issue(parts: Sequence[Any]) -> dict[tuple[int, str], list[Any]]:
    articles = {part.pk: part for part in parts if part.level == Level.ARTICLE}
    found = defaultdict(list)
    for pk, name in issues_named_by(articles).items() if articles else ():
        found[name.key].append(articles[pk])
    return found


def _shown(issue: Issue, articles: Sequence[Any]) -> dict[str, Any]:
    return {
        "text": issue_text(issue.name),
        "volume": issue.volume,
        "kind": _KINDS.get(issue.status, "wait"),
        "state": dict(item_statuses())[issue.status],
        "where": issue.branches if issue.status in _KINDS else (),
        "may_be_held": issue.may_be_held,
        "articles": articles,
    }


def _expected(expected: Expected) -> dict[str, Any]:
    return {
        "text": issue_text(expected.name),
        "kind": "wait",
        "state": gettext("expected %(day)s") % {"day": short_day(expected.day)},
    }
