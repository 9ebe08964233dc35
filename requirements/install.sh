#!/bin/sh
# Makes .venv and installs what a lock file names: install.sh [development|production].
# Quick when nothing has changed. Needs Python 3.11 or newer, nothing else.
set -eu
cd "$(dirname "$0")/.."
lock="requirements/${1:-development}.lock"
venv="${VENV:-.venv}"
stamp="$venv/installed.lock"
log="$venv/install.log"

fail() {
    printf '\n%s\n' "$1" >&2
    printf 'What to do: %s\n' "$2" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if [ -n "$candidate" ] && is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Libsys needs Python 3.11 or newer; python3 here is: $(python3 --version 2>&1 || true)." \
        "install one (Debian 12: apt-get install python3 python3-venv), or name it: make demo PYTHON=/path/to/python3.12"
}

# Counts what pip announces, and shows it when somebody watches.
show_progress() {
    count=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case "$line" in
            Collecting*) count=$((count + 1)) && note="$count of $total  ${line#Collecting }" ;;
            Installing*) note="unpacking" ;;
            *) continue ;;
        esac
        if [ -t 1 ]; then
            printf '\r\033[2K%s %s' "$title" "$(echo "$note" | cut -c1-50)"
        fi
    done
}

if cmp -s "$lock" "$stamp" && is_new_enough "$venv/bin/python"; then
    exit 0
fi

started=$(date +%s)
total=$(grep -c '^[a-z].*==' "$lock")
title="Installing $total Python packages into $venv, once …"
printf '%s' "$title"
if ! is_new_enough "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -m venv --clear "$venv" >"${TMPDIR:-/tmp}/libsys-venv.$$" 2>&1 || {
        cat "${TMPDIR:-/tmp}/libsys-venv.$$" >&2
        rm -f "${TMPDIR:-/tmp}/libsys-venv.$$"
        fail "$python can't make a virtual environment." "install its venv module (Debian: apt-get install python3-venv)"
    }
    rm -f "${TMPDIR:-/tmp}/libsys-venv.$$"
fi
rm -f "$stamp"
: >"$log"
{
    "$venv/bin/python" -m pip install --require-hashes --no-deps --disable-pip-version-check --no-input \
        --progress-bar off -r "$lock" 2>&1 || echo "pip failed" >"$log.failed"
} | show_progress
if [ -e "$log.failed" ]; then
    rm -f "$log.failed"
    echo >&2
    tail -n 15 "$log" >&2
    fail "The Python packages could not be installed; the whole log is $log." \
        "see that the package registry can be reached (pip download pip), then start again"
fi
cp "$lock" "$stamp"
if [ -t 1 ]; then
    printf '\r\033[2K%s' "$title"
fi
printf ' %s s\n' "$(($(date +%s) - started))"
