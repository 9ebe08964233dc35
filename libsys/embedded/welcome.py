"""What people read when the demo is ready: addresses and logins, out of `demo.json`."""

import json
from typing import Any

from libsys.embedded.home import Home

PATRONS_SHOWN = 4


def welcome(home: Home, port: int, *, seconds: float) -> str:
    """Return the page of addresses and logins."""
    demo = _read(home)
    console = demo.get("console")
    console = console if isinstance(console, dict) else {"url": console}
    lines = ["", f"Libsys is ready after {seconds:.0f} s.", ""]
    lines += [f"Consortium's console   {console.get('url') or f'http://localhost:{port}'}"]
    lines += _logins(console.get("staff") or demo.get("staff"))
    for municipality in demo.get("municipalities") or []:
        lines += ["", *_municipality(municipality)]
    lines += [
        "",
        f"Every login, patron and barcode: {home.demo_file}",
        f"Logs: {home.logs}",
        "Ctrl-C stops everything; the data stays for the next start.",
        "",
    ]
    return "\n".join(lines)


def _read(home: Home) -> dict[str, Any]:
    try:
        demo = json.loads(home.demo_file.read_text())
    except (OSError, ValueError):
        return {}
    return demo if isinstance(demo, dict) else {}


def _municipality(municipality: dict[str, Any]) -> list[str]:
    lines = [str(municipality.get("name") or municipality.get("host") or "")]
    for title, key in (("desk", "desk_url"), ("portal", "portal_url")):
        if url := municipality.get(key):
            lines.append(f"  {title:<10}{url}")
    if len(lines) == 1:
        lines.append(f"  {municipality.get('url', '')}")
    return lines + _logins(municipality.get("staff")) + _patrons(municipality.get("patrons"))


def _logins(staff: Any) -> list[str]:
    rows = [tuple(str(one.get(key, "")) for key in ("role", "username", "password")) for one in staff or []]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    return [
        "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _patrons(patrons: Any) -> list[str]:
    rows = []
    seen: set[str] = set()
    for one in patrons or []:
        state = str(one.get("state", ""))
        if state not in seen and len(seen) < PATRONS_SHOWN:
            seen.add(state)
            rows.append(f"    patron ({state})  card {one.get('card', '')}  PIN {one.get('pin', '')}")
    return rows
