import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from libsys.client_address import ClientAddressMiddleware

PROXY = "172.18.0.1"


def address_seen(**headers):
    seen = []

    def view(request):
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ClientAddressMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR=PROXY, **headers))
    return seen[0]


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, nonsense", PROXY),
        ("", PROXY),
    ],
)
def test_is_the_one_that_the_proxy_wrote_last(forwarded, address):
    assert address_seen(HTTP_X_FORWARDED_FOR=forwarded) == address


def test_is_the_other_end_of_the_line_without_a_proxy():
    assert address_seen() == PROXY
