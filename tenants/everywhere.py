"""Work that must be done in every municipality within one transaction: the one exception to "code never chooses".

For what municipalities share and refer to, for instance a record that becomes part of another. What can wait runs as a
task of each municipality instead.
"""

from collections.abc import Callable
from typing import TypeVar

from tenants.choice import choose, choose_again, chosen
from tenants.models import Municipality

T = TypeVar("T")


def in_each_municipality(work: Callable[[Municipality], T]) -> dict[str, T]:
    """Call `work` in each municipality in turn, suspended ones too, and return its answers by schema.

    The municipality that was chosen before is chosen again afterwards, whatever happens.
    """
    members = Municipality.objects.exclude(schema_name="public").exclude(state=Municipality.State.BEING_PROVISIONED)
    before = chosen()
    answers = {}
    try:
        for municipality in members.order_by("pk"):
            choose(municipality)
            answers[municipality.schema_name] = work(municipality)
    finally:
        choose_again(before)
    return answers
