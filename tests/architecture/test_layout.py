"""The layout tells the story: sizes, names and docs are as `docs/architecture.md` says."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.ROOT)
ROOMS = (
    "libsys bench web interop schools circulation notices patrons staffing accounts holdings catalogue tenants common"
).split()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LIMITS = PROJECT["tool"]["libsys"]["sizes"]


def files(pattern, folders=ROOMS):
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob(pattern))
        if not {"migrations", "__pycache__", "node_modules"} & set(path.parts)
    ]


def too_long(paths, limit):
    named = LIMITS["exceptions"]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in paths}
    return {name: length for name, length in lengths.items() if length > limit and name not in named}


def test_no_module_is_about_two_things():
    assert too_long(files("*.py"), LIMITS["module"]) == {}


def test_no_template_is_too_long():
    assert too_long(files("*.html"), LIMITS["template"]) == {}


def test_no_script_or_style_sheet_is_too_long():
    assert too_long(files("*.js") + files("*.css"), LIMITS["module"]) == {}


def test_no_test_file_is_too_long():
    assert too_long(files("*.py", ["tests"]), LIMITS["tests"]) == {}


def test_every_exception_is_still_needed():
    assert [name for name in LIMITS["exceptions"] if not (ROOT / name).exists()] == []


def test_no_module_has_a_name_that_says_nothing():
    empty_names = {"utils.py", "helpers.py", "managers.py", "misc.py", "common.py", "util.py"}

    assert [path for path in files("*.py") if path.name in empty_names] == []


def test_templates_have_no_inline_script_or_style():
    # JSON-LD is data, which no browser executes.
    script = r'<script(?![^>]*\s(?:src=|type="application/ld\+json"))[^>]*>'
    inline = re.compile(rf"{script}|\sstyle=|\son[a-z]+=|hx-on|<style", re.IGNORECASE)

    assert [str(path) for path in files("*.html") if inline.search(path.read_text())] == []


def test_only_the_tenants_room_makes_keys_and_lock_numbers():
    stranger = re.compile(r"crc32|hashtext|caches\[|make_key\(")

    assert [
        str(path.relative_to(ROOT))
        for path in files("*.py")
        if stranger.search(path.read_text()) and "tenants" not in path.parts
    ] == []


def test_the_architecture_page_has_the_contract_s_layers():
    layers = next(
        contract["layers"] for contract in PROJECT["tool"]["importlinter"]["contracts"] if "rooms" in contract["name"]
    )
    page = (ROOT / "docs" / "architecture.md").read_text()

    assert " → ".join(f"`{layer}`" for layer in layers) in page
