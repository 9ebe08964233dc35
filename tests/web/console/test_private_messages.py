"""What's between a patron and her own searches: staff see that there was a message, and not what it says."""

from notices.models import Notice
from notices.selectors import real_cases
from tests.factories import NOW, PatronFactory


def test_no_page_of_staff_s_says_what_a_private_message_does(supervisor_client, admin_client, desk_branch):
    patron = PatronFactory(home_branch=desk_branch)
    told = Notice.objects.create(
        patron=patron,
        branch=desk_branch,
        kind="NEW_TITLES",
        key="NEW_TITLES:1",
        channel="EMAIL",
        address="ingrid@post.example",
        addressee="Ingrid",
        language="en",
        subject="New titles: Zqluck",
        body="Zqlucky Per",
        context={"search": "Zqluck"},
        state="FAILED",
        problem="ADDRESS_REFUSED",
        created_at=NOW,
    )

    pages = {
        supervisor_client: [f"/desk/patrons/{patron.pk}", "/desk/messages", "/desk/"],
        admin_client: ["/console/outbox", f"/console/outbox/{told.pk}", "/console/notices"],
    }
    for client, addresses in pages.items():
        texts = [client.get(address).content.decode() for address in addresses]
        assert "zqluck" not in "".join(texts).lower()
        assert "new titles of a saved search" in "".join(texts).lower()
    assert real_cases("NEW_TITLES") == []
