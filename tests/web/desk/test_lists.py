"""The start page and the day's lists: what's there to do at this branch, with counts and ways to it."""

from datetime import timedelta

import pytest

from circulation.models import Hold
from notices.models import Notice, NoticeKind
from tenants.models import JobRun
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    StaffAccountFactory,
    TransitFactory,
)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def elsewhere(rules):
    """Return a branch whose work is none of this desk's."""
    return BranchFactory(name="East Library")


def test_lists_what_to_fetch_for_holds(librarian_client, patron, item):
    HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)

    page = text_of(librarian_client.get("/desk/holds"))

    assert "Lucky Per" in page
    assert "Ingrid S." in page
    assert "Solvang" not in page


def test_lists_what_to_take_off_the_hold_shelf_and_why(librarian_client, patron, item):
    HoldFactory(
        ready=True,
        patron=patron,
        trapped_item=item,
        pickup_branch=item.home_branch,
        shelf_number=47,
        shelf_until=TODAY - timedelta(days=1),
    )

    page = text_of(librarian_client.get("/desk/shelf"))

    assert "1 to take off" in page
    assert "Not collected" in page
    assert "047" in page


def test_ends_a_hold_that_was_not_collected(librarian_client, patron, item):
    yesterday = TODAY - timedelta(days=1)
    hold = HoldFactory(
        ready=True, patron=patron, trapped_item=item, pickup_branch=item.home_branch, shelf_until=yesterday
    )

    page = text_of(librarian_client.post(f"/desk/holds/{hold.pk}/not-collected", follow=True))

    hold.refresh_from_db()
    assert (hold.state, hold.end_reason) == (Hold.State.EXPIRED, "NOT_COLLECTED")
    assert "has ended. Check the item in." in page
    assert item.barcode in page


def test_ends_no_hold_that_still_has_time(librarian_client, patron, item):
    hold = HoldFactory(ready=True, patron=patron, trapped_item=item, pickup_branch=item.home_branch)

    page = text_of(librarian_client.post(f"/desk/holds/{hold.pk}/not-collected", follow=True))

    hold.refresh_from_db()
    assert hold.state == Hold.State.READY
    assert "one to end" in page


def test_lists_overdue_loans_of_this_branch_only(librarian_client, patron, item, elsewhere):
    LoanFactory(item=item, patron=patron, overdue=True)
    LoanFactory(item=ItemFactory(home_branch=elsewhere, record__title="Lent elsewhere"), overdue=True)

    page = text_of(librarian_client.get("/desk/overdue"))

    assert "10 days late" in page
    assert f'href="/desk/patrons/{patron.pk}"' in page
    assert "Lent elsewhere" not in page


def test_lists_what_is_on_its_way_here(librarian_client, desk_branch, elsewhere):
    TransitFactory(item=ItemFactory(home_branch=desk_branch, record__title="On the van"), from_branch=elsewhere)

    page = text_of(librarian_client.get("/desk/transits"))

    assert "On the van" in page
    assert "East Library" in page


def test_counts_the_days_work(librarian_client, patron, item, desk_branch, elsewhere):
    HoldFactory(record=item.record, pickup_branch=desk_branch)
    LoanFactory(item=ItemFactory(home_branch=desk_branch), overdue=True)
    late = {"from_branch": elsewhere, "sent_at": NOW - timedelta(days=4)}
    TransitFactory(item=ItemFactory(home_branch=desk_branch), **late)
    for branch in (desk_branch, elsewhere):
        Notice.objects.create(
            patron=patron,
            branch=branch,
            kind=NoticeKind.COURTESY,
            key=f"courtesy:{branch.pk}",
            channel=Notice.Channel.EMAIL,
            addressee="Ingrid Solvang",
            language="en",
            subject=f"Due soon at {branch.name}",
            body="…",
            state=Notice.State.FAILED,
            created_at=NOW,
        )

    answer = librarian_client.get("/desk/")

    counts = [line["count"] for line in answer.context["work"]]
    assert counts == [1, 0, 1, 1, 0]
    assert answer.context["problem_count"] == 1
    assert "Due soon at Main Library" in text_of(answer)
    assert "Due soon at East Library" not in text_of(answer)


def test_tells_of_a_job_whose_last_run_failed_until_it_has_run_again(librarian_client, rules, alpha, beta):
    for municipality, job, hours, state in (
        (alpha, "fees", 30, "FAILED"),
        (alpha, "fees", 6, "DONE"),
        (alpha, "letters", 6, "FAILED"),
        (beta, "fees", 6, "FAILED"),
    ):
        started = NOW - timedelta(hours=hours)
        JobRun.objects.create(
            municipality=municipality, job=job, local_day=started.date(), state=state, started_at=started
        )
    assert librarian_client.get("/desk/").context["failed_jobs"] == 1
    assert "Jobs of the night that failed" in text_of(librarian_client.get("/desk/"))

    JobRun.objects.filter(state="FAILED").update(state="DONE")

    assert "Jobs of the night that failed" not in text_of(librarian_client.get("/desk/"))


def test_sends_somebody_without_a_branch_to_choose_one(logged_in, alpha):
    answer = logged_in(StaffAccountFactory()).get("/desk/")

    assert answer.url == "/account/branch?next=%2Fdesk%2F"


def test_sends_a_stranger_to_log_in(client_of_alpha):
    assert client_of_alpha.get("/desk/check-out").url == "/account/log-in?next=%2Fdesk%2Fcheck-out"


def test_tells_a_scan_of_somebody_logged_out_by_status_and_header(client_of_alpha):
    answer = client_of_alpha.post("/desk/check-out/scan", {"scan": "1"}, headers={"X-Scan": "1"})

    assert answer.status_code == 403
    assert answer.headers["X-Log-In"] == "/account/log-in"
