"""Two people change one setting: the second reads what the first has saved, and nothing is overwritten."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import resolve, reverse

from catalogue.models import ImportProfile, ImportRun, ImportSource, Vocabulary
from catalogue.services.authorities import Content, add_authority
from catalogue.services.import_profiles import settings_of
from catalogue.services.records import Author
from holdings.models import CalendarDay, ItemType
from notices.models import Notice, NoticeKind
from schools.models import RosterFile
from tenants.models import PolicyTemplate, ProvisioningRun, TemplateRule
from tests.factories import (
    NOW,
    BranchFactory,
    BranchGroupFactory,
    ItemFactory,
    PatronFactory,
    RuleFactory,
    SchoolFactory,
    ShelvingLocationFactory,
    StaffAccountFactory,
)
from tests.schools.rosters import proposed, pupil, roster
from tests.web.console.pages import sent_forms
from web.console import urls_consortium, urls_municipality

# Forms in which somebody types, and in which two people can't overwrite one another.
_ADDS = "it adds something new, and changes nothing that's there"
REASONS = {
    "console:remote_targets": _ADDS,
    "console:add_category": _ADDS,
    "console:add_authority": _ADDS,
    "console:add_import_profile": _ADDS,
    "console:add_import_source": _ADDS,
    "console:add_staff": _ADDS,
    "console:kiosks": _ADDS,
    "console:provision": _ADDS,
    "console:roster_table": "a table's columns are said once; who comes second finds the page gone",
    "console:schools": "it reads a file, whose contents somebody confirms",
    "console:confirm_roster": "a proposal is decided once, and compared anew when it is",
    "console:branch_groups": _ADDS + "; a name that's taken is refused",
    "console:branch_rooms": _ADDS + "; a name that's taken is refused",
    "console:branch_yearly": _ADDS + "; a day that's closed every year already stays as it is",
    "console:transfer_limits": _ADDS + "; a way that's there already is refused or stays",
    "account:columns": "her own choice, saved whole",
    "console:closing": _ADDS + "; days that are closed already are refused",
    "console:imports": "it starts an import",
    "console:rule_case": "it saves nothing",
    "console:suspend": "its reason belongs to this suspension; a municipality that's suspended can't be again",
}


@pytest.fixture
def things(admin_client, alpha):
    """Return what pages are about, by what their addresses call it."""
    RuleFactory()
    account = StaffAccountFactory()
    branch, item, patron = BranchFactory(code="main"), ItemFactory(), PatronFactory()
    notice = Notice.objects.create(
        patron=patron, branch=branch, kind=NoticeKind.COURTESY, key="courtesy:1", channel="EMAIL", created_at=NOW
    )
    school = SchoolFactory()
    stored = default_storage.save("rosters/table", ContentFile(b"Navn;Klasse\nIda;5.B\n"))
    table = RosterFile.objects.create(file_name="t.csv", stored_as=stored, state="ASKING", uploaded_at=NOW)
    return {
        "branch": branch.pk,
        "branch_messages": branch.pk,
        "room": ShelvingLocationFactory(branch=branch).pk,
        "group": BranchGroupFactory().pk,
        "staff_account": account.pk,
        "change_type": item.item_type_id,
        "change_category": patron.category_id,
        "outbox_notice": notice.pk,
        "import": ImportRun.objects.create(
            file_name="a.mrc", source="alpha", municipality=alpha, state=ImportRun.State.DONE, started_at=NOW
        ).pk,
        "change_import_source": source_of(alpha),
        "change_import_profile": ImportProfile.objects.create(name="Supplier", municipality=alpha).pk,
        "import_report": profile_run(alpha),
        "position": 1,
        "job": "overdue-fees",
        "school": school.pk,
        "roster_table": table.pk,
        "roster": proposed(school, roster(school, pupil("u1"))).pk,
        "type": item.item_type_id,
        "category": patron.category_id,
        "account": account.pk,
        "kind": "COURTESY",
        "login": "staff",
        "identity": 1,
        "language": "da",
    }


def source_of(municipality=None):
    """Return a source of records, the consortium's own unless told."""
    profile = ImportProfile.objects.create(name="National", municipality=municipality)
    source = {"name": "National", "address": "https://library.example/oai", "profile": profile}
    return ImportSource.objects.create(municipality=municipality, **source).pk


