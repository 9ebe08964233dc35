"""Which system takes the municipality's debts is chosen on the settings' page, once there's more than the file."""

import pytest

from accounts.models import AuditEntry
from circulation.services.debts import register_debtor_system, systems


class StateCollection:
    def send(self, batch, lines):
        return f"State {batch}"


@pytest.fixture
def state_collection(monkeypatch):
    """Register another system for as long as the test takes."""
    monkeypatch.setattr(systems, "_systems", dict(systems._systems))
    register_debtor_system("state-collection", StateCollection)


def page_of(client):
    return client.get("/console/settings").content.decode()


def test_with_the_file_alone_it_is_shown(admin_client):
    page = page_of(admin_client)

    assert 'name="system"' not in page
    assert "<dd>File</dd>" in page


def test_another_one_takes_the_next_batch(admin_client, alpha, state_collection):
    assert isinstance(systems.debtor_system(), systems.FileSystem)
    assert '<option value="state-collection"' in page_of(admin_client)

    answer = admin_client.post("/console/settings/debts", {"system": "state-collection"})

    assert answer.status_code == 302
    assert '<option value="state-collection" selected' in page_of(admin_client)
    alpha.refresh_from_db()
    assert systems.chosen_system(alpha.settings) == "state-collection"
    facts = AuditEntry.objects.get(action="tenants.change_settings").facts
    assert facts["values"] == {"debtor_system": "state-collection"}


@pytest.mark.parametrize("system", ["nobody", "", "file\x07"])
def test_one_that_is_not_there_is_refused(admin_client, alpha, state_collection, system):
    answer = admin_client.post("/console/settings/debts", {"system": system})

    alpha.refresh_from_db()
    assert (answer.status_code, systems.chosen_system(alpha.settings)) == (422, "file")


def test_one_that_is_gone_is_shown_as_what_it_is(admin_client, alpha, state_collection):
    alpha.settings = {"money": {"debtor_system": "old-collection"}}
    alpha.save(update_fields=["settings"])

    page = page_of(admin_client)
    answer = admin_client.post("/console/settings/debts", {"system": "old-collection"})

    assert '<option value="old-collection" selected' in page
    assert answer.status_code == 422
