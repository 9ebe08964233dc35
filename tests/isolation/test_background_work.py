"""Every Celery task and every command of ours: each works for whom it's told to, and touches nobody else."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command, get_commands
from django.db import connection

from catalogue.models import BibliographicRecord, ImportProfile, ImportRun
from catalogue.services.import_profiles import settings_of
from circulation.models import BulkChange, Fee
from libsys.celery import app
from notices.models import Notice
from patrons.models import Patron
from tenants.errors import UnknownMunicipality
from tenants.keys import tenant_name
from tenants.models import ProvisioningRun
from tests.architecture.rooms import ROOMS
from tests.factories import NOW, TODAY
from tests.isolation.visits import taken_back

HERE = "tests/isolation/test_background_work.py"


def imported_file(alpha) -> dict[str, Any]:
    """Upload a file in Alpha, as the console does."""
    connection.set_tenant(alpha.municipality)
    name = default_storage.save("imports/one.mrc", ContentFile(b"no record at all"))
    connection.set_schema_to_public()
    run = alpha.things["import_run"]
    ImportRun.objects.filter(pk=run).update(state=ImportRun.State.WAITING)
    return {"run_id": run, "stored_as": name, "source": "alpha", "owner": "alpha", "actor_id": None}


def profile_import(alpha) -> dict[str, Any]:
    """Upload a file in Alpha to be imported by a profile."""
    connection.set_tenant(alpha.municipality)
    name = default_storage.save("imports/two.mrc", ContentFile(b"no record at all"))
    connection.set_schema_to_public()
    settings = settings_of(ImportProfile(name="Supplier"))
    ImportRun.objects.filter(pk=alpha.things["import_run"]).update(
        state=ImportRun.State.WAITING, settings=settings, stored_as=name
    )
    return {"run_id": alpha.things["import_run"], "actor_id": None}


def profile_undo(alpha) -> dict[str, Any]:
    """Begin to undo an import in Alpha."""
    settings = settings_of(ImportProfile(name="Supplier"))
    ImportRun.objects.filter(pk=alpha.things["import_run"]).update(state=ImportRun.State.UNDOING, settings=settings)
    return {"run_id": alpha.things["import_run"], "actor_id": None}


def ended_session(alpha) -> dict[str, Any]:
    """Leave a session in Alpha whose time is over."""
    connection.set_tenant(alpha.municipality)
    Session.objects.create(session_key="over", expire_date=NOW - timedelta(days=400))
    connection.set_schema_to_public()
    return {}


def bulk_change_begun(alpha) -> dict[str, Any]:
    """Begin a change of many items in Alpha."""
    connection.set_tenant(alpha.municipality)
    BulkChange.objects.filter(pk=alpha.things["bulk_change"]).update(state=BulkChange.State.RUNNING)
    connection.set_schema_to_public()
    return {"bulk_id": alpha.things["bulk_change"], "actor_id": None}


def bulk_change_to_undo(alpha) -> dict[str, Any]:
    """Begin to undo a change of many items in Alpha."""
    asked = bulk_change_begun(alpha)
    connection.set_tenant(alpha.municipality)
    BulkChange.objects.filter(pk=asked["bulk_id"]).update(state=BulkChange.State.UNDOING)
    connection.set_schema_to_public()
    return asked


@dataclass(frozen=True)
class Task:
    """A task that works for one municipality.

    :ivar keywords: what its message says beside the municipality
    :ivar shared: the shared tables that it may write to
    """

    keywords: Callable[[Any], dict[str, Any]] = lambda _alpha: {}
    shared: set[str] = field(default_factory=set)


_NIGHT = {"public.tenants_jobrun"}
_HOLDINGS = {"public.catalogue_holdingssummary", "public.catalogue_change", "public.catalogue_harvestentry"}
OF_ONE_MUNICIPALITY = {
    "accounts.tasks.clear_sessions": Task(ended_session),
    "catalogue.tasks.import_uploaded_file": Task(imported_file, {"public.catalogue_importrun"}),
    "catalogue.tasks.import_by_profile": Task(
        profile_import, {"public.catalogue_importrun", "public.catalogue_bibliographicrecord"}
    ),
    "catalogue.tasks.harvest_source": Task(
        lambda alpha: {"source_id": alpha.things["import_source"]}, {"public.catalogue_importsource"}
    ),
    "catalogue.tasks.undo_profile_import": Task(profile_undo, {"public.catalogue_importrun"}),
    "circulation.tasks.change_in_bulk": Task(bulk_change_begun, _HOLDINGS),
    "circulation.tasks.undo_bulk_change": Task(bulk_change_to_undo, _HOLDINGS),
    "circulation.tasks.run_night": Task(
        lambda _alpha: {"local_day": TODAY.isoformat()}, _NIGHT | {"public.catalogue_holdingssummary"}
    ),
    "circulation.tasks.run_one_job": Task(
        lambda _alpha: {"job": "overdue-fees", "local_day": TODAY.isoformat()}, _NIGHT
    ),
    "notices.tasks.send_queued": Task(),
    "schools.tasks.read_roster_file": Task(lambda alpha: {"file_id": alpha.things["roster_file"]}),
}
# What each sends, and to whom.
OF_THE_CLOCK = {
    "accounts.tasks.start_clearing_sessions": "accounts.tasks.clear_sessions",
    "circulation.tasks.start_nights_that_are_due": "circulation.tasks.run_night",
    "notices.tasks.start_sending": "notices.tasks.send_queued",
}
OF_NO_MUNICIPALITY = {
    "catalogue.tasks.fetch_cover",
    "catalogue.tasks.follow_change_feed",
    "catalogue.tasks.follow_headings",
    "catalogue.tasks.give_old_records_keys",
    "catalogue.tasks.harvest_common_source",
    "catalogue.tasks.import_common_by_profile",
    "catalogue.tasks.undo_common_import",
    "catalogue.tasks.start_harvests",
    "tenants.tasks.provision_in_background",
}

# Commands, and what each may write to: a municipality's name, or `public`.
COMMANDS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "compile_messages": ((), set()),
    "messages": (("--check",), set()),
    "rebuild_index": ((), set()),
    "load_templates": ((), {"public"}),
    "import_marc": (("tests/data/marc/marc21-utf8.mrc",), {"public"}),
    "import_authorities": (("dk5", "catalogue/data/classes/dk5.csv"), {"public"}),
    "add_local_records": (("alpha", "kettles.mrc"), {"public", "alpha"}),
    "add_import_source": (("National", "https://library.example/oai", "--profile=Common"), {"public"}),
    "import_by_profile": (("--municipality=alpha", "delivery.mrc", "--profile=Supplier"), {"public", "alpha"}),
    "export_records": (("--municipality=alpha",), set()),
    "read_school_register": (("export.xml",), set()),
    "migrate_municipalities": ((), {"public"}),
    "set_cataloguing_library": (("alpha", "--number=710100", "--edits-national"), {"public"}),
    "provision": (
        ("Gamma", "--host=gamma", "--country=DK", "--template=bare", "--population=1"),
        {"public", "gamma"},
    ),
    "generate_municipality": (
        ("--name=Gamma", "--host=gamma", "--titles=2", "--items=2", "--patrons=2", "--loans=1", "--overdue=0")
        + ("--holds=0",),
        {"public", "gamma"},
    ),
    "load_demo": ((), {"public", "aarhus", "hedensted", "sundbyberg", "oulu"}),
}
# It takes its time, or reads and writes files only.
TRIED_ELSEWHERE = {
    "add_import_source": "tests/catalogue/test_harvests.py",
    "add_local_records": "tests/catalogue/test_local_records.py",
    "import_by_profile": "tests/catalogue/test_import_by_profile_command.py",
    "load_demo": "tests/bench/test_load_demo.py",
    "messages": "tests/libsys/test_translations.py",
    "read_school_register": "tests/schools/register/test_read_school_register.py",
    "compile_messages": "tests/libsys/test_translations.py",
}


@pytest.fixture
def as_worker(towns, settings, tmp_path):
    """Run a task as a worker does: with a message, in a thread where no municipality is chosen."""
    settings.MEDIA_ROOT = tmp_path / "files"
    app.loader.import_default_modules()

    def run(name, **keywords):
        connection.set_schema_to_public()
        task = current_app.tasks[name]
        task.push_request(args=[], kwargs=keywords, called_directly=False, is_eager=False)
        try:
            with taken_back() as written:
                task.run(**keywords)
                chosen = tenant_name()
        finally:
            task.pop_request()
        assert chosen == "public", f"{name} leaves a municipality chosen behind it"
        return written

    return run


def our_tasks():
    app.loader.import_default_modules()
    return {name for name in current_app.tasks if name.split(".")[0] in ROOMS}


def our_commands():
    ours = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] in ROOMS}
    return {name for name, owner in get_commands().items() if owner in ours}


def test_every_task_is_covered_here():
    known = {*OF_ONE_MUNICIPALITY, *OF_THE_CLOCK, *OF_NO_MUNICIPALITY}

    assert our_tasks() == known, f"Write into {HERE} for whom each task works: {sorted(our_tasks() ^ known)}"


@pytest.mark.parametrize("name", OF_ONE_MUNICIPALITY)
@pytest.mark.parametrize("schema_name", ["", "public", "ghost", "template_municipality", None])
def test_a_task_without_a_municipality_raises_and_touches_nothing(as_worker, towns, name, schema_name):
    keywords = OF_ONE_MUNICIPALITY[name].keywords(towns[0])
    given = {} if schema_name is None else {"schema_name": schema_name}

    with taken_back() as written, pytest.raises(UnknownMunicipality):
        as_worker(name, **keywords, **given)

    assert written == set()


@pytest.mark.parametrize("name", OF_ONE_MUNICIPALITY)
def test_a_task_touches_the_municipality_that_it_is_sent_for_and_no_other(as_worker, towns, name):
    alpha, beta, _consortium = towns
    task = OF_ONE_MUNICIPALITY[name]
    for town in (alpha, beta):
        connection.set_tenant(town.municipality)
        Notice.objects.update(state=Notice.State.QUEUED)

    written = as_worker(name, schema_name="alpha", **task.keywords(alpha), of_a_later_release=1)

    assert {table for table in written if not table.startswith("alpha.")} <= task.shared
    assert written, f"{name} did nothing at all, so nothing was tried"
    assert not [message for message in mail.outbox if "zqbeta" in str(message.message()).lower()]


@pytest.mark.parametrize("name", OF_THE_CLOCK)
def test_the_clocks_tasks_send_each_municipality_its_own_message_and_write_nothing(as_worker, messages_sent, name):
    written = as_worker(name)

    assert written == set()
    assert {task for task, _keywords in messages_sent} == {OF_THE_CLOCK[name]}
    assert sorted(keywords["schema_name"] for _task, keywords in messages_sent) == ["alpha", "beta"]


def test_the_follower_of_the_catalogue_writes_in_no_municipality(as_worker):
    assert as_worker("catalogue.tasks.follow_change_feed") == set()


def test_harvests_are_started_at_night_each_for_its_own_municipality(as_worker, towns, messages_sent):
    alpha, beta, consortium = towns

    with time_machine.travel(datetime(2026, 11, 22, 2, 30, tzinfo=UTC)):
        assert as_worker("catalogue.tasks.start_harvests") == set()

    assert {(name, sent.get("schema_name"), sent["source_id"]) for name, sent in messages_sent} == {
        ("catalogue.tasks.harvest_source", town.municipality.schema_name, town.things["import_source"])
        for town in (alpha, beta)
    } | {("catalogue.tasks.harvest_common_source", None, consortium.things["import_source"])}


def test_the_consortium_asks_no_municipality_s_source(as_worker, towns):
    assert as_worker("catalogue.tasks.harvest_common_source", source_id=towns[0].things["import_source"]) == set()


@pytest.mark.parametrize("name", ["import_common_by_profile", "undo_common_import"])
def test_the_consortium_works_at_no_municipality_s_import(as_worker, towns, name):
    ImportRun.objects.update(state=ImportRun.State.UNDOING if name == "undo_common_import" else ImportRun.State.WAITING)

    assert as_worker(f"catalogue.tasks.{name}", run_id=towns[0].things["profile_run"]) == set()


def test_headings_are_followed_in_the_shared_schema_alone(as_worker):
    assert {table.split(".")[0] for table in as_worker("catalogue.tasks.follow_headings")} == {"public"}


def test_old_records_get_their_keys_in_the_shared_schema_alone(as_worker, towns):
    BibliographicRecord.objects.update(title_key=None)

    assert as_worker("catalogue.tasks.give_old_records_keys") == {"public.catalogue_bibliographicrecord"}


def test_a_provisioning_that_is_unknown_or_over_touches_nothing(as_worker, towns):
    run = ProvisioningRun.objects.create(wanted={}, started_at=NOW, state=ProvisioningRun.State.DONE)

    assert as_worker("tenants.tasks.provision_in_background", run_id=run.pk) == set()
    assert as_worker("tenants.tasks.provision_in_background", run_id=0) == set()


def test_every_command_is_covered_here():
    assert our_commands() == set(COMMANDS), (
        f"Write into {HERE} what each command may write to: {sorted(our_commands() ^ set(COMMANDS))}"
    )


def test_a_command_that_is_tried_elsewhere_is_tried_there():
    for name, place in TRIED_ELSEWHERE.items():
        assert name in (settings.ROOT / place).read_text(), f"{place} doesn't try {name}"


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - set(TRIED_ELSEWHERE)))
def test_a_command_touches_no_municipality_but_its_own(towns, name, settings, tmp_path):
    arguments, allowed = COMMANDS[name]
    settings.SEARCH_INDEX = tmp_path / "another-index"
    connection.set_schema_to_public()
    if name == "generate_municipality":
        call_command("load_templates", stdout=io.StringIO())

    with taken_back() as written:
        try:
            call_command(name, *arguments, stdout=io.StringIO())
        finally:
            chosen = tenant_name()

    assert chosen == "public"
    assert {table.split(".")[0] for table in written} <= allowed


def test_beta_is_as_it_was_after_a_night_in_alpha(as_worker, towns):
    """The words above are counted by PostgreSQL; this looks with its own eyes."""
    _alpha, beta, _consortium = towns
    connection.set_tenant(beta.municipality)
    before = (Fee.objects.count(), Notice.objects.count(), Patron.objects.count())

    as_worker("circulation.tasks.run_night", schema_name="alpha", local_day=TODAY.isoformat())

    connection.set_tenant(beta.municipality)
    assert (Fee.objects.count(), Notice.objects.count(), Patron.objects.count()) == before
