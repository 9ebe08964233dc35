"""Two browsers come back from the provider at the same moment."""

import threading

import pytest
from django.db import connection

from accounts.errors import LINKED_TO_ANOTHER
from accounts.models import StaffIdentity
from accounts.services.sign_on import link_own, log_in_with
from common.errors import Refused
from tenants.models import IdentityProvider
from tests.factories import NOW, StaffAccountFactory

CLAIMS = {"iss": "https://id.example", "sub": "ann", "acr": "two", "email": "ann@a.example", "email_verified": True}


@pytest.fixture
def provider(committed_municipality):
    return IdentityProvider.objects.create(
        municipality=committed_municipality,
        kind="STAFF",
        is_on=True,
        issuer="https://id.example",
        client_id="x",
        factor_values=["two"],
        links_by_email=True,
    )


def both(municipality, *deeds):
    """Do two things at once and return what became of each: its reasons, or nothing."""
    gate, outcomes = threading.Barrier(2), {}

    def run(place, deed):
        connection.set_tenant(municipality)
        try:
            gate.wait(10)
            deed()
            outcomes[place] = []
        except Refused as refused:
            outcomes[place] = refused.codes
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[place] for place in range(2)]


def test_a_person_is_linked_once_by_her_address(committed_municipality, provider):
    account = StaffAccountFactory(email="ann@a.example")

    def come_in():
        log_in_with(provider=provider, claims=CLAIMS, now=NOW)

    outcomes = both(committed_municipality, come_in, come_in)

    assert outcomes == [[], []]
    assert StaffIdentity.objects.get().account == account


def test_one_of_two_accounts_gets_a_person(committed_municipality, provider):
    first, second = StaffAccountFactory(), StaffAccountFactory()

    def claim(account):
        return lambda: link_own(account=account, provider=provider, claims=CLAIMS, now=NOW)

    outcomes = both(committed_municipality, claim(first), claim(second))

    assert sorted(outcomes) == [[], [LINKED_TO_ANOTHER]]
    assert StaffIdentity.objects.count() == 1
