"""`make demo`: everything in order, from an empty folder to a page that answers, until somebody stops it."""

import http.client
import os
import signal
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from libsys.embedded.home import Home
from libsys.embedded.ports import LOOPBACK, web_addresses
from libsys.embedded.problems import StartProblem
from libsys.embedded.processes import Command
from libsys.embedded.progress import Progress
from libsys.embedded.releases import is_up_to_date, note_up_to_date, program_in
from libsys.embedded.services import ROOT, Services, Wanted
from libsys.embedded.supervisor import Supervisor
from libsys.embedded.welcome import welcome
from libsys.translations.catalogues import LANGUAGES, is_compiled

STEPS = 8
READY_SECONDS = 300
WORKER_SECONDS = 10


@dataclass(frozen=True)
class Step:
    """One management command on the way."""

    title: str
    command: str
    advice: str


MIGRATING = Step(
    "Migrating the municipalities",
    "migrate_municipalities",
    "when the data comes from another version of Libsys, begin anew: make demo RESET=1",
)
COMPILING = Step(
    "Compiling the translations",
    "compile_messages",
    "the lines above name the catalogue in locale/ that can't be read; put it right and start again",
)
LOADING = Step(
    "Loading the demo data",
    "load_demo",
    "start again, loading goes on where it stopped; when it fails again, begin anew: make demo RESET=1",
)
LOOKING = replace(LOADING, title="Looking what is where in the demo data")


def run_demo(home: Home, wanted: Wanted, *, reset: bool, progress: Progress) -> None:
    """Run the demo until it's stopped.

    :raises StartProblem: when a step fails or a process ends by itself
    """
    home.open()
    with home.held(), Supervisor(home, progress) as supervisor:
        try:
            _start(supervisor, wanted, reset=reset)
            supervisor.watch()
        finally:
            if supervisor.children:
                progress.write(f"\nStopping {', '.join(child.name for child in reversed(supervisor.children))} …\n")
                supervisor.stop_all()
                progress.write("Everything is stopped.\n")


def _start(supervisor: Supervisor, wanted: Wanted, *, reset: bool) -> None:
    home, progress = supervisor.home, supervisor.progress
    with progress.step(f"Preparing {home.path}"):
        if stopped := supervisor.stop_leftovers():
            progress.remark(f"An earlier start was killed; stopped what it left: {', '.join(stopped)}.")
        if reset:
            _empty(home, wanted)
        addresses = web_addresses(wanted.port)
    services = Services(supervisor, wanted)
    services.start()
    environment = services.environment()
    _migrate(supervisor, services, environment)
    with progress.step(COMPILING.title):
        if not all(is_compiled(ROOT, language) for language in LANGUAGES):
            _complete(supervisor, environment, COMPILING)
    is_loaded = home.demo_file.exists()
    if not is_loaded:
        _run(supervisor, environment, LOADING)
    with progress.step("Starting web, worker and beat"):
        for command in application(home, environment, addresses):
            supervisor.start(command)
    if is_loaded:
        # While the others start: nothing of theirs waits for it.
        _run(supervisor, environment, LOOKING)
    with progress.step("Waiting for the first page"):
        _wait_for_page(supervisor, wanted.port)
        _wait_for_worker(supervisor)
    progress.write(welcome(home, wanted.port, seconds=progress.seconds()))


def _migrate(supervisor: Supervisor, services: Services, environment: dict[str, str]) -> None:
    """Bring the database up to date; our own one says whether this very program has done it before."""
    program = program_in(ROOT)
    with supervisor.progress.step(MIGRATING.title):
        is_ours = not services.wanted.database_url
        if is_ours and is_up_to_date(services.database_url, program):
            return
        _complete(supervisor, environment, MIGRATING)
        if is_ours:
            note_up_to_date(services.database_url, program)


def _empty(home: Home, wanted: Wanted) -> None:
    if wanted.database_url:
        raise StartProblem(
            "RESET=1 doesn't empty the database that DATABASE_URL names, for it isn't ours.",
            advice="drop and create that database yourself, delete LIBSYS_HOME, and start without RESET",
        )
    home.empty()


def _run(supervisor: Supervisor, environment: dict[str, str], step: Step) -> None:
    with supervisor.progress.step(step.title):
        _complete(supervisor, environment, step)


def _complete(supervisor: Supervisor, environment: dict[str, str], step: Step) -> None:
    supervisor.complete(_manage(supervisor.home, environment, step.command), advice=step.advice)


def _manage(home: Home, environment: dict[str, str], name: str) -> Command:
    return Command(
        name=name,
        argv=[sys.executable, "manage.py", name],
        environment=environment,
        folder=ROOT,
        log=home.logs / f"{name}.log",
    )


def application(home: Home, environment: dict[str, str], addresses: list[str]) -> list[Command]:
    """Return the three processes of the application, in the order of their start."""
    celery = [sys.executable, "-m", "celery", "-A", "libsys"]
    worker = Command(
        name="worker",
        argv=[*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
        environment=environment,
        folder=ROOT,
        log=home.logs / "worker.log",
        # Warm: running tasks end; then cold: they're given back to the broker.
        stop=((signal.SIGTERM, 10), (signal.SIGQUIT, 5)),
    )
    beat = replace(
        worker,
        name="beat",
        argv=[*celery, "beat", "--loglevel=INFO", "--pidfile=", f"--schedule={home.path / 'beat-schedule'}"],
        log=home.logs / "beat.log",
        stop=((signal.SIGTERM, 5),),
    )
    return [worker, beat, _web(home, environment, addresses)]


def _web(home: Home, environment: dict[str, str], addresses: list[str]) -> Command:
    gunicorn = [sys.executable, "-m", "gunicorn", "--config=python:libsys.web_server", "libsys.wsgi:application"]
    return Command(
        name="web",
        argv=[*gunicorn, *(f"--bind={address}" for address in addresses)],
        environment=environment,
        folder=ROOT,
        log=home.logs / "web.log",
        stop=((signal.SIGTERM, 8), (signal.SIGQUIT, 2)),
    )


def _wait_for_page(supervisor: Supervisor, port: int) -> None:
    log = supervisor.home.logs / "web.log"
    supervisor.wait_until(
        lambda: page_answers(port),
        seconds=READY_SECONDS,
        otherwise=StartProblem(f"No page answers on port {port} after {READY_SECONDS} s.", log=log),
    )


def _wait_for_worker(supervisor: Supervisor) -> None:
    """Give the worker time to fail before we say that all is well; a log level may hide that it's ready."""
    log = supervisor.home.logs / "worker.log"
    deadline = time.monotonic() + WORKER_SECONDS
    supervisor.wait_until(
        lambda: b" ready." in log.read_bytes() or time.monotonic() > deadline,
        seconds=2 * WORKER_SECONDS,
        otherwise=StartProblem("The worker isn't ready.", log=log),
    )


def page_answers(port: int) -> bool:
    """Return whether the application says that it's ready."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        # Not every C library resolves *.localhost, so we name the host ourselves.
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def folder_of(path: str) -> Path:
    """Return the state folder that was named, or `var` in the project."""
    return Path(path or ROOT / "var").expanduser()


def is_yes(text: str) -> bool:
    """Return whether RESET=… means yes."""
    return text.strip().lower() not in {"", "0", "no", "false"}


def external(name: str) -> str:
    """Return the address of a server that the caller runs, empty when there's none."""
    return os.environ.get(name, "").strip()
