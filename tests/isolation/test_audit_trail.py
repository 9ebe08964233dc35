"""Whoever changes anything leaves a row in the audit log, in the same transaction."""

import ast

from django.conf import settings

from tests.architecture.rooms import ROOMS
from web.console.audit_words import ACTIONS

SILENT_MODULES = {
    "catalogue/services/change_feed.py": "follows from what was noted",
    "circulation/services/debts/systems.py": "writes the file of a batch, whose sending is noted",
    "circulation/services/returns.py": "is part of checking in",
    "schools/services/merging.py": "is part of merging and forgetting patrons, which are noted",
    "schools/services/roster_classes.py": "is part of taking over a roster, which is noted",
    "schools/services/roster_memberships.py": "is part of taking over a roster, which is noted",
    "schools/services/undoing.py": "is part of taking a school year back, which is noted",
    "schools/services/roster_people.py": "is part of taking over a roster, which is noted",
    "circulation/services/hold_states.py": "is part of the actions on holds",
    "circulation/services/fees/credit.py": "is part of the actions that move money",
    "circulation/services/fees/groups.py": "is part of charging and closing fees",
    "circulation/services/fees/visits.py": "is part of closing fees",
    "circulation/services/fees/ledger.py": "is the ledger, whose entries are never changed",
    "circulation/services/nightly/hold_care.py": "finds what's so already; its messages are in the outbox",
    "catalogue/services/covers.py": "keeps pictures that anybody may ask for, and that are thrown away again",
    "catalogue/services/enrichment_moves.py": "is part of imports, changes and merges of records, which are noted",
    "catalogue/services/record_headings.py": "keeps what records say anyway, so that they're found by it",
    "catalogue/services/record_versions.py": "keeps its own record: the versions",
    "circulation/services/other_editions.py": "follows from a correction of works, which is noted",
    "circulation/services/nightly/batches.py": "counts what each job notes",
    "circulation/services/nightly/forgetting.py": "forgets, and may leave no trace of whose things they were",
    "circulation/services/nightly/new_titles.py": "remembers up to where it has looked; its messages are in the outbox",
    "circulation/services/nightly/overdue_notices.py": "keeps its own record: the outbox and the job runs",
    "circulation/services/patrons_leaving.py": "is part of leaving and merging, which are noted",
    "circulation/services/privacy.py": "cuts loans from patrons, and may leave no trace of whose they were",
    "patrons/services/shelf_merging.py": "is part of merging records, which is noted",
    "holdings/services/summaries.py": "counts what was noted",
    "holdings/services/telling.py": "counts and tells what was noted",
    "circulation/services/child_debts.py": "in the transaction of whoever names the guardian, who leaves the entry",
    "notices/services/narrowing.py": "keeps its own record: the outbox",
    "notices/services/outbox.py": "keeps its own record: the outbox",
    "notices/services/sending.py": "keeps its own record: the outbox",
    "tenants/services/consortium.py": "makes the consortium itself, before there's a log",
    "tenants/services/job_runs.py": "keeps its own record: the job runs",
    "tenants/services/provisioning_runs.py": "keeps its own record: the runs; provisioning itself is noted",
    "tenants/services/snapshots.py": "keeps its own record: the snapshots",
    "tenants/services/standard_templates.py": "loads what the release brings, by a command",
}
NOTES = {"record", "record_each", "_record", "record_entry", "write_down"}
WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "update_or_create", "get_or_create"}


def modules():
    for room in ROOMS:
        folder = settings.ROOT / room
        for path in [*folder.glob("services.py"), *folder.glob("services/**/*.py")]:
            yield path.relative_to(settings.ROOT).as_posix(), ast.parse(path.read_text())


def calls_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_every_module_of_services_that_writes_notes_it_or_says_why_not():
    silent = set()
    for name, tree in modules():
        calls = set(calls_in(tree))
        if calls & WRITES and not calls & NOTES:
            silent.add(name)

    assert silent - set(SILENT_MODULES) == set(), "call common.audit.record in the same transaction"
    assert set(SILENT_MODULES) - silent == set(), "these write nothing, or note it: take them out of the list"


def test_every_action_has_its_words_in_the_console():
    noted = {
        keyword.value.value
        for _name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
    }

    assert len(noted) > 30
    assert sorted(noted - set(ACTIONS)) == [], "give them words in web/console/audit_words.py"
