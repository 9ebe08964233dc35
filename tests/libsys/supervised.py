"""Runs `python -m libsys.embedded` as somebody at a terminal would, and looks at what it leaves behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
# Seconds: a machine that has much to do needs many for a new database, and one that's stuck isn't waited for for ever.
PATIENCE = 240


def clean_environment():
    """Return an environment that names no server and no state folder."""
    ours = ("DATABASE_URL", "REDIS_URL", "PORT", "RESET", "MAKELEVEL")
    return {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("LIBSYS_")}


def supervisor(*arguments, **extra):
    """Start the supervisor and return its process."""
    return subprocess.Popen(
        [sys.executable, "-m", "libsys.embedded", *map(str, arguments)],
        cwd=ROOT,
        env=clean_environment() | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process, seconds=PATIENCE):
    """Wait for the end and return code and output."""
    output, _ = process.communicate(timeout=seconds)
    return process.returncode, output


def running(home):
    """Return the servers of this home that live now, by name."""
    try:
        records = json.loads((home / "services.json").read_text()).get("running", [])
    except FileNotFoundError:
        return {}
    return {one["name"]: one["pid"] for one in records if lives(one["pid"])}


def lives(pid):
    """Return whether the process exists and hasn't ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(is_so, seconds=PATIENCE):
    """Wait until it's so; fail when it never is."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It never came to be."
        time.sleep(0.05)


def of_home(home):
    """Return every process whose command line names the home."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(home) in part for part in process.info["cmdline"] or []) and lives(process.pid):
            found.append(process.info["cmdline"])
    return found
