"""Every table of the staff's screens is a list whose columns can be chosen, or is named here with the reason."""

import re
from pathlib import Path

import pytest
from django.urls import get_resolver

import web
from web.ui.columns import MOST_COLUMNS, TABLES

ROOT = Path(web.__file__).parent
ROOMS = ("account", "console", "desk", "kiosk", "schools")
TEMPLATES = {
    path.relative_to(ROOT / room / "templates").as_posix(): path.read_text(encoding="utf-8")
    for room in ROOMS
    for path in sorted((ROOT / room / "templates").rglob("*.html"))
}

# Tables that are no lists: how many a template has, and why their columns stay as they are.
NOT_LISTS = {
    "account/keys.html": (1, "a form: a key for each action"),
    "console/_branch_days.html": (1, "part of the branch's form, every column is needed"),
    "console/_branch_hours.html": (1, "a form: two times for each weekday"),
    "console/_branch_rooms.html": (1, "a form: a name for each room, every column is needed"),
    "console/_branch_yearly.html": (1, "part of the branch's form, every column is needed"),
    "console/_import_entries.html": (1, "a report of what came of one import, every column is needed"),
    "console/_import_foreseen.html": (1, "the preview of one import, every column is needed"),
    "console/_import_questions.html": (1, "a question: a record beside those that it may be"),
    "console/_import_state.html": (1, "a report of what failed, every column is needed"),
    "console/_moves.html": (1, "the preview of one decision, every column is needed"),
    "console/authorities.html": (1, "what a few letters find, in their order; every column is needed"),
    "console/authority_history.html": (2, "what became of one authority, every column is needed"),
    "console/branch_groups.html": (1, "a form: a name for each group, every column is needed"),
    "console/import_sources.html": (1, "a few lines with their forms, every column is needed"),
    "console/notices.html": (1, "a kind of message and the ways to its texts"),
    "console/remote_targets.html": (1, "a few lines with their forms, every column is needed"),
    "school/leavers.html": (1, "a list to print for the school, every column is needed"),
    "school/new_year.html": (1, "a form: what each class becomes"),
    "school/start.html": (1, "the schools to choose from, by name alone"),
    "console/rule_case.html": (1, "the answer to one question, every column is needed"),
    "console/rules.html": (1, "a matrix: its columns are item types"),
    "console/start.html": (2, "summaries of lists that stand on pages of their own"),
    "console/template.html": (1, "a template's values, every column is needed"),
    "console/template_value.html": (1, "the preview of one decision, every column is needed"),
    "desk/_bulk_state.html": (2, "the preview and the report of one change, every column is needed"),
    "desk/_cash_up_methods.html": (1, "sums"),
    "desk/_details_blocks.html": (1, "a few lines of one patron, every column is needed"),
    "desk/_details_cards.html": (1, "a few lines of one patron, every column is needed"),
    "desk/_details_contacts.html": (1, "a few lines of one patron, every column is needed"),
    "desk/_details_family.html": (1, "a few lines of one patron, every column is needed"),
    "desk/_details_notes.html": (1, "a few lines of one patron, every column is needed"),
    "desk/_family.html": (1, "a few lines of one patron, every column is needed"),
    "desk/_fees.html": (1, "what's owed and why, with its buttons: every column is needed"),
    "desk/_holds.html": (1, "a patron's holds with their buttons: every column is needed"),
    "desk/_item_reports.html": (1, "a form: what's in a bundle"),
    "desk/_sent.html": (1, "the newest ten messages, every column is needed"),
    "desk/_record_diff.html": (1, "two contents beside each other"),
    "desk/_tills.html": (1, "a form: a name for each till"),
    "desk/batch.html": (1, "the results of one list, gone with the page"),
    "desk/_issues.html": (1, "the issues of one title, every column is needed"),
    "desk/_parts.html": (2, "what belongs to one title, every column is needed"),
    "desk/claim_letter.html": (1, "a letter"),
    "desk/issue_claims.html": (1, "a form: issues to tick, every column is needed"),
    "desk/order.html": (2, "the copies of one order with a form each; what was done to it"),
    "desk/periodicals.html": (4, "forms in every line: an issue and what's to become of it"),
    "desk/subscription.html": (1, "the branches that subscribe to one title"),
    "desk/check_in.html": (1, "the results of scans, gone with the page"),
    "desk/check_out.html": (1, "the results of scans, gone with the page"),
    "desk/inventory.html": (2, "the results of scans, gone with the page; what's to be carried elsewhere"),
    "desk/local_fields.html": (2, "the fields and the versions of one title, every column is needed"),
    "desk/merge.html": (1, "two entries beside each other"),
    "desk/patron_money.html": (1, "movements of one credit, every column is needed"),
    "desk/record_provenance.html": (1, "the fields of one title in their own order, every column is needed"),
    "desk/record_history.html": (2, "versions and merges of one title, every column is needed"),
    "desk/record_merge.html": (1, "the titles among which one is chosen"),
    "desk/record_work.html": (2, "the editions of one work and what was said of it, every column is needed"),
    "desk/start.html": (3, "summaries of lists that stand on pages of their own"),
    "console/_rosters.html": (2, "a few waiting things of the page, each of two or three facts"),
    "console/roster.html": (6, "one export's differences, each of two or three facts"),
    "console/roster_table.html": (1, "a form: what each column is"),
    "console/school.html": (1, "a few updates of one school, each of four facts"),
    "kiosk/_rows.html": (1, "a patron's own, at a machine"),
    "school/_listed.html": (1, "the preview of one uploaded list, every column is needed"),
    "school/class_form.html": (1, "the preview of one uploaded list, every column is needed"),
    "school/class.html": (1, "the results of scans, gone with the page"),
    "school/list.html": (1, "a sheet of paper for the teacher"),
    "school/return.html": (1, "the results of scans, gone with the page"),
}
# Named by the view, for the two shapes of a page.
BY_VIEW = {"transits", "late-transits", "jobs", "all-jobs", "own-rules", "own-kinds", "own-settings", "own-texts"}
BY_VIEW |= {"unpaid-fees", "settled-fees"}

