"""Runs the scenarios against a running demo; `python -m bench` starts that and calls us."""

import argparse
import os
import sys

import django


def main() -> int:
    """Measure, print the table and write it down; return 1 if a scenario broke."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--only", nargs="+", required=True)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "libsys.settings")
    django.setup()
    # What it imports needs the settings.
    from bench.speed.running import measure
    from common.garbage import look_seldom

    # What's measured in this process is the worker's work, or a command's.
    look_seldom()
    return 0 if measure(scale=options.scale, requests=options.requests, names=options.only) else 1


if __name__ == "__main__":
    sys.exit(main())
