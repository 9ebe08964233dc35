"""The numbers and rights that a member has as a cataloguing agency."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from catalogue.rules.rights import Level
from catalogue.selectors.rights import library_of, owned
from tests.factories import RecordFactory


def _set(*arguments):
    out = io.StringIO()
    call_command("set_cataloguing_library", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_member_without_numbers_takes_part_in_the_common_records(alpha):
    library = library_of(alpha)

    assert (library.code, library.names) == ("alpha", {"alpha"})
    assert (library.edits_common, library.edits_national, library.is_school) == (True, False, False)


def test_sets_what_is_said_and_keeps_the_rest(alpha):
    _set("alpha", "--number=710100", "--edits-national")
    said = _set("alpha", "--school-number=300123", "--no-edits-common")

    library = library_of(alpha)
    rights = "common records no, national records yes, keeps old shelf data no"
    assert said == f"Alpha: number 710100, schools 300123, {rights}"
    assert (library.code, library.names) == ("710100", {"alpha", "710100", "300123"})
    assert (library.edits_common, library.edits_national, library.is_school) == (False, True, True)
    assert AuditEntry.objects.filter(action="catalogue.set_library").count() == 2


@pytest.mark.parametrize("arguments", [("nowhere",), ("public",), ("beta", "--number=710100")])
def test_refuses_a_strange_municipality_and_a_number_that_is_taken(alpha, arguments):
    _set("alpha", "--number=710100")

    with pytest.raises(CommandError):
        _set(*arguments)


@pytest.mark.parametrize(
    ("owner", "agency", "expected"),
    [
        ("710100", "870970", (Level.COMMON, True, True)),
        ("beta", "870970", (Level.COMMON, True, True)),
        ("870970", "870970", (Level.COMMON, False, False)),
        ("", "", (Level.COMMON, False, False)),
        ("public", "", (Level.COMMON, False, False)),
        ("300000", "300000", (Level.SCHOOL_COMMON, False, False)),
    ],
)
def test_whose_a_record_is(alpha, owner, agency, expected):
    _set("alpha", "--number=710100")

    found = owned(RecordFactory.build(owner=owner, agency=agency))

    assert (found.level, found.owner_is_member, found.owner_edits_common) == expected
