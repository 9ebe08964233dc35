"""Copy cataloguing: a title is looked up in our own catalogue and in others, and a record found there is taken over."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from catalogue.marc.columns import parse_columns
from catalogue.marc.identifiers import isbn13
from catalogue.marc.record_lines import lines_of_record
from catalogue.marc.records import MarcRecord
from catalogue.marc.taking_over import taken_over
from catalogue.marc.validation.findings import Breach, Finding
from catalogue.remote.look_ups import answer_so_far
from catalogue.remote.questions import Question, TargetAnswer
from catalogue.selectors import records_by_identifier
from catalogue.selectors.matching import already_here
from catalogue.selectors.remote_targets import targets_for
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_editing import FLAVOUR_NAMES
from web.words.about_fields import breach_text
from web.words.about_sources import answer_problem

_LONGEST_NUMBER, _LONGEST_WORDS = 40, 100


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def fetch_record(request: DeskRequest) -> HttpResponse:
    """Show what our own catalogue has under an ISBN, and ask the others, each by a request of its own."""
    typed = {name: _typed(request, name) for name in ("isbn", "title", "author")}
    question, problem = _question(typed)
    is_asked = not problem and not question.is_empty
    own = records_by_identifier(question.isbn) if is_asked and question.isbn else []
    context = {
        "areas": desk_areas(request, "search"),
        "typed": typed,
        "problem": problem,
        "is_asked": is_asked,
        "asked": _asked(question),
        "own": own,
        "targets": targets_for(current_municipality()) if is_asked else [],
    }
    return render(request, "desk/fetch_record.html", context, status=422 if problem else 200)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def ask_catalogue(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what another catalogue has, as a part of that page or by itself; a record opens in the editor as a new one.

    It never waits for it: while the catalogue is being asked, the part is told that there's nothing yet and stays as it
    is, and what has the keyboard's focus with it; it asks again until the answer is there.
    """
    target = next((each for each in targets_for(current_municipality()) if each.pk == pk), None)
    question, problem = _question({name: _typed(request, name) for name in ("isbn", "title", "author")})
    if target is None or problem or question.is_empty:
        raise Http404
    answer = answer_so_far(target, question, asker=request.staff.account.pk)
    if request.htmx and answer is None:
        return HttpResponse(status=204)
    context = {"target": target, "asked": _asked(question), "answer": _row(answer) if answer else None}
    if request.htmx:
        return render(request, "desk/_fetched_answer.html", context)
    return render(request, "desk/fetched_answer.html", {"areas": desk_areas(request, "search"), **context})


def _typed(request: DeskRequest, name: str) -> str:
    longest = _LONGEST_NUMBER if name == "isbn" else _LONGEST_WORDS
    return request.GET.get(name, "").replace("\x00", "").strip()[:longest]


def _question(typed: dict[str, str]) -> tuple[Question, str]:
    """Return what is looked for, and what's wrong with the ISBN."""
    number = isbn13(typed["isbn"]) if typed["isbn"] else None
    wrong = Finding(Breach.WRONG_ISBN, "", facts={"value": typed["isbn"]})
    problem = breach_text(wrong) if typed["isbn"] and not number else ""
    return Question(number or "", typed["title"], typed["author"]), problem


def _asked(question: Question) -> str:
    return urlencode({name: value for name, value in asdict(question).items() if value})


def _row(answer: TargetAnswer) -> dict[str, Any]:
    problem = answer_problem(answer)
    ours = already_here(answer.records) if answer.records else []
    return {
        "pk": answer.target.pk,
        "name": answer.target.name,
        "problem": problem,
        "none": "" if answer.found or problem else gettext("It has nothing like this."),
        "records": [_shown(*each) for each in zip(answer.records, ours, strict=True)],
        "more": answer.found - len(answer.records) if answer.records else 0,
    }


def _shown(record: MarcRecord, ours: list[Any]) -> dict[str, Any]:
    own = taken_over(record)
    return {
        "columns": parse_columns(record),
        "flavour": record.flavour.value,
        "flavour_name": FLAVOUR_NAMES[record.flavour],
        "lines": lines_of_record(own),
        "ours": ours,
    }
