"""Real servers, really started and stopped: as this user, in a folder of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.libsys.supervised import clean_environment, finish, lives, of_home, running, supervisor, until

pytestmark = pytest.mark.slow
LOOK_AROUND = """
import json, os, sys
import psycopg, redis
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as db:
    db.execute("CREATE TABLE IF NOT EXISTS visit (visited_at timestamptz DEFAULT now())")
    db.execute("INSERT INTO visit DEFAULT VALUES")
    db.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    row = db.execute(
        "SELECT lower('ÆØÅ'), current_setting('is_superuser'), current_setting('fsync'), count(*) FROM visit"
    ).fetchone()
broker = redis.Redis.from_url(os.environ["REDIS_URL"])
seen = {
    "row": row,
    "policy": broker.config_get("maxmemory-policy")["maxmemory-policy"],
    "mode": os.environ["LIBSYS_MODE"],
    "home": os.environ["LIBSYS_HOME"],
    "database": os.environ["DATABASE_URL"],
}
open(sys.argv[1], "w").write(json.dumps(seen))
sys.exit(7)
"""
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def home():
    # Not below pytest's folder, which nobody but its owner may enter: the servers run as somebody else when we're root.
    folder = Path(tempfile.mkdtemp(prefix="libsys supervised, æøå "))
    yield folder
    shutil.rmtree(folder)


def look_around(home, report):
    code, output = finish(supervisor("run", "--home", home, "--", sys.executable, "-c", LOOK_AROUND, report))
    assert code == 7, output
    return json.loads(report.read_text())


def started(home):
    process = supervisor("run", "--home", home, "--", *SLEEP)
    until(lambda: set(running(home)) == {"postgres", "broker"} and commands_of(process) == [SLEEP])
    return process


def commands_of(process):
    """Return what the supervisor runs in front, beside its servers."""
    lines = [child.cmdline() for child in psutil.Process(process.pid).children()]
    return [line for line in lines if line[-1:] == SLEEP[-1:]]


def test_gives_a_command_its_servers_and_finds_the_data_again(home, tmp_path):
    first = look_around(home, tmp_path / "first.json")
    second = look_around(home, tmp_path / "second.json")

    assert first["row"] == ["æøå", "off", "on", 1]
    assert second["row"] == ["æøå", "off", "on", 2]
    assert second["database"] == first["database"]
    assert (first["policy"], first["mode"], first["home"]) == ("noeviction", "test", str(home))
    assert of_home(home) == []


def test_leaves_nothing_of_a_throw_away_folder(tmp_path):
    report = tmp_path / "report.json"

    code, output = finish(supervisor("run", "--throw-away", "--", sys.executable, "-c", LOOK_AROUND, report))

    seen = json.loads(report.read_text())
    assert code == 7, output
    assert seen["row"] == ["æøå", "off", "off", 1]
    assert not Path(seen["home"]).exists()
    assert of_home(seen["home"]) == []


def test_stops_everything_when_the_session_ends(home):
    process = started(home)

    process.send_signal(signal.SIGHUP)

    code, output = finish(process)
    assert code == 128 + signal.SIGTERM, output
    assert of_home(home) == []


def test_refuses_a_second_supervisor_and_survives_it(home):
    process = started(home)

    code, output = finish(supervisor("run", "--home", home, "--", "true"))
    stop_code, stop_output = finish(supervisor("stop", "--home", home))

    assert code == 1
    assert f"Libsys already runs on {home} (process {process.pid})." in output
    assert (stop_code, stop_output) == (0, "Everything is stopped.\n")
    finish(process)
    assert of_home(home) == []


def test_ends_with_the_name_and_the_log_of_a_server_that_died(home):
    process = started(home)

    os.kill(running(home)["broker"], signal.SIGKILL)

    code, output = finish(process)
    assert code == 1
    assert "broker was ended by SIGKILL; everything else is being stopped." in output
    assert f"The whole log: {home / 'logs' / 'broker.log'}" in output
    assert of_home(home) == []


def test_recovers_when_the_supervisor_was_killed(home, tmp_path):
    process = started(home)
    left = list(running(home).values())

    process.kill()
    process.communicate()

    assert look_around(home, tmp_path / "report.json")["row"][3] == 1
    assert [pid for pid in left if lives(pid)] == []


def test_knows_nothing_of_django():
    names = "import sys, libsys.embedded.__main__; print([name for name in sys.modules if name.startswith('django')])"

    done = subprocess.run(
        [sys.executable, "-c", names], env=clean_environment(), capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
