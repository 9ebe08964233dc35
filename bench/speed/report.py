"""The table that people read and the JSON that machines compare."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import django
import psutil
from django.conf import settings
from django.db import connection

from bench.speed.figures import Figure

_SIGNS = {True: "✓ met", False: "✗ not met", None: ""}
_WORDS = {"<=": "≤", "<": "<", ">": ">"}


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [("What", "Measured", "Goal", "", "Of which")]
    rows += [
        (one.name, f"{_number(one.value)} {one.unit}", _goal(one), _SIGNS[one.is_met], one.detail) for one in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in [*widths, 8]) + "|")
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides the code."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {
        "processors": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1024**3, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": postgres,
        "libsys": _commit(),
    }


def write(folder: Path, result: dict[str, Any], at: datetime) -> Path:
    """Write the result into the folder under its moment, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{at:%Y-%m-%d-%H%M}.json"
    file.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _goal(figure: Figure) -> str:
    return "" if figure.goal is None else f"{_WORDS[figure.bound]} {figure.goal:,.0f} {figure.unit}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, cwd=settings.ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
