from datetime import date

import pytest

from patrons.rules.national_ids import normal_national_id

TODAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("country", "typed", "form"),
    [
        ("DK", "1403840009", "1403840009"),
        ("DK", "140384-0009", "1403840009"),
        ("DK", " 140384 0009 ", "1403840009"),
        ("DK", "140384 - 0009", "1403840009"),
        ("DK", "140384–0009", "1403840009"),
        # One that's given for a time: sixty is added to the day, and letters may follow.
        ("DK", "740384-1ab2", "7403841AB2"),
        ("SE", "840314-0009", "198403140009"),
        ("SE", "8403140009", "198403140009"),
        ("SE", "19840314-0009", "198403140009"),
        ("SE", "198403140009", "198403140009"),
        # Born this year, on its last day that has been and on its first that hasn't.
        ("SE", "261119-0009", "202611190009"),
        ("SE", "261120-0009", "192611200009"),
        ("SE", "191120+0009", "191911200009"),
        ("SE", "840374-0009", "198403740009"),
        ("FI", "140384-000x", "140384-000X"),
        ("FI", "140384000X", "140384-000X"),
        ("FI", "140384 000X", "140384-000X"),
        ("FI", "140304A000X", "140304A000X"),
        ("FI", "140384Y000X", "140384Y000X"),
        ("FI", "140384+000X", "140384+000X"),
        ("NO", "140384 00009", "14038400009"),
        ("NO", "54038400009", "54038400009"),
    ],
)
def test_gives_one_form_to_however_it_was_typed(country, typed, form):
    assert normal_national_id(typed, country=country, today=TODAY) == form


@pytest.mark.parametrize("country", ["DK", "SE", "FI", "NO"])
@pytest.mark.parametrize("typed", ["", "nonsense", "999984-0009", "1403840009" * 3, "14/03/84", "١٤٠٣٨٤٠٠٠٩"])
def test_knows_what_is_no_number(country, typed):
    assert normal_national_id(typed, country=country, today=TODAY) is None


def test_tells_people_of_one_day_apart():
    forms = {
        normal_national_id(typed, country="FI", today=TODAY) for typed in ("140304A000X", "140304-000X", "140304B000X")
    }

    assert len(forms) == 3
