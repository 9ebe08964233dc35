"""Texts for a channel or a branch: the nearest wins, and what a preview shows of a real case."""

from datetime import date

import pytest

from notices.errors import SettingsRefused, TemplateRefused
from notices.models import BranchMessages, Notice, NoticeKind, NoticeTemplate
from notices.selectors import message_settings, real_cases, template
from notices.services.outbox import make_notice
from notices.services.settings import change_branch_messages, change_message_settings
from notices.services.templates import Place, preview, reset_template, save_template
from tests.factories import BranchFactory, PatronFactory, StaffAccountFactory

pytestmark = pytest.mark.django_db
KIND = NoticeKind.HOLD_READY


@pytest.fixture
def administrator(alpha):
    return StaffAccountFactory(it_admin=True)


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Harbour")


@pytest.fixture
def write(administrator):
    def save(body, channel="", branch=None, subject="Subject", kind=KIND):
        place = Place(kind, "en", channel, branch)
        return save_template(place=place, subject=subject, body=body, staff=administrator)

    return save


def made(branch, now, key="1", **patron):
    make_notice(
        patron=PatronFactory(language="en", **patron),
        branch=branch,
        kind=KIND,
        key=key,
        context={"title": "The house", "shelf_number": "027", "pickup_until": date(2026, 11, 26)},
        about={},
        now=now,
    )
    return Notice.objects.get(key=key)


def test_nearest_text_wins(write, branch, now):
    bodies = []
    for number, (channel, place) in enumerate([("", None), ("EMAIL", None), ("", branch), ("EMAIL", branch)]):
        write(f"Text {number}", channel, place)
        bodies.append(made(branch, now, key=str(number)).body.strip())

    assert bodies == ["Text 0", "Text 1", "Text 2", "Text 3"]
    assert made(BranchFactory(), now, key="elsewhere").body.strip() == "Text 1"


def test_a_text_message_takes_no_long_text(write, branch, now, administrator):
    change_message_settings(values={"channels": ("EMAIL", "SMS")}, staff=administrator)
    write("A long one")

    assert "Shelf 027" in made(branch, now, channel="SMS", phone="20304050").body

    write("Come!", "SMS", subject="")
    assert made(branch, now, key="2", channel="SMS", phone="20304050").body == "Come!"


def test_one_text_for_each_place(write, branch):
    for body in ("First", "Second"):
        for channel, place in (("", None), ("LETTER", None), ("", branch)):
            write(body, channel, place)

    assert list(NoticeTemplate.objects.values_list("body", flat=True)) == ["Second"] * 3


def test_tells_where_a_text_comes_from(write, branch, administrator):
    write("Ours")

    own, of_branch = template(KIND, "en"), template(KIND, "en", "", branch.pk)

    assert (own.is_own, own.is_written_here) == (True, True)
    assert (of_branch.is_own, of_branch.is_written_here, of_branch.body) == (False, True, "Ours")
    assert reset_template(place=Place(KIND, "en", "", branch), staff=administrator) is False
    assert reset_template(place=Place(KIND, "en"), staff=administrator) is True
    assert template(KIND, "en").is_written_here is False


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"channel": "PIGEON"}, ["UNKNOWN_CHANNEL"]),
        ({"channel": "SMS", "kind": NoticeKind.INVOICE}, ["UNKNOWN_CHANNEL"]),
        ({"channel": "SMS", "body": "x" * 481}, ["BODY_TOO_LONG"]),
        ({"channel": "SMS", "body": "{nonsense}"}, ["UNKNOWN_PLACEHOLDER"]),
    ],
)
def test_refuses_what_a_channel_can_not_carry(write, changes, codes):
    with pytest.raises(TemplateRefused) as refusal:
        write(**{"body": "x", "subject": "x", **changes})

    assert refusal.value.codes == codes
    assert not NoticeTemplate.objects.exists()


def test_previews_a_real_case(branch, now):
    notice = made(branch, now, given_name="Ingrid", family_name="Solvang")

    [case] = real_cases(KIND)
    shown = preview(
        place=Place(KIND, "da"),
        subject="{title}",
        body="{patron}, {pickup_until}, {library}",
        branch=branch,
        now=now,
        case=case,
    )

    assert case == notice
    assert (shown.subject, shown.body) == ("The house", "Ingrid Solvang, 26. november 2026, Harbour\n")
    assert real_cases(KIND, branch_id=BranchFactory().pk) == []


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"channels": ()}, ["NO_CHANNEL"]),
        ({"channels": ("PIGEON",)}, ["NO_CHANNEL"]),
        ({"quiet_from": None, "quiet_until": date.min}, ["HOURS_INCOMPLETE"]),
        ({"sms_sender": "Ålborg"}, ["SENDER_MALFORMED"]),
        ({"sms_sender": "x" * 12}, ["SENDER_MALFORMED"]),
        ({"reply_to": "nobody"}, ["ADDRESS_MALFORMED"]),
        ({"window_left": 400}, ["OUTSIDE_THE_SHEET"]),
    ],
)
def test_refuses_settings_that_can_not_hold(administrator, values, codes):
    with pytest.raises(SettingsRefused) as refusal:
        change_message_settings(values=values, staff=administrator)

    assert refusal.value.codes == codes
    assert message_settings().channels == ("EMAIL", "LETTER")


def test_a_branch_differs_in_what_it_sets(administrator, branch):
    change_message_settings(values={"digest": False, "sms_sender": "Town"}, staff=administrator)
    change_branch_messages(branch=branch, values={"sms_sender": "Harbour", "channels": ("SMS",)}, staff=administrator)

    settings = message_settings(branch)

    assert (settings.digest, settings.sms_sender, settings.channels) == (False, "Harbour", ("EMAIL", "LETTER"))
    change_branch_messages(branch=branch, values={}, staff=administrator)
    assert message_settings(branch).sms_sender == "Town"
    assert BranchMessages.objects.count() == 1


def test_settings_are_for_administrators(alpha, branch):
    for change in (
        lambda staff: change_message_settings(values={"digest": False}, staff=staff),
        lambda staff: change_branch_messages(branch=branch, values={"digest": False}, staff=staff),
    ):
        with pytest.raises(SettingsRefused) as refusal:
            change(StaffAccountFactory())
        assert refusal.value.codes == ["NOT_PERMITTED"]
    assert not BranchMessages.objects.exists()
