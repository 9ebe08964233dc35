"""Own item types and patron categories have a name in each language, and readers of it see that one."""

import pytest

from accounts.models import AuditEntry
from circulation.models import TransferLimit
from holdings.models import ItemType
from patrons.models import PatronCategory
from tests.factories import TODAY, BranchFactory, ItemFactory, ItemTypeFactory, PatronCategoryFactory, PatronFactory
from tests.web.console.pages import sent_forms

NAMES = {"sv": "Verktyg", "fi": "Työkalu"}


@pytest.fixture
def in_danish(admin_client, alpha):
    """Let the municipality's own language be Danish."""
    type(alpha).objects.filter(pk=alpha.pk).update(language="da")


def read_in(client, language):
    """Let the client read pages in a language."""
    client.cookies["language"] = language
    return client


@pytest.mark.parametrize(
    ("model", "kinds", "more"),
    [(ItemType, "types", {"is_lent": "on"}), (PatronCategory, "categories", {"kind": "ADULT"})],
)
def test_a_name_for_each_other_language_is_filled_in_and_kept(admin_client, in_danish, model, kinds, more):
    sent = {"code": "own", "name": "Eget", "name_sv": " Eget hos oss ", "name_fi": "", "name_en": "Own"} | more
    assert admin_client.post(f"/console/kinds/{kinds}/add", sent).status_code == 302
    own = model.objects.get(code="own")
    assert own.names == {"sv": "Eget hos oss", "en": "Own"}

    address = f"/console/kinds/{kinds}/{own.pk}"
    [form] = sent_forms(admin_client.get(address))
    shown = {name: text for name, text in form.values.items() if name.startswith("name")}
    assert shown == {"name": "Eget", "name_sv": "Eget hos oss", "name_fi": "", "name_en": "Own"}
    assert admin_client.post(address, form.values | {"name_sv": ""}).status_code == 302

    own.refresh_from_db()
    assert own.names == {"en": "Own"}
    entry = AuditEntry.objects.get(action__contains=".change_", subject_id=own.pk)
    before, after = entry.facts["names"]["before"], entry.facts["names"]["after"]
    assert (entry.actor_id, before, after) == (admin_client.staff.pk, {"sv": "Eget hos oss", "en": "Own"}, own.names)


def test_a_name_that_is_too_long_changes_nothing(admin_client, in_danish):
    tool = ItemTypeFactory(name="Redskab", names=NAMES)

    answer = admin_client.post(f"/console/kinds/types/{tool.pk}", {"name": "Redskab", "name_fi": "x" * 61})

    tool.refresh_from_db()
    assert (answer.status_code, tool.names) == (422, NAMES)


# In a language without a name, and in the municipality's own, the plain name stands.
@pytest.mark.parametrize(
    ("language", "shown"), [("sv", "Verktyg"), ("fi", "Työkalu"), ("en", "Redskab"), ("da", "Redskab")]
)
def test_readers_see_the_name_in_their_language(admin_client, librarian_client, in_danish, language, shown):
    named = {"name": "Redskab", "names": NAMES | {"da": "Gammelt"}}
    item = ItemFactory(item_type=ItemTypeFactory(**named))
    patron = PatronFactory(category=PatronCategoryFactory(**named))
    pages = {
        librarian_client: [f"/desk/items/{item.barcode}", f"/desk/patrons/{patron.pk}", "/desk/item-list"],
        admin_client: ["/console/kinds", "/console/rules?name=loan_days", "/console/branches/not-sent"],
    }
    for client, addresses in pages.items():
        for address in addresses:
            text = read_in(client, language).get(address, follow=True).content.decode()
            others = {"Redskab", "Gammelt", *NAMES.values()} - {shown}
            assert shown in text, address
            assert not [name for name in others if name in text], address


# "Sav" and "Boremaskine" in Danish, "Avsågare" and "Borr" in Swedish; English has no names of its own.
@pytest.mark.parametrize(("language", "first"), [("sv", "saw"), ("en", "drill"), ("da", "drill")])
def test_lists_are_ordered_by_the_name_that_is_shown(
    admin_client, librarian_client, desk_branch, in_danish, language, first
):
    kinds = {
        "saw": {"name": "Sav", "names": {"sv": "Avsågare"}},
        "drill": {"name": "Boremaskine", "names": {"sv": "Borr"}},
    }
    for code, kind in kinds.items():
        category = PatronCategoryFactory(code=code, **kind)
        PatronFactory(category=category, home_branch=desk_branch, expires_on=TODAY)
        item_type = ItemTypeFactory(code=code, **kind)
        TransferLimit.objects.create(from_branch=desk_branch, to_branch=BranchFactory(), item_type=item_type)

    members = read_in(librarian_client, language).get("/desk/memberships", {"order": "memberships:category"})
    limits = read_in(admin_client, language).get("/console/branches/not-sent", {"order": "transfer-limits:item-type"})

    assert [each.category.code for each in members.context["patrons"]][0] == first
    assert [each.item_type.code for each in limits.context["limits"]][0] == first
