"""Locks by name: one holder in each municipality."""

import threading

import pytest
from django.db import connection

from tenants.locks import only_one
from tenants.models import Municipality


def in_another_thread(municipality, name):
    """Return whether somebody else gets the lock now."""
    outcomes = []

    def ask():
        connection.set_tenant(municipality)
        try:
            with only_one(name) as free:
                outcomes.append(free)
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return outcomes[0]


def test_nobody_else_gets_it_while_it_is_held(committed_municipality):
    with only_one("night") as free:
        assert free
        assert not in_another_thread(committed_municipality, "night")

    assert in_another_thread(committed_municipality, "night")


def test_is_let_go_when_the_work_fails(committed_municipality):
    with pytest.raises(RuntimeError), only_one("night"):
        raise RuntimeError("broken")

    assert in_another_thread(committed_municipality, "night")


def test_another_name_and_another_municipality_are_other_locks(committed_municipality):
    alpha = Municipality.objects.get(schema_name="alpha")

    with only_one("night"):
        assert in_another_thread(committed_municipality, "day")
        assert in_another_thread(alpha, "night")
