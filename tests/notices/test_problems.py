import pytest
from django.core import mail

from accounts.models import AuditEntry
from notices import relevance
from notices.errors import NoticeRefused
from notices.models import Notice, NoticeKind
from notices.selectors import counts_by_state, notices_of, outbox, problem_notices
from notices.services.problems import send_again, set_aside
from notices.services.sending import send_batch
from tests.factories import BranchFactory, PatronFactory, StaffAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch):
    monkeypatch.setattr(relevance, "_checks", {})


@pytest.fixture
def staff(alpha):
    return StaffAccountFactory()


@pytest.fixture
def notice_of(alpha, now):
    branch = BranchFactory()
    numbers = iter(range(1000))

    def make(patron=None, **changes):
        patron = patron or PatronFactory()
        return Notice.objects.create(
            **{
                "patron": patron,
                "branch": branch,
                "kind": NoticeKind.OVERDUE_1,
                "key": f"key-{next(numbers)}",
                "channel": "EMAIL",
                "address": patron.email,
                "addressee": patron.display_name,
                "language": "da",
                "subject": "Påmindelse",
                "body": "Kære\n",
                "created_at": now,
                **changes,
            }
        )

    return make


def test_sends_again_to_the_address_that_is_known_by_now(notice_of, staff, now):
    patron = PatronFactory(email="")
    notice = notice_of(patron, state="FAILED", problem="NO_ADDRESS", address="")
    patron.email = "new@post.example"
    patron.save()

    send_again(notice=notice, staff=staff, now=now)
    send_batch(now=now)

    assert mail.outbox[0].to == ["new@post.example"]
    assert AuditEntry.objects.get(action="notices.send_again").facts == {"before": "FAILED", "channel": "EMAIL"}


def test_sends_an_uncertain_message_again_only_when_told(notice_of, staff, now):
    notice = notice_of(state="UNCERTAIN", problem="INTERRUPTED", claimed_at=now, attempts=3)

    notice = send_again(notice=notice, staff=staff, now=now)

    assert (notice.state, notice.problem, notice.attempts, notice.claimed_at) == ("QUEUED", "", 0, None)


def test_refuses_to_send_where_there_still_is_no_address(notice_of, staff, now):
    notice = notice_of(PatronFactory(email=""), state="FAILED", problem="NO_ADDRESS")

    with pytest.raises(NoticeRefused) as refusal:
        send_again(notice=notice, staff=staff, now=now)

    assert refusal.value.codes == ["NO_ADDRESS"]
    assert [problem.pk for problem in problem_notices()] == [notice.pk]


def test_sets_a_problem_aside(notice_of, staff, now):
    notice = notice_of(state="UNCERTAIN")

    notice = set_aside(notice=notice, staff=staff, now=now)

    assert (notice.state, notice.problem) == ("CANCELLED", "SET_ASIDE")
    assert problem_notices() == []


@pytest.mark.parametrize("action", [send_again, set_aside])
@pytest.mark.parametrize("state", ["QUEUED", "SENDING", "SENT", "CANCELLED"])
def test_decides_on_problems_only(notice_of, staff, now, action, state):
    notice = notice_of(state=state)

    with pytest.raises(NoticeRefused) as refusal:
        action(notice=notice, staff=staff, now=now)

    assert refusal.value.codes == ["NOT_A_PROBLEM"]


def test_administrator_may_decide_too(notice_of, now):
    notice = set_aside(notice=notice_of(state="FAILED"), staff=StaffAccountFactory(it_admin=True), now=now)

    assert notice.state == "CANCELLED"


def test_is_not_for_the_consortium(notice_of, now):
    with pytest.raises(NoticeRefused) as refusal:
        send_again(notice=notice_of(state="FAILED"), staff=StaffAccountFactory(operator=True), now=now)

    assert refusal.value.codes == ["NOT_PERMITTED"]


def test_pages_through_the_outbox(notice_of):
    notices = [notice_of() for _ in range(5)]

    first = outbox(size=2)
    second = outbox(size=2, before=first.next_before)
    last = outbox(size=2, before=second.next_before)

    assert [page.notices for page in (first, second, last)] == [
        (notices[4], notices[3]),
        (notices[2], notices[1]),
        (notices[0],),
    ]
    assert last.next_before is None


def test_filters_the_outbox(notice_of):
    patron = PatronFactory()
    sent = notice_of(patron, state="SENT", kind=NoticeKind.COURTESY)
    notice_of(patron)
    notice_of(state="SENT")

    assert outbox(state="SENT", kind="COURTESY", patron=patron).notices == (sent,)
    assert outbox(channel="LETTER").notices == ()


def test_lists_a_patrons_newest_messages(notice_of):
    patron = PatronFactory()
    notices = [notice_of(patron) for _ in range(3)]
    notice_of()

    assert notices_of(patron, limit=2) == [notices[2], notices[1]]


def test_counts_by_state(notice_of):
    notice_of(state="SENT")
    notice_of(state="SENT")
    notice_of(state="FAILED")

    assert counts_by_state() == {
        "QUEUED": 0,
        "SENDING": 0,
        "SENT": 2,
        "FAILED": 1,
        "UNCERTAIN": 0,
        "CANCELLED": 0,
    }
