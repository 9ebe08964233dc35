"""The supervisor's parts, each alone: no server is started here."""

import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from libsys.embedded import attendance, installations
from libsys.embedded.accounts import Account, can_enter, service_account
from libsys.embedded.attendance import Attendance
from libsys.embedded.demo import external, folder_of, is_yes
from libsys.embedded.home import Home
from libsys.embedded.installations import Installation, find_postgres
from libsys.embedded.keys import keys_of
from libsys.embedded.ports import OURS, free_port, web_addresses
from libsys.embedded.problems import StartProblem, StopRequested
from libsys.embedded.processes import Command, birth_of, stop_stranger
from libsys.embedded.progress import Progress
from libsys.embedded.services import Services, Wanted, check_broker, check_database
from libsys.embedded.supervisor import Supervisor
from libsys.embedded.welcome import welcome

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.open()
    return home


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


# --- Ports ---


def test_refuses_a_taken_port_and_names_a_free_one(listener):
    with pytest.raises(StartProblem, match=f"Port {listener} is taken") as refused:
        web_addresses(listener)

    offered = int(refused.value.advice.rpartition("=")[2])
    assert offered != listener
    assert web_addresses(offered)[0] == f"127.0.0.1:{offered}"


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_refuses_what_is_no_port(port):
    with pytest.raises(StartProblem, match="is no port"):
        web_addresses(port)


def test_keeps_a_remembered_port_unless_it_is_taken(listener):
    free = free_port()

    assert free_port(free) == free
    assert free_port(listener) != listener


def test_takes_a_port_that_the_system_gives_to_no_connection():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]

        assert free_port() in OURS
        assert free_port(among=range(taken, taken + 1)) != taken


# --- State folder ---


def test_refuses_a_folder_that_holds_other_things(tmp_path):
    (tmp_path / "thesis.txt").write_text("dear")

    with pytest.raises(StartProblem, match="thesis.txt"):
        Home(tmp_path).open()

    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_empties_only_a_folder_of_its_own(home, tmp_path):
    (home.path / "files").mkdir()
    (home.path / "files" / "upload.mrc").write_text("record")
    home.remember(postgres_port=5)
    stranger = Home(tmp_path / "stranger")
    stranger.path.mkdir()
    (stranger.path / "thesis.txt").write_text("dear")

    home.empty()
    with pytest.raises(StartProblem, match="nothing was deleted"):
        stranger.empty()

    assert sorted(entry.name for entry in home.path.iterdir()) == [".libsys-home", "logs", "supervisor.lock"]
    assert home.remembered() == {}
    assert (stranger.path / "thesis.txt").exists()


def test_spares_another_state_folder_inside_it(home):
    other = Home(home.path / "bench")
    other.open()

    home.empty()

    assert (other.path / ".libsys-home").exists()


def test_is_held_by_one_at_a_time(home):
    with home.held():
        assert home.is_held()
        assert home.holder() == os.getpid()
        with pytest.raises(StartProblem, match=f"process {os.getpid()}"), Home(home.path).held():
            pass

    assert not home.is_held()
    assert home.holder() is None


@pytest.mark.skipif(not IS_ROOT, reason="only root runs the servers as somebody else")
def test_puts_the_data_where_the_account_can_go_and_says_so(home):
    account = service_account(home.recorded_services() / "postgres")
    home.path.chmod(0o700)

    folder, remark = home.services_folder(account)
    again, _ = home.services_folder(account)

    assert account.uid != 0
    assert can_enter(account, folder)
    assert again == folder
    assert str(folder) in remark
    home.empty()
    assert not folder.exists()


@pytest.mark.skipif(not IS_ROOT, reason="only root chooses an account")
def test_keeps_the_account_that_the_data_belongs_to(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 1, 1)

    assert service_account(data).uid == 1


# --- Keys ---