# Forms whose answers stand in the address: the view that keeps them, or why they aren't kept.
KEPT = {
    "console/audit.html": ["console:audit"],
    "console/jobs.html": ["console:jobs"],
    "console/look_ups.html": ["console:look_ups"],
    "console/municipalities.html": ["console:start"],
    "console/outbox.html": ["console:outbox"],
    "desk/_debt_claims.html": ["desk:debts"],
    "desk/item_list.html": ["desk:item_list"],
    "desk/orders.html": ["desk:orders"],
    "desk/weeding.html": ["desk:weeding"],
    "desk/list_holds.html": ["desk:holds"],
}
KEPT_BY_LINKS = ["desk:transits", "desk:messages", "school:class"]
NOT_KEPT = {
    "console/authorities.html": "a look-up, not a list: each has letters of its own",
    "console/authority.html": "looks for what is merged into this one",
    "console/notice.html": "says which text is being changed",
    "console/rules.html": "says which value is being changed",
    "console/template_value.html": "says which value is being changed",
    "desk/_counts_use.html": "what the next scan means",
    "desk/_dated.html": "what the next scan means",
    "desk/_dated_dialog.html": "what the next scan means",
    "desk/_due_dialog.html": "what the next scan means",
    "desk/_on_site.html": "what the next scan means",
    "desk/_other_due.html": "what the next scan means",
    "desk/check_in.html": "what the next scan means",
    "desk/check_out.html": "what the next scan means",
    "desk/cash_up.html": "yesterday's till, left open, would be counted as today's",
    "desk/fee_reversal.html": "what's taken back is said anew each time",
    "desk/inventory.html": "each shelf is begun anew",
    "desk/merge.html": "names one patron",
    "desk/record_history.html": "says which two versions are compared",
    "desk/record_merge.html": "says which other title is meant",
    "desk/record_work.html": "says which other title is meant",
    "desk/search.html": "each search is begun anew",
    "school/class.html": "the due date of one lending",
}


