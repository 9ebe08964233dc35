"""Ports on this machine: which are free, and what to say when one isn't."""

import errno
import secrets
import socket

from libsys.embedded.problems import StartProblem

LOOPBACK = "127.0.0.1"
LOOPBACK_6 = "::1"
# Below what Linux, macOS and Windows give to connections by themselves: a port found free here is still free when its
# server comes up, however many connections have been opened meanwhile.
OURS = range(20_000, 30_000)


def free_port(preferred: int | None = None, *, among: range = OURS) -> int:
    """Return a port that nobody listens on, the preferred one if it's still free."""
    if preferred and _state(LOOPBACK, preferred) == "free":
        return preferred
    for candidate in secrets.SystemRandom().sample(among, min(len(among), 100)):
        if _state(LOOPBACK, candidate) == "free":
            return candidate
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def web_addresses(port: int) -> list[str]:
    """Return the addresses to serve on, so that `localhost` reaches us whichever way a browser resolves it.

    :raises StartProblem: when the port is taken, forbidden or no port
    """
    if not 1 <= port <= 65535:
        raise StartProblem(f"PORT={port} is no port.", advice="choose a number from 1024 to 65535: make demo PORT=8000")
    states = {host: _state(host, port) for host in (LOOPBACK, LOOPBACK_6)}
    if "taken" in states.values():
        raise StartProblem(
            f"Port {port} is taken by another program.",
            advice=f"stop that program, or start the demo on another port: make demo PORT={_next_free(port)}",
        )
    if "forbidden" in states.values():
        raise StartProblem(
            f"The system doesn't let you serve on port {port}.",
            advice="choose a port above 1023: make demo PORT=8000",
        )
    return [f"{LOOPBACK}:{port}"] + ([f"[{LOOPBACK_6}]:{port}"] if states[LOOPBACK_6] == "free" else [])


def _state(host: str, port: int) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        known = {errno.EADDRINUSE: "taken", errno.EACCES: "forbidden"}
        if host == LOOPBACK or error.errno in known:
            return known.get(error.errno or 0, "taken")
        return "absent"
    return "free"


def _next_free(port: int) -> int:
    for candidate in range(port + 1, min(port + 100, 65536)):
        if all(_state(host, candidate) in {"free", "absent"} for host in (LOOPBACK, LOOPBACK_6)):
            return candidate
    return free_port()
