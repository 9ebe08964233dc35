import pytest
from django.urls import NoReverseMatch, reverse

from web.ui.addresses import address


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("desk:renew", 5),
        ("desk:patron", 1_234_567),
        ("desk:item", "30006000002007"),
        ("desk:item", "Å b/c?d%e#f~:@&=+$,;"),
        ("desk:item", "//elsewhere.example"),
    ],
)
def test_is_the_address_that_django_would_give(name, key):
    assert address(name, key) == reverse(name, args=[key])


def test_a_page_that_nobody_has_is_an_error():
    with pytest.raises(NoReverseMatch):
        address("desk:nothing_of_this_name", 5)