def test_makes_keys_once_and_for_its_owner_only(home):
    first = keys_of(home, {})
    second = keys_of(home, {})
    given = keys_of(home, {"LIBSYS_SECRET_KEY": "from-outside"})

    assert first == second
    assert len(first.secret_key) > 50
    assert stat.S_IMODE((home.path / "keys.json").stat().st_mode) == 0o600
    assert (given.secret_key, given.field_keys) == ("from-outside", first.field_keys)


def test_makes_no_new_keys_when_the_old_ones_cannot_be_read(home):
    (home.path / "keys.json").write_text("{")

    with pytest.raises(StartProblem, match="can't be read"):
        keys_of(home, {})

    assert (home.path / "keys.json").read_text() == "{"


# --- Which PostgreSQL ---


@pytest.fixture
def found(monkeypatch):
    servers = [
        Installation(Path("/wheel/bin"), 18),
        Installation(Path("/system/bin"), 15),
        Installation(Path("/old/bin"), 14),
    ]
    monkeypatch.setattr(installations, "_candidates", lambda: iter(servers))
    return servers


def test_takes_the_first_postgres_for_new_data(found):
    assert find_postgres(None) is found[0]


def test_takes_the_postgres_that_made_the_data(found):
    assert find_postgres(15) is found[1]


@pytest.mark.parametrize("major", [17, 14])
def test_refuses_data_that_no_postgres_here_can_read(found, major):
    with pytest.raises(StartProblem, match=f"made by PostgreSQL {major}"):
        find_postgres(major)


def test_says_what_to_do_without_any_postgres(monkeypatch):
    monkeypatch.setattr(installations, "_candidates", lambda: iter([]))

    with pytest.raises(StartProblem) as refused:
        find_postgres(None)

    assert "DATABASE_URL" in refused.value.advice


# --- Servers that run already ---


def test_says_which_address_does_not_answer():
    port = free_port()

    with pytest.raises(StartProblem, match="DATABASE_URL"):
        check_database(f"postgres://libsys:secret@127.0.0.1:{port}/libsys")
    with pytest.raises(StartProblem, match="REDIS_URL"):
        check_broker(f"redis://127.0.0.1:{port}/0")


def test_gives_an_environment_without_libpqs_own_variables(home):
    services = Services(Supervisor(home, Progress(1, stream=StringIO())), Wanted(mode="demo", port=8123))

    environment = services.environment({"PATH": "/bin", "PGPORT": "1", "LIBSYS_LOG_LEVEL": "DEBUG"})

    assert "PGPORT" not in environment
    assert environment["LIBSYS_LOG_LEVEL"] == "DEBUG"
    assert environment["LIBSYS_PORT"] == "8123"
    assert environment["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/bin"


# --- Processes ---


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_stops_what_an_earlier_start_left(home, sleeper):
    home.remember(running=[{"name": "web", "pid": sleeper.pid, "birth": birth_of(sleeper.pid)}])

    stopped = Supervisor(home, Progress(1, stream=StringIO())).stop_leftovers()

    assert stopped == ["web"]
    assert sleeper.wait(60) == -signal.SIGTERM
    assert home.remembered()["running"] == []


PATIENT = """
import signal, sys, time
from pathlib import Path
own, other = map(Path, sys.argv[1:])
def end(*_):
    own.touch()
    while not other.exists():
        time.sleep(0.01)
    sys.exit()
signal.signal(signal.SIGTERM, end)
own.with_suffix(".ready").touch()
signal.pause()
"""


def test_stops_what_uses_the_servers_side_by_side_and_the_servers_last(home, tmp_path):
    # Web ends only when the worker has been asked to end too, and the other way round; the server after both.
    web, worker, server = (tmp_path / name for name in ("web", "worker", "server"))
    with Supervisor(home, Progress(1, stream=StringIO())) as supervisor:
        for own, other, is_server in ((server, web, True), (worker, web, False), (web, worker, False)):
            command = Command(
                name=own.name,
                argv=[sys.executable, "-c", PATIENT, str(own), str(other)],
                environment={},
                folder=tmp_path,
                log=home.logs / f"{own.name}.log",
                is_server=is_server,
                stop=((signal.SIGTERM, 60),),
            )
            supervisor.start(command)
        ready = [path.with_suffix(".ready") for path in (web, worker, server)]
        supervisor.wait_until(
            lambda: all(path.exists() for path in ready), seconds=60, otherwise=StartProblem("They don't start.")
        )

        supervisor.stop_all()

        assert supervisor.children == []
        assert max(web.stat().st_mtime_ns, worker.stat().st_mtime_ns) < server.stat().st_mtime_ns
        assert home.remembered()["running"] == []


def test_spares_a_process_that_only_has_the_number(sleeper):
    assert not stop_stranger(sleeper.pid, "1", [(signal.SIGTERM, 1.0)])

    assert sleeper.poll() is None


def test_knows_no_birth_of_a_process_that_has_ended(sleeper):
    sleeper.kill()
    sleeper.wait()

    assert birth_of(sleeper.pid) == ""


def test_notices_that_the_terminal_has_closed(monkeypatch):
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(attendance.sys, "stdin", terminal)
        watched = Attendance()
        before = watched.has_ended()
        os.close(master)

        assert (before, watched.has_ended()) == (False, True)


# --- What people read ---


def test_shows_the_end_of_the_log_and_the_advice(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))

    text = StartProblem("web ended with code 1.", advice="start again", log=log).as_text()

    assert text.splitlines()[0] == "web ended with code 1."
    assert "  | line 85\n" in text
    assert "line 84" not in text
    assert text.endswith(f"The whole log: {log}\nWhat to do: start again")


