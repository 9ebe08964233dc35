"""Copy cataloguing: an ISBN is looked up in our own catalogue and in others, and a record found there is taken over."""

from typing import Any

from django.http import HttpResponse
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
from catalogue.remote.sru import TargetAnswer, ask_each
from catalogue.selectors import records_by_identifier
from catalogue.selectors.remote_targets import targets_for
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_editing import FLAVOUR_NAMES
from web.words.about_fields import breach_text
from web.words.about_sources import answer_problem

_LONGEST = 40


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def fetch_record(request: DeskRequest) -> HttpResponse:
    """Show what our own and other catalogues have under an ISBN; each record opens in the editor as a new one."""
    typed = request.GET.get("isbn", "").strip()[:_LONGEST]
    number = isbn13(typed)
    own = records_by_identifier(number) if number else []
    answers = [_row(each) for each in ask_each(targets_for(current_municipality()), number)] if number else []
    found = [record for answer in answers for record in answer["records"]]
    # Enter opens what's here already, or takes the first record over.
    if found and not own:
        found[0]["has_focus"] = True
    context = {
        "areas": desk_areas(request, "search"),
        "isbn": typed,
        "problem": "" if number or not typed else breach_text(Finding(Breach.WRONG_ISBN, "", facts={"value": typed})),
        "is_asked": number is not None,
        "own": own,
        "answers": answers,
        "focus": "own" if own else "record" if found else "",
    }
    return render(request, "desk/fetch_record.html", context, status=422 if context["problem"] else 200)


def _row(answer: TargetAnswer) -> dict[str, Any]:
    problem = answer_problem(answer)
    return {
        "name": answer.target.name,
        "problem": problem,
        "none": "" if answer.found or problem else gettext("It doesn't have this ISBN."),
        "records": [_shown(each) for each in answer.records],
        "more": answer.found - len(answer.records) if answer.records else 0,
    }


def _shown(record: MarcRecord) -> dict[str, Any]:
    own = taken_over(record)
    columns = parse_columns(record)
    return {
        "columns": columns,
        "flavour": record.flavour.value,
        "flavour_name": FLAVOUR_NAMES[record.flavour],
        "lines": lines_of_record(own),
    }
