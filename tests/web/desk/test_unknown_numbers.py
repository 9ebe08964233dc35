"""A number that nothing has leads nowhere, on every address of the desk that takes one."""

import pytest
from django.urls import get_resolver, reverse

from web.desk import urls


def addresses(number):
    """Yield every address of the desk that takes numbers, with this one in each place."""
    patterns = get_resolver("web.desk.urls").reverse_dict
    for pattern in urls.urlpatterns:
        ((_, parameters),) = patterns.getlist(pattern.name)[0][0]
        values = {name: "payment" if name == "name" else number for name in parameters}
        if number in values.values():
            yield reverse(f"desk:{pattern.name}", kwargs=values)


@pytest.mark.parametrize("number", [987654321, 10**30])
def test_finds_nothing_under_a_number_that_nothing_has(supervisor_client, number):
    statuses = {
        (method, address): getattr(supervisor_client, method)(address).status_code
        for address in addresses(number)
        for method in ("get", "post")
    }

    assert len(statuses) > 100
    assert {asked: status for asked, status in statuses.items() if status not in (404, 405)} == {}


def test_refuses_a_zero_byte(librarian_client, patron):
    assert librarian_client.post("/desk/check-out/scan", {"scan": "a\x00b"}, headers={"X-Scan": "1"}).status_code == 400
