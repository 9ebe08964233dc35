"""Which way a message takes, and what it's worth as a text message."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from common.encryption import encrypt
from notices.models import Notice, NoticeKind
from notices.rules.channels import NONE, choices_for, named_ways, ways
from notices.rules.phone_numbers import international
from notices.rules.recipients import Post, recipients_of
from notices.rules.settings import MessageSettings, read_settings, written
from notices.rules.sms_parts import MOST_PARTS, as_sms, sms_size
from notices.services.outbox import make_notice
from notices.texts import LANGUAGES, built_in_text
from tenants.services.settings import change_settings
from tests.factories import BranchFactory, GuardianshipFactory, PatronFactory, StaffAccountFactory

ALL = ("EMAIL", "SMS", "DIGITAL_POST", "LETTER")
TODAY = date(2026, 11, 19)
HOME = {"address": "Havnegade 1", "postal_code": "8000", "city": "Aarhus"}


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("20 30 40 50", "DK", "+4520304050"),
        ("+45 20304050", "SE", "+4520304050"),
        ("0046 70-123 45 67", "DK", "+46701234567"),
        ("070-123 45 67", "SE", "+46701234567"),
        ("040 123 4567", "FI", "+358401234567"),
        ("(22) 33 44 55", "NO", "+4722334455"),
        ("12", "DK", ""),
        ("ask her mother", "DK", ""),
        ("+", "DK", ""),
        ("", "DK", ""),
    ],
)
def test_phone_numbers_as_gateways_want_them(number, country, expected):
    assert international(number, country) == expected


@pytest.mark.parametrize(
    ("text", "length", "parts", "room", "is_plain"),
    [
        ("", 0, 1, 160, True),
        ("Æblehøst på Åsen, ä ö é", 23, 1, 137, True),
        ("x" * 160, 160, 1, 0, True),
        ("x" * 161, 161, 2, 145, True),
        ("x" * 306, 306, 2, 0, True),
        ("€", 2, 1, 158, True),
        ("č" * 70, 70, 1, 0, False),
        ("č" * 71, 71, 2, 63, False),
        ("😀", 2, 1, 68, False),
    ],
)
def test_counts_text_messages(text, length, parts, room, is_plain):
    size = sms_size(text)

    assert (size.length, size.parts, size.room, size.is_plain) == (length, parts, room, is_plain)


def test_plain_signs_keep_a_text_message_cheap():
    assert as_sms("– “Huset”, now 60,00\u00a0kr. …") == '- "Huset", now 60,00 kr. ...'


@pytest.mark.parametrize("text", ["word " * 400, "x" * 2000, "č" * 2000])
def test_cuts_a_text_message_that_is_too_long(text):
    cut = as_sms(text)

    assert cut.endswith("...")
    assert sms_size(cut).parts == MOST_PARTS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in NoticeKind.values if kind not in ("DIGEST",)])
def test_built_in_text_messages_are_short_and_plain(kind, language):
    if kind in ("INVOICE", "INVOICE_REMINDER", "DEBT_COLLECTION", "RECEIPT"):
        with pytest.raises(KeyError):
            built_in_text(kind, language, "SMS")
        return
    text = built_in_text(kind, language, "SMS")

    assert text.subject == ""
    assert len(text.body) <= 160
    assert sms_size(text.body.replace("{", "").replace("}", "")).is_plain


@pytest.mark.parametrize(
    ("kind", "preferred", "in_use", "expected"),
    [
        ("HOLD_READY", "EMAIL", ALL, ["EMAIL", "DIGITAL_POST", "LETTER", "SMS"]),
        ("HOLD_READY", "SMS", ALL, ["SMS", "EMAIL", "DIGITAL_POST", "LETTER"]),
        ("HOLD_READY", "DIGITAL_POST", ALL, ["DIGITAL_POST", "LETTER", "EMAIL", "SMS"]),
        ("HOLD_READY", "LETTER", ALL, ["LETTER", "DIGITAL_POST", "EMAIL", "SMS"]),
        ("INVOICE", "SMS", ALL, ["EMAIL", "DIGITAL_POST", "LETTER"]),
        ("HOLD_READY", "EMAIL", ("EMAIL", "LETTER"), ["EMAIL", "LETTER"]),
        ("HOLD_READY", "SMS", ("LETTER",), ["LETTER"]),
    ],
)
def test_channels_in_order(kind, preferred, in_use, expected):
    assert ways(kind, preferred, in_use=in_use, falls_back=True) == expected


def test_without_falling_back_there_is_one_way():
    assert ways("HOLD_READY", "EMAIL", in_use=ALL, falls_back=False) == ["EMAIL"]


def test_offers_no_short_claims_and_lets_nobody_do_without_them():
    assert choices_for("INVOICE", ALL) == ["EMAIL", "DIGITAL_POST", "LETTER"]
    assert choices_for("COURTESY", ("EMAIL",)) == ["EMAIL", NONE]
    assert NONE not in choices_for("OVERDUE_1", ALL)


@pytest.fixture
def reach(alpha):
    def find(patron, *, kind="HOLD_READY", guardians=(), only="", **settings):
        post = Post(MessageSettings(channels=ALL, **settings), "da", "DK", only)
        [found] = recipients_of(patron, list(guardians), kind=kind, today=TODAY, post=post)
        return found.channel, found.address, found.problem

    return find


@pytest.mark.django_db
class TestRecipients:
    def test_without_a_phone_the_message_goes_by_mail(self, reach):
        assert reach(PatronFactory(channel="SMS", email="i@post.example")) == ("EMAIL", "i@post.example", "")

    def test_text_message_goes_to_the_phone(self, reach):
        assert reach(PatronFactory(channel="SMS", phone="20304050")) == ("SMS", "+4520304050", "")

    def test_digital_post_keeps_the_identity_number_out_of_the_message(self, reach):
        patron = PatronFactory(channel="DIGITAL_POST", national_id_encrypted=encrypt("0101901234"))

        assert reach(patron) == ("DIGITAL_POST", str(patron.pk), "")

    def test_exempt_from_digital_post_gets_a_letter_though_there_is_mail(self, reach):
        patron = PatronFactory(
            channel="DIGITAL_POST",
            national_id_encrypted=encrypt("0101901234"),
            is_exempt_from_digital_post=True,
            given_name="Ingrid",
            family_name="Solvang",
            **HOME,
        )

        assert reach(patron) == ("LETTER", "Ingrid Solvang\nHavnegade 1\n8000 Aarhus", "")

    def test_no_address_anywhere_is_a_problem(self, reach):
        assert reach(PatronFactory(channel="SMS", email="")) == ("SMS", "", "NO_ADDRESS")

    def test_a_kind_goes_the_way_that_she_chose_for_it(self, reach):
        patron = PatronFactory(phone="20304050", channels={"HOLD_READY": "SMS"})

        assert reach(patron)[0] == "SMS"
        assert reach(patron, kind="OVERDUE_1")[0] == "EMAIL"

    def test_staff_can_choose_one_way(self, reach):
        assert reach(PatronFactory(), only="LETTER") == ("LETTER", "", "NO_ADDRESS")

    def test_does_without_what_may_be_done_without(self, reach):
        patron = PatronFactory(email="i@post.example", channels={"COURTESY": NONE, "OVERDUE_1": NONE})

        assert reach(patron, kind="COURTESY")[2] == "NOT_WANTED"
        assert reach(patron, kind="OVERDUE_1") == ("EMAIL", "i@post.example", "")

    def test_a_childs_message_follows_the_guardians_choice(self, reach):
        child, guardian = (
            PatronFactory(child=True, channels={"HOLD_READY": "EMAIL"}),
            PatronFactory(channel="SMS", phone="20304050"),
        )
        link = GuardianshipFactory(child=child, guardian=guardian)

        assert reach(child, guardians=[link]) == ("SMS", "+4520304050", "")


@pytest.mark.django_db
def test_writes_a_text_message_and_says_in_lists_what_it_is_about(alpha, now):
    change_settings(municipality=alpha, section="messages", values={"channels": list(ALL)}, actor=StaffAccountFactory())
    patron = PatronFactory(channel="SMS", phone="20304050", language="da", given_name="Liv", family_name="Sol")

    make_notice(
        patron=patron,
        branch=BranchFactory(name="Skovby"),
        kind=NoticeKind.HOLD_READY,
        key="1",
        context={"title": "Huset", "shelf_number": "027", "pickup_until": date(2026, 11, 26)},
        about={"hold": 1},
        now=now,
    )

    notice = Notice.objects.get(key="1")
    assert notice.body == "Klar til Liv Sol: Huset. Hylde 027, til og med 26. november 2026.\nSkovby"
    assert notice.subject == "Klar til afhentning: Huset"
    assert (notice.channel, notice.address) == (Notice.Channel.SMS, "+4520304050")


@pytest.mark.django_db
def test_makes_no_message_that_she_does_without_and_counts_it_as_dealt_with(alpha, now):
    patron = PatronFactory(channels={"COURTESY": NONE})

    make_notice(
        patron=patron, branch=BranchFactory(), kind="COURTESY", key="1", context={"items": []}, about={}, now=now
    )

    assert not Notice.objects.exists()


QUIET = MessageSettings(quiet_from=time(21), quiet_until=time(8))
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.mark.parametrize(
    ("clock", "expected"), [((20, 59), False), ((21, 0), True), ((23, 59), True), ((7, 59), True), ((8, 0), False)]
)
def test_quiet_hours_reach_over_midnight(clock, expected):
    now = datetime(2026, 11, 19, *clock, tzinfo=COPENHAGEN)

    assert QUIET.is_quiet("SMS", now=now, time_zone="Europe/Copenhagen") is expected
    assert QUIET.is_quiet("EMAIL", now=now, time_zone="Europe/Copenhagen") is False


def test_quiet_hours_are_the_branchs():
    now = datetime(2026, 11, 19, 20, 30, tzinfo=COPENHAGEN)

    assert QUIET.is_quiet("SMS", now=now, time_zone="Europe/Helsinki") is True
    assert MessageSettings(quiet_from=None, quiet_until=None).is_quiet("SMS", now=now, time_zone="Europe/Oslo") is False
    midday = MessageSettings(quiet_from=time(12), quiet_until=time(13))
    assert midday.is_quiet("SMS", now=now.replace(hour=12), time_zone="Europe/Copenhagen") is True


def test_each_setting_comes_from_the_nearest():
    own = written({"channels": ("SMS", "EMAIL"), "quiet_from": time(20), "digest": False})
    branch = written({"quiet_from": time(22, 30), "channels": ("LETTER",)})

    settings = read_settings(country="SE", own=own, branch=branch)

    assert settings.quiet_from == time(22, 30)
    assert settings.quiet_until == time(8)
    assert (settings.channels, settings.digest) == (("SMS", "EMAIL"), False)
    assert (settings.window_left, read_settings(country="DK", own={}).window_left) == (115, 20)


@pytest.mark.parametrize(
    ("named", "in_use", "falls_back", "expected"),
    [
        ((), ALL, False, ["EMAIL"]),
        (("SMS",), ALL, False, ["SMS"]),
        (("SMS", "PATRON"), ALL, False, ["SMS", "EMAIL"]),
        (("LETTER", "SMS"), ALL, True, ["LETTER", "SMS", "EMAIL", "DIGITAL_POST"]),
        (("SMS", "LETTER"), ("EMAIL", "LETTER"), False, ["LETTER"]),
        (("SMS",), ("EMAIL", "LETTER"), False, ["EMAIL"]),
    ],
)
def test_channels_that_the_rules_name_come_first(named, in_use, falls_back, expected):
    assert named_ways("OVERDUE_1", named, "EMAIL", in_use=in_use, falls_back=falls_back) == expected
