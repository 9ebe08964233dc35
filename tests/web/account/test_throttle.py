import pytest
import time_machine
from django.test import RequestFactory

from tests.factories import NOW
from web.account.throttle import PINS, count_failure, forgive, network_of, seconds_to_wait

pytestmark = pytest.mark.usefixtures("alpha", "empty_cache", "standing_clock")


def request_from(address):
    return RequestFactory().post("/log-in", REMOTE_ADDR=address)


def fail(times, *, card="2090000001", address="192.0.2.7", group=PINS):
    for _ in range(times):
        count_failure(request_from(address), group, card)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_counts_a_household_as_one(address, network):
    assert network_of(address) == network


def test_a_card_waits_whoever_guesses():
    fail(10)

    assert seconds_to_wait(request_from("198.51.100.1"), PINS, "2090000001") > 0
    assert seconds_to_wait(request_from("192.0.2.7"), PINS, "2090000002") == 0


def test_a_household_waits_whichever_address_it_takes():
    for number in range(100):
        fail(1, card=f"20{number}", address=f"2001:db8:1:2::{number:x}")

    assert seconds_to_wait(request_from("2001:db8:1:2:ffff::1"), PINS, "2090000001") > 0
    assert seconds_to_wait(request_from("2001:db8:1:3::1"), PINS, "2090000001") == 0


def test_a_card_guessed_slowly_waits_for_the_next_day():
    # Three times ten within half an hour, never too many in ten minutes.
    for minutes in (0, 11, 22):
        with time_machine.travel(NOW.replace(minute=5 + minutes), tick=False):
            fail(10)

    with time_machine.travel(NOW.replace(minute=55), tick=False):
        assert seconds_to_wait(request_from("192.0.2.7"), PINS, "2090000001") > 60 * 60
        assert seconds_to_wait(request_from("192.0.2.7"), "staff", "2090000001") == 0


def test_a_new_pin_begins_the_count_anew():
    fail(10)

    forgive(PINS, "2090000001")

    assert seconds_to_wait(request_from("192.0.2.7"), PINS, "2090000001") == 0


@pytest.mark.parametrize("name", ["two words", "a\x00b\n", "é" * 300], ids=["a blank", "control", "long"])
def test_any_name_can_be_counted_and_forgiven(name):
    fail(10, card=name)
    waiting = seconds_to_wait(request_from("198.51.100.1"), PINS, name)

    forgive(PINS, name)

    assert waiting > 0
    assert seconds_to_wait(request_from("198.51.100.1"), PINS, name) == 0