def test_writes_plain_lines_where_nobody_watches():
    stream = StringIO()
    progress = Progress(2, stream=stream)

    with progress.step("Starting PostgreSQL"):
        progress.remark("The data lies elsewhere.")
    with pytest.raises(StopRequested), progress.step("Migrating"):
        raise StopRequested

    lines = stream.getvalue().splitlines()
    assert re.fullmatch(r"\[1/2\] Starting PostgreSQL … \d+\.\d s", lines[0])
    assert lines[1:] == ["      The data lies elsewhere.", "[2/2] Migrating … stopped"]


def test_stays_calm_when_the_reader_has_gone():
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w")

    Progress(1, stream=stream).write("Everything is stopped.\n")

    with pytest.raises(BrokenPipeError):
        stream.close()


def test_prints_addresses_and_logins(home):
    staff = [{"role": "librarian", "username": "lis", "password": "fugl-is"}]
    patrons = [{"card": "7751", "pin": "1234", "state": "fine"}, {"card": "7752", "pin": "5678", "state": "fine"}]
    town = {"name": "Aarhus", "desk_url": "http://aarhus.localhost:8000/desk/", "staff": staff, "patrons": patrons}
    home.demo_file.write_text(json.dumps({"console": {"url": "http://localhost:8000/"}, "municipalities": [town]}))

    lines = [line.rstrip() for line in welcome(home, 8000, seconds=12).splitlines()]

    assert "Libsys is ready after 12 s." in lines
    assert "  desk      http://aarhus.localhost:8000/desk/" in lines
    assert "    librarian  lis  fugl-is" in lines
    assert "    patron (fine)  card 7751  PIN 1234" in lines
    assert not any("7752" in line for line in lines)


def test_prints_the_console_when_there_is_no_demo_file(home):
    assert "http://localhost:8123" in welcome(home, 8123, seconds=1)


# --- What the Makefile passes on ---


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("yes", True), ("", False), ("0", False), ("no", False)])
def test_understands_reset(text, expected):
    assert is_yes(text) is expected


def test_uses_var_unless_a_folder_is_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", " postgres://host/db ")

    assert folder_of("").name == "var"
    assert folder_of("/elsewhere") == Path("/elsewhere")
    assert external("DATABASE_URL") == "postgres://host/db"


def test_can_be_entered_by_ourselves(tmp_path):
    assert can_enter(None, tmp_path)
    assert not can_enter(None, tmp_path / "absent")


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_tries_whether_an_account_can_go_in(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert not can_enter(Account("nobody", 65534, 65534), closed)
