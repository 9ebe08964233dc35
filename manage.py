#!/usr/bin/env python
"""Runs Libsys's management commands."""

import os
import sys

from django.core.management import execute_from_command_line

from common.garbage import look_seldom

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "libsys.settings")
    look_seldom()
    execute_from_command_line(sys.argv)
