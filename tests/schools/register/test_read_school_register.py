"""The command that says what an export holds."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.schools.register.samples import employee, group, pupil, stil


def _said(path):
    out = StringIO()
    call_command("read_school_register", path, stdout=out)
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

    with pytest.raises(CommandError, match=f"The export can't be used: {reason}"):
        _said(file)


def test_says_that_there_is_no_such_file(tmp_path):
    with pytest.raises(CommandError, match="can't be read"):
        _said(tmp_path / "none.xml")
