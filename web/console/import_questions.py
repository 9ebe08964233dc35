"""What an import shows a person: what would become of its first records, and the questions that it has for her."""

from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from catalogue.selectors.import_reports import open_questions
from catalogue.services.import_preview import preview_import
from catalogue.services.import_profiles import rules_from
from catalogue.services.import_questions import Question, questions
from web.desk.record_diffs import diff_rows
from web.words.about_imports import ACTIONS, OUTCOMES, WHYS, why_not

_PAGE = 10
_KINDS = {"NEW": "ok", "OVERLAY": "notice", "ENRICH": "notice", "ITEMS": "ok", "ASK": "wait", "SKIP": "none"}
_FACTS = (
    ("title", _("Title")),
    ("author", _("Author")),
    ("publisher", _("Publisher")),
    ("year", _("Year")),
    ("edition", _("Edition")),
    ("extent", _("Extent")),
    ("isbns", _("ISBN")),
    ("control_number", _("Number")),
)


def foreseen(run: Any) -> list[dict[str, Any]]:
    """Return a row for each of the first records of a run's file; none if the file is gone."""
    if not default_storage.exists(run.stored_as):
        return []
    with default_storage.open(run.stored_as) as file:
        found = preview_import(file=cast(BinaryIO, file), source=run.source, profile=rules_from(run.settings))
    return [
        {
            "each": each,
            "what": ACTIONS.get(each.action, OUTCOMES["FAILED"]),
            "kind": _KINDS.get(each.action, "stop"),
            "why": WHYS.get(each.why, ""),
            "reasons": why_not(each.reasons),
            "changes": diff_rows(each.changes),
        }
        for each in found
    ]


def summed_up(rows: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    """Return how many of the foreseen records would become what, in the order of the actions."""
    words = [*ACTIONS.values(), OUTCOMES["FAILED"]]
    counts = [(word, sum(1 for row in rows if row["what"] == word)) for word in words]
    return [(word, count) for word, count in counts if count]


def asked(run: Any, number: str | None) -> tuple[Page, list[dict[str, Any]]]:
    """Return a page of a run's questions, and what to show of each."""
    page = Paginator(open_questions(run.pk), _PAGE).get_page(number)
    return page, [_row(question) for question in questions(run, list(page.object_list))]


def _row(question: Question) -> dict[str, Any]:
    entry, came = question.entry, question.columns
    return {
        "entry": entry,
        "why": WHYS.get(entry.why, ""),
        "reasons": why_not(entry.reasons),
        "facts": _facts(came, question.choices) if came else [],
        "choices": [
            {"row": each.row, "score": each.score, "fits": each.fits, "changes": diff_rows(each.changes)}
            for each in question.choices
        ],
    }


def _facts(came: Any, choices: Any) -> list[dict[str, Any]]:
    """Return what's compared, line by line; what nobody says anything about is left out."""
    found = []
    for name, label in _FACTS:
        text, ours = _text(getattr(came, name)), [_text(getattr(each.row, name)) for each in choices]
        if text or any(ours):
            found.append({"label": label, "came": text, "ours": [(each, each == text) for each in ours]})
    return found


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")
