import pytest
from django.urls import NoReverseMatch, reverse

from web.ui.addresses import address


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("desk:start", ()),
        ("desk:patron_dialog", (5, "block")),
        ("desk:renew", (5,)),
        ("desk:patron", (1_234_567,)),
        ("desk:item", ("30006000002007",)),
        ("desk:item", ("Å b/c?d%e#f~:@&=+$,;",)),
        ("desk:item", ("//elsewhere.example",)),
    ],
)
def test_is_the_address_that_django_would_give(name, keys):
    assert address(name, *keys) == reverse(name, args=keys)


def test_a_page_that_nobody_has_is_an_error():
    with pytest.raises(NoReverseMatch):
        address("desk:nothing_of_this_name", 5)


@pytest.mark.parametrize(("name", "nothing"), [("desk:item", ""), ("desk:patron", ""), ("desk:patron", None)])
def test_an_empty_key_is_an_error(name, nothing):
    with pytest.raises(NoReverseMatch):
        address(name, nothing)


def test_a_key_too_many_is_an_error():
    with pytest.raises(NoReverseMatch):
        address("desk:start", 5)
