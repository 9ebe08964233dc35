"""The command line behind the Makefile: `python -m libsys.embedded demo | run | stop | env`."""

import argparse
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from libsys.embedded.demo import STEPS as DEMO_STEPS
from libsys.embedded.demo import external, folder_of, is_yes, run_demo
from libsys.embedded.home import Home
from libsys.embedded.problems import StartProblem, StopRequested
from libsys.embedded.progress import Progress
from libsys.embedded.services import Services, Wanted
from libsys.embedded.supervisor import Supervisor

RUN_STEPS = 2
STOP_SECONDS = 100
# What shells report for a command that Ctrl-C ended.
STOPPED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.action(options))
    except StartProblem as problem:
        _say(f"\n{problem.as_text()}\n")
        return 1
    except StopRequested:
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m libsys.embedded", description=__doc__)
    commands = parser.add_subparsers(required=True)
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument("--home", default=os.environ.get("LIBSYS_HOME", ""), help="the state folder, var/ if not given")
    place.add_argument("--port", default=os.environ.get("PORT") or "8000", help="the web's port, 8000 if not given")
    demo = commands.add_parser("demo", parents=[place], help="start everything and serve until stopped")
    demo.add_argument("--reset", default=os.environ.get("RESET", ""), help="1 deletes all state first")
    demo.set_defaults(action=_demo)
    run = commands.add_parser("run", parents=[place], help="start database and broker, run a command, stop them")
    run.add_argument("--throw-away", action="store_true", help="in a new folder that is deleted afterwards")
    run.add_argument("--mode", default="test", choices=["demo", "test"], help="LIBSYS_MODE for the command")
    run.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND …")
    run.set_defaults(action=_run)
    stop = commands.add_parser("stop", parents=[place], help="stop what runs on a state folder")
    stop.set_defaults(action=_stop)
    env = commands.add_parser("env", parents=[place], help="print a running demo's environment for a shell")
    env.set_defaults(action=_env)
    return parser


def _demo(options: argparse.Namespace) -> int:
    wanted = _wanted(options, mode="demo", durable=True)
    run_demo(Home(folder_of(options.home)), wanted, reset=is_yes(options.reset), progress=Progress(DEMO_STEPS))
    return 0


def _run(options: argparse.Namespace) -> int:
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise StartProblem("There's no command to run.", advice="python -m libsys.embedded run -- COMMAND …")
    if not options.throw_away:
        return _run_in(Home(folder_of(options.home)), options, command)
    folder = Path(tempfile.mkdtemp(prefix="libsys-test-"))
    try:
        return _run_in(Home(folder), options, command)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_in(home: Home, options: argparse.Namespace, command: list[str]) -> int:
    wanted = _wanted(options, mode=options.mode, durable=not options.throw_away)
    home.open()
    with home.held(), Supervisor(home, Progress(RUN_STEPS, stream=sys.stderr)) as supervisor:
        supervisor.stop_leftovers()
        services = Services(supervisor, wanted)
        services.start()
        code = supervisor.run_in_front(command, services.environment())
        return code if code >= 0 else 128 - code


def _wanted(options: argparse.Namespace, *, mode: str, durable: bool) -> Wanted:
    if not options.port.isdecimal():
        raise StartProblem(f"PORT={options.port} is no port.", advice="give a number: make demo PORT=8000")
    return Wanted(
        mode=mode,
        port=int(options.port),
        durable=durable,
        database_url=external("DATABASE_URL"),
        redis_url=external("REDIS_URL"),
    )


def _stop(options: argparse.Namespace) -> int:
    home = Home(folder_of(options.home))
    holder = home.holder() if home.is_held() else None
    if holder is None:
        _say(f"Nothing runs on {home.path}.\n")
        return 0
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while home.is_held():
        if time.monotonic() > deadline:
            raise StartProblem(f"Process {holder} doesn't stop.", advice=f"end it by force (kill -9 {holder})")
        time.sleep(0.1)
    _say("Everything is stopped.\n")
    return 0


def _env(options: argparse.Namespace) -> int:
    home = Home(folder_of(options.home))
    environment = home.remembered().get("environment")
    if not home.is_held() or not environment:
        raise StartProblem(f"Nothing runs on {home.path}.", advice="start it first: make demo")
    for name, value in environment.items():
        _say(f"export {name}={shlex.quote(value)}\n")
    return 0


def _say(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        # The terminal has gone; Python would try to flush once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