def profile_run(municipality=None):
    """Return an import by a profile, which has a report; the consortium's own unless told."""
    settings = settings_of(ImportProfile(name="Supplier"))
    return ImportRun.objects.create(
        file_name="b.mrc", source="alpha", municipality=municipality, started_at=NOW, state="DONE", settings=settings
    ).pk


def walk(client, urlconf, patterns, things):
    """Yield the name of each form in which somebody types, and whether it knows what was read."""
    for pattern in patterns:
        at = {name: things[name] for name in pattern.pattern.converters if name != "pk"}
        if "pk" in pattern.pattern.converters:
            at["pk"] = things.get(pattern.name, things["branch"])
        answer = client.get(reverse(f"console:{pattern.name}", kwargs=at, urlconf=urlconf))
        if answer.status_code == 405 or "text/html" not in answer.headers["Content-Type"]:
            continue
        assert answer.status_code == 200, f"Say in `things` what {pattern.name} is about."
        for form in sent_forms(answer):
            to = resolve(form.action.split("#")[0].split("?")[0], urlconf).view_name if form.action else ""
            if form.typed:
                yield to or f"console:{pattern.name}", "as_read" in form.values


def check(found):
    """Return the names of the forms that were seen; each knows what was read, or has a reason not to."""
    found = list(found)
    without = {name for name, is_guarded in found if not is_guarded}
    assert without <= set(REASONS), "these forms let two people overwrite one another"
    assert not {name for name, is_guarded in found if is_guarded} & set(REASONS), "these need no reason any more"
    return {name for name, _ in found}


def test_every_form_of_a_municipality_s_console_knows_what_was_read(admin_client, things):
    seen = check(walk(admin_client, "libsys.urls_municipality", urls_municipality.urlpatterns, things))

    assert seen - set(REASONS) == {
        "console:add_branch",
        "console:add_school",
        "console:add_type",
        "console:barcodes",
        "console:branch",
        "console:branch_days",
        "console:branch_hours",
        "console:branch_messages",
        "console:branch_room",
        "console:cataloguing",
        "console:change_category",
        "console:change_import_profile",
        "console:change_import_source",
        "console:change_rule",
        "console:change_type",
        "console:look",
        "console:message_settings",
        "console:notice",
        "console:school",
        "console:privacy",
        "console:rename_branch_group",
        "console:rule_settings",
        "console:sign_on",
        "console:staff_account",
    }


def test_every_form_of_the_consortium_s_console_knows_what_was_read(operator_client, municipality):
    template = PolicyTemplate.objects.create(code="test", name="Test", country="DK")
    TemplateRule.objects.create(template=template, values={"loan_days": 28})
    run = ProvisioningRun.objects.create(wanted={"name": "Gamma"}, started_at=NOW)
    things = {"branch": municipality.pk, "code": "test", "name": "loan_days", "job": "overdue-fees"}
    things |= {"staff_account": StaffAccountFactory(operator=True).pk, "provisioning": run.pk}
    things |= {"login": "staff", "identity": 1}
    things |= {"provisioning_steps": run.pk, "library_rights": municipality.pk}
    names, _ = Vocabulary.objects.update_or_create(
        code="own-names", defaults={"name": "Names", "agency": "libsys", "kinds": ["PERSON"]}
    )
    said = {"content": Content((("a", "Holm, Karen"),)), "author": Author(None, None), "now": NOW}
    known = add_authority(vocabulary=names, kind="PERSON", **said).pk
    things |= {"vocabulary": "own-names", "kind": "PERSON", "authority": known, "other": known}
    things |= {"authority_history": known, "merge_pk": 1}

    things |= {"import": profile_run(), "import_report": profile_run(), "change_import_source": source_of()}
    things |= {"change_import_profile": ImportProfile.objects.create(name="Supplier").pk, "position": 1}

    seen = check(walk(operator_client, "libsys.urls_consortium", urls_consortium.urlpatterns, things))

    assert seen - set(REASONS) == {
        "console:authority",
        "console:change_import_profile",
        "console:change_import_source",
        "console:library_rights",
        "console:sign_on",
        "console:staff_account",
        "console:template_value",
    }


