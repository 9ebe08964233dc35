"""Two people edit one thing: the second reads what the first has saved and keeps what she typed."""

from datetime import date
from decimal import Decimal

from django import forms
from django.http import QueryDict

from common.stale_forms import changed_since, marks_of
from web.ui.stale_forms import GuardedForm


class ThingForm(GuardedForm):
    """A form with a value of each sort."""

    name = forms.CharField(max_length=40)
    room = forms.TypedChoiceField(coerce=int, choices=[(1, "Hall"), (2, "Cellar")])
    price = forms.DecimalField(required=False)
    open = forms.BooleanField(required=False)
    day = forms.DateField(required=False)
    tags = forms.TypedMultipleChoiceField(coerce=int, choices=[(1, "a"), (2, "b")], required=False)


STORED = {
    "name": "Lucky Per",
    "room": 1,
    "price": Decimal("12.50"),
    "open": True,
    "day": date(2026, 11, 19),
    "tags": [1],
}


def sent(marks, **changes):
    fields = {"name": "Lucky Per", "room": "1", "price": "12.5", "open": "on", "day": "2026-11-19", "tags": ["1"]}
    data = QueryDict(mutable=True)
    for name, value in (fields | changes).items():
        if value is not None:
            data.setlist(name, value if isinstance(value, list) else [value])
    data["as_read"] = marks
    return data


def test_marks_say_nothing_of_values_that_are_the_same_to_a_reader():
    marks = marks_of({"price": Decimal("12.50"), "note": None, "tags": [2, 1]})

    assert changed_since(marks, {"price": Decimal("12.5"), "note": "", "tags": [1, 2]}) == frozenset()
    assert changed_since(marks, {"price": Decimal("12.51"), "note": "x", "tags": [1]}) == {"price", "note", "tags"}


def test_marks_that_cannot_be_read_say_nothing():
    for marks in ("", "[]", "{", "null", "[" * 9000, '{"name": 5}x'):
        assert changed_since(marks, {"name": "x"}) == frozenset()


def test_saves_when_nobody_else_has():
    form = ThingForm(sent(ThingForm(initial=STORED).as_read, name="Lykke-Per"), initial=STORED)

    assert form.is_valid()
    assert form.status == 200


def test_shows_both_values_of_a_field_that_both_have_changed():
    marks = ThingForm(initial=STORED).as_read
    now = STORED | {"name": "Lucky Peter", "room": 2}

    form = ThingForm(sent(marks, name="Lykke-Per"), initial=now)

    assert form.status == 409
    assert "“Lucky Peter”" in form.errors["name"][0]
    assert form["name"].value() == "Lykke-Per"


def test_takes_what_the_other_saved_into_fields_that_were_left_alone():
    marks = ThingForm(initial=STORED).as_read
    now = STORED | {"room": 2, "price": Decimal("9.00"), "open": False, "day": date(2026, 12, 1), "tags": [1, 2]}

    form = ThingForm(sent(marks, name="Lykke-Per"), initial=now)

    assert form.status == 409
    assert set(form.errors) == {"__all__", "room", "price", "open", "day", "tags"}
    assert (str(form["room"].value()), form["price"].value(), form["day"].value()) == ("2", "9.00", "2026-12-01")
    assert (form["open"].value(), form["tags"].value()) == (False, ["1", "2"])
    assert form["name"].value() == "Lykke-Per"


def test_takes_a_tick_that_the_other_has_set():
    marks = ThingForm(initial=STORED | {"open": False}).as_read

    form = ThingForm(sent(marks, open=None, name="Lykke-Per"), initial=STORED)

    assert (form.status, form["open"].value()) == (409, True)


def test_a_second_try_with_the_new_marks_saves():
    now = STORED | {"name": "Lucky Peter"}
    stale = ThingForm(sent(ThingForm(initial=STORED).as_read, name="Lykke-Per"), initial=now)

    again = ThingForm(sent(stale.as_read, name="Lykke-Per"), initial=now)

    assert again.is_valid()
    assert again.cleaned_data["name"] == "Lykke-Per"


def test_two_who_typed_the_same_are_no_conflict():
    marks = ThingForm(initial=STORED).as_read

    form = ThingForm(sent(marks, name="Lykke-Per"), initial=STORED | {"name": "Lykke-Per"})

    assert form.is_valid()


def test_another_error_is_told_with_it():
    marks = ThingForm(initial=STORED).as_read

    form = ThingForm(sent(marks, name="", price="x"), initial=STORED | {"room": 2})

    assert form.status == 409
    assert set(form.errors) == {"__all__", "name", "price", "room"}
