"""Which way each kind of message goes is the patron's own choice."""

import pytest

from accounts.models import AuditEntry
from notices.errors import NoticeRefused
from notices.services.choices import choose_channels
from notices.services.settings import change_message_settings
from tests.factories import PatronFactory, StaffAccountFactory

pytestmark = pytest.mark.django_db
ALL = ("EMAIL", "SMS", "DIGITAL_POST", "LETTER")


@pytest.fixture
def patron(alpha):
    change_message_settings(values={"channels": ALL}, staff=StaffAccountFactory(it_admin=True))
    return PatronFactory()


def stored(patron):
    patron.refresh_from_db()
    return patron.channel, patron.channels, patron.is_exempt_from_digital_post


def test_keeps_what_she_chose(patron):
    by_kind = {"HOLD_READY": "SMS", "COURTESY": "NONE", "OVERDUE_1": ""}

    choose_channels(patron=patron, channel="DIGITAL_POST", by_kind=by_kind, staff=None)

    assert stored(patron) == ("DIGITAL_POST", {"HOLD_READY": "SMS", "COURTESY": "NONE"}, False)
    entry = AuditEntry.objects.get(action="notices.choose_channels")
    assert (entry.facts["by_patron"], entry.facts["after"]["channel"]) == (True, "DIGITAL_POST")


def test_staff_note_who_is_exempt_and_patrons_do_not(patron):
    wish = {"patron": patron, "channel": "EMAIL", "by_kind": {}, "is_exempt_from_digital_post": True}

    choose_channels(**wish, staff=None)
    assert stored(patron)[2] is False

    choose_channels(**wish, staff=StaffAccountFactory())
    assert stored(patron)[2] is True


@pytest.mark.parametrize(
    ("channel", "by_kind"),
    [
        ("PIGEON", {}),
        ("EMAIL", {"INVOICE": "SMS"}),
        ("EMAIL", {"INVOICE": "NONE"}),
        ("EMAIL", {"OVERDUE_1": "NONE"}),
        ("EMAIL", {"DIGEST": "LETTER"}),
        ("EMAIL", {"BIRTHDAY": "EMAIL"}),
    ],
)
def test_refuses_what_is_not_offered_and_changes_nothing(patron, channel, by_kind):
    with pytest.raises(NoticeRefused) as refusal:
        choose_channels(patron=patron, channel=channel, by_kind=by_kind, staff=None)

    assert refusal.value.codes == ["CHOICE_NOT_OFFERED"]
    assert stored(patron) == ("EMAIL", {}, False)


def test_what_she_has_may_stay_when_the_municipality_gives_a_channel_up(patron):
    choose_channels(patron=patron, channel="SMS", by_kind={"HOLD_READY": "SMS"}, staff=None)
    change_message_settings(values={"channels": ("EMAIL",)}, staff=StaffAccountFactory(it_admin=True))

    choose_channels(patron=patron, channel="SMS", by_kind={"HOLD_READY": "SMS", "COURTESY": "NONE"}, staff=None)
    with pytest.raises(NoticeRefused):
        choose_channels(patron=patron, channel="SMS", by_kind={"RECALL": "SMS"}, staff=None)

    assert stored(patron)[1] == {"HOLD_READY": "SMS", "COURTESY": "NONE"}


def test_is_for_staff_who_edit_patrons(patron):
    with pytest.raises(NoticeRefused) as refusal:
        choose_channels(patron=patron, channel="SMS", by_kind={}, staff=StaffAccountFactory(it_admin=True))

    assert refusal.value.codes == ["NOT_PERMITTED"]
    assert stored(patron)[0] == "EMAIL"