EDITS = [
    ("/console/kinds/types/{type}", "", "name", "Hers", "Mine"),
    ("/console/kinds/types/{type}", "", "name_sv", "Hers", "Mine"),
    ("/console/kinds/categories/{category}", "", "membership_months", "12", "24"),
    ("/console/privacy", "", "trace_days", "40", "50"),
    ("/console/rules/settings", "", "rules_of_holds", "ITEM_HOME", "PATRON_HOME"),
    ("/console/rules/settings", "", "partner_codes", "147 461", "101"),
    ("/console/messages", "", "reply_to", "hers@library.example", "mine@library.example"),
    ("/console/messages/branches/{branch}", "", "sms_sender", "Hers", "Mine"),
    ("/console/notices/COURTESY/da", "", "body", "Hendes: {items}\nHusk det.", "Min: {items}\nHusk det."),
    ("/console/staff/{account}", "", "name", "Hers", "Mine"),
    ("/console/rules?name=loan_days", "/console/rules/change", "value", "21", "35"),
    ("/console/branches/{branch}", "/console/branches/{branch}/rooms/{room}", "room", "Hers", "Mine"),
    ("/console/branches/groups", "/console/branches/groups/{group}", "name", "Hers", "Mine"),
    ("/console/branches/{branch}", "/console/branches/{branch}/hours#hours", "closes-0", "19:30", "19:45"),
]


@pytest.mark.parametrize(("address", "action", "name", "hers", "mine"), EDITS)
def test_the_second_to_save_reads_it_and_overwrites_nothing(admin_client, things, address, action, name, hers, mine):
    address, action = address.format(**things), action.format(**things)
    [form] = [each for each in sent_forms(admin_client.get(address)) if name in each.values and each.action == action]
    to = (action or address).split("#")[0]
    save = {"save": "1"}

    first = admin_client.post(to, form.values | save | {name: hers})
    second = admin_client.post(to, form.values | save | {name: mine})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Somebody else has saved this meanwhile" in second.content.decode()
    typed = [each.values[name] for each in sent_forms(second) if name in each.values and each.action == action]
    assert typed[0].strip() == mine
    stored = [each.values for each in sent_forms(admin_client.get(address)) if name in each.values]
    assert stored[0][name].strip() == hers


def test_saved_again_after_a_look_it_s_the_second_s(admin_client, things):
    address = f"/console/kinds/types/{things['type']}"
    [form] = sent_forms(admin_client.get(address))
    admin_client.post(address, form.values | {"name": "Hers"})

    [again] = sent_forms(admin_client.post(address, form.values | {"name": "Mine"}))
    saved = admin_client.post(address, again.values)

    assert (saved.status_code, again.values["name"]) == (302, "Mine")
    assert ItemType.objects.get(pk=things["type"]).name == "Mine"


def test_what_she_left_alone_takes_the_other_s_value(admin_client, things):
    address = f"/console/kinds/categories/{things['category']}"
    [form] = sent_forms(admin_client.get(address))
    admin_client.post(address, form.values | {"membership_months": "12"})

    answer = admin_client.post(address, form.values | {"name": "Mine"})

    [shown] = sent_forms(answer)
    assert answer.status_code == 409
    assert (shown.values["membership_months"], shown.values["name"]) == ("12", "Mine")


@pytest.mark.parametrize("what", ["close", "open", "clear"])
def test_a_day_that_somebody_else_has_decided_on_stays(admin_client, things, what):
    address = f"/console/branches/{things['branch']}"
    day = {"day": "2026-12-31", "reason": "Mine"}
    form = next(each for each in sent_forms(admin_client.get(address)) if "what" in each.values)
    admin_client.post(f"{address}/days", form.values | {"day": "2026-12-31", "what": "open", "reason": "Hers"})

    answer = admin_client.post(f"{address}/days", form.values | day | {"what": what})

    assert answer.status_code == 409
    assert list(CalendarDay.objects.values_list("is_open", "reason")) == [(True, "Hers")]


def test_a_template_s_value_isn_t_overwritten(operator_client, consortium):
    template = PolicyTemplate.objects.create(code="test", name="Test", country="DK")
    TemplateRule.objects.create(template=template, values={"loan_days": 28})
    address = "/templates/test/loan_days"
    read = {}
    for name, days in (("hers", "10"), ("mine", "12")):
        [form] = sent_forms(operator_client.get(address))
        [seen] = sent_forms(operator_client.post(address, form.values | {"value": days}))
        read[name] = seen.values | {"confirmed": "1"}

    assert operator_client.post(address, read["hers"]).status_code == 302
    answer = operator_client.post(address, read["mine"])

    assert (answer.status_code, "Saved meanwhile: “10 days”" in answer.content.decode()) == (409, True)
    assert TemplateRule.objects.get(template=template).values == {"loan_days": 10}