def names(tag, text):
    return re.findall(rf'{{% {tag} "([a-z-]+)" %}}', text)


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_table_is_a_list_or_has_a_reason(template):
    text = TEMPLATES[template]
    lists = len(re.findall(r"{% without [^%]+%}", text))

    assert len(re.findall(r"<table\b", text)) - lists == NOT_LISTS.get(template, (0, ""))[0], (
        f"{template}: give the table a name in columns.py and use `without`, `list_head` and `columns`, "
        "or say in NOT_LISTS why its columns stay as they are"
    )


def test_every_list_has_its_head_and_its_menu():
    whole = "\n".join(TEMPLATES.values())
    drawn = names("without", whole)

    assert sorted(drawn) == sorted(names("list_head", whole))
    assert len(set(drawn)) == len(drawn), "two lists share their columns"
    assert set(names("columns", whole)) == set(drawn)
    assert set(drawn) | BY_VIEW == set(TABLES)


def test_reasons_are_of_templates_that_are_there():
    assert set(NOT_LISTS) | set(KEPT) | set(NOT_KEPT) <= set(TEMPLATES)


def cells_of_row(text):
    """Return how many cells the first row of a list's body has."""
    body = text.split("</thead>")[-1]
    if found := re.search(r'<tbody[^>]*>{% for [^%]+%}{% include "([^"]+)"|<tbody[^>]*>{% include "([^"]+)"', body):
        body = TEMPLATES[found[1] or found[2]]
    row = re.search(r"<tr\b(.*?)</tr>", body, re.DOTALL)
    return len(re.findall(r"<t[dh]\b", row[1]))


@pytest.mark.parametrize("name", sorted(set(TABLES) - BY_VIEW))
def test_a_row_has_a_cell_for_each_column(name):
    text = next(text for text in TEMPLATES.values() if f'{{% list_head "{name}" %}}' in text)

    assert cells_of_row(text.split(f'{{% list_head "{name}" %}}')[1]) == len(TABLES[name].columns)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_list_can_lose_all_of_its_columns_and_each_can_lose_one(name):
    table = TABLES[name]

    assert 0 < len(table.choices) < len(table.columns)
    assert any(column.is_needed and not column.is_unseen for column in table.columns)


def test_the_style_sheet_can_leave_each_column_out():
    styles = (ROOT / "ui/static/ui/css/components/rows.css").read_text(encoding="utf-8")

    for place in range(1, MOST_COLUMNS + 1):
        assert f'.rows[data-without~="{place}"] tr > :nth-child({place}):not([colspan])' in styles


def views():
    """Return every view of the staff's screens by its address's name."""
    found = {}
    for urls in ("libsys.urls_municipality", "libsys.urls_consortium"):
        for space, (_prefix, resolver) in get_resolver(urls).namespace_dict.items():
            for pattern in resolver.url_patterns:
                found.setdefault(f"{space}:{pattern.name}", []).append(pattern.callback)
    return found


def test_every_list_whose_order_can_be_chosen_has_a_view_that_keeps_it():
    kept = {name for found in views().values() for view in found for name in getattr(view, "ordered_lists", ())}

    assert kept == {name for name, table in TABLES.items() if any(column.sort for column in table.columns)}


def test_every_filter_is_kept_or_has_a_reason():
    forms = {name for name, text in TEMPLATES.items() if re.search(r'<form[^>]+(method="get"|role="search">)', text)}

    assert forms == set(KEPT) | set(NOT_KEPT)


@pytest.mark.parametrize("name", [*KEPT_BY_LINKS, *(name for found in KEPT.values() for name in found)])
def test_a_view_keeps_its_filters(name):
    assert any(getattr(view, "kept_filters", ()) for view in views()[name])


@pytest.mark.parametrize("template", sorted(KEPT))
def test_kept_filters_can_be_cleared(template):
    assert "{% forget_filters %}" in TEMPLATES[template]
