"""The command that says what an export holds."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.schools.register.samples import employee, group, pupil, stil


def _said(path, **options):
    out = StringIO()
    call_command("read_school_register", path, stdout=out, **options)
    return out.getvalue()


def test_says_what_is_in_an_export_without_naming_anybody(tmp_path):
    file = tmp_path / "export.xml"
    entries = (group("5b", "5.B"), group("kor", "Kor", kind="Hold"), pupil("u1", "Ida", main="5b"), pupil("u2", "Bo"))
    file.write_bytes(stil(*entries, employee("u3", "Eva", "Lærer"), pupil("", "Ib")).getvalue())

    assert _said(file).splitlines() == [
        "999001 Åskolen, 2026-2027, the whole school: 2 pupil, 1 teacher",
        "  5.B (5b), level 5: 1 pupils",
        "  1 other groups; 1 pupils without a class; 0 have left",
        "  NO_KEY: #4",
    ]


@pytest.mark.parametrize(("content", "reason"), [(b"<a/>", "NOT_A_REGISTER a"), (b"", "UNKNOWN_FORMAT")])
def test_says_why_an_export_cannot_be_used(tmp_path, content, reason):
    file = tmp_path / "export.xml"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=f"can't be used: {reason}"):
        _said(file)


def test_says_that_there_is_no_such_file(tmp_path):
    with pytest.raises(CommandError, match="can't be read"):
        _said(tmp_path / "none.xml")


def test_says_what_is_new_since_an_earlier_export(tmp_path):
    earlier, newer = tmp_path / "earlier.xml", tmp_path / "newer.xml"
    class_of = [pupil(f"u{number}", "Ida", main="5b") for number in range(20)]
    earlier.write_bytes(stil(group("5b", "5.B"), *class_of, sources={"Elev": "2025-2026"}).getvalue())
    moved = [pupil(f"u{number}", "Ida", main="6b") for number in range(15)]
    newer.write_bytes(stil(group("6b", "6.B"), *moved, pupil("u99", "Bo"), pupil("", "Ib")).getvalue())

    assert _said(newer, since=earlier).splitlines() == [
        "999001 Åskolen, 2025-2026 to 2026-2027: 1 came, 5 left, 15 changed class, 1 new groups, 1 groups gone",
        "  5.B → 6.B (BY_NAME, 75% of its pupils)",
        "  NO_KEY: #17",
    ]
    assert _said(earlier, since=newer).splitlines()[1] == "  Look before you believe it: OLDER_YEAR"
    assert _said(newer, since=newer).splitlines()[0] == "999001 Åskolen, 2026-2027: nothing new"


def test_says_which_school_an_export_leaves_out(tmp_path):
    earlier, newer = tmp_path / "earlier.xml", tmp_path / "newer.xml"
    earlier.write_bytes(stil(pupil("u1", "Ida")).getvalue())
    newer.write_bytes(stil(pupil("u1", "Ida"), number="999002").getvalue())

    assert _said(newer, since=earlier).splitlines()[-1] == "999001 Åskolen isn't in the newer export"
