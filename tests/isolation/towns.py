"""Two municipalities full of things: one of each kind, each with words and numbers that occur nowhere else."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.models import AuditEntry, StaffAccount, StaffIdentity
from accounts.services.invitations import invite
from catalogue.marc.records import Flavour
from catalogue.models import (
    BibliographicRecord,
    Change,
    HoldingsSummary,
    ImportEntry,
    ImportOutcome,
    ImportProfile,
    ImportRun,
    ImportSource,
    RemoteTarget,
    Vocabulary,
)
from catalogue.selectors.authorities import get_authority
from catalogue.selectors.authority_versions import merges_into
from catalogue.services.authorities import Content, add_authority
from catalogue.services.authority_merges import merge_authorities
from catalogue.services.import_profiles import settings_of
from catalogue.services.records import Author
from circulation.models import (
    CirculationRule,
    DebtBatch,
    DebtClaim,
    Loan,
    LocalUse,
    OutageScan,
    RotatingCollection,
    RuleChange,
    SubscribedIssue,
    Subscription,
    Till,
    TransferLimit,
)
from circulation.services.bulk_changes import propose_change
from circulation.services.fees import take_payment
from circulation.services.rotations import SENT, add_item, add_stop, plan_rotation
from common.audit import record
from common.encryption import encrypt, keyed_hash
from holdings.services.orders import BranchCopies, Copies, OrderFacts, order_copies
from notices.models import Notice, NoticeTemplate, PrintRun
from patrons.rules.searches import Asked
from patrons.services.saved_searches import save_search
from patrons.services.shelves import add_shelf, put_on_shelf, share_shelf
from schools.models import RosterFile
from schools.services.rosters import propose
from staffing.services import MacroContent, add_kiosk, keep_search, save_macro
from tenants.models import Municipality
from tests.factories import (
    NOW,
    BlockFactory,
    BranchFactory,
    BranchGroupFactory,
    ClassMembershipFactory,
    ContactPersonFactory,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    ItemFactory,
    ItemTypeFactory,
    LoanFactory,
    PatronCategoryFactory,
    PatronFactory,
    PatronNoteFactory,
    RecordFactory,
    RuleFactory,
    SchoolClassFactory,
    SchoolFactory,
    ShelvingLocationFactory,
    StaffAccountFactory,
    TransitFactory,
)
from tests.isolation.catalog import tables_of
from tests.schools.rosters import A, roster
from tests.schools.rosters import pupil as a_pupil

PIN = "4711"
# Far beyond what a test makes, so that a number of Beta's means nothing in Alpha.
FIRST_NUMBER = {"alpha": 1, "beta": 7_000_001}
ROLES = ("LIBRARIAN", "SUPERVISOR", "SCHOOL_LIBRARIAN", "IT_ADMIN")
_HASHED_PIN = make_password(PIN)
# Where the table of pupils lies that each municipality has uploaded.
TABLE = "rosters/table"


@dataclass
class Town:
    """A municipality, its things by kind, and the words that nobody outside may read.

    :ivar things: {kind: what addresses and forms call it by}
    :ivar secrets: in small letters
    """

    municipality: Municipality
    things: dict[str, Any] = field(default_factory=dict)
    staff: dict[str, StaffAccount] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def word(self, about: str) -> str:
        """Return a word that only this municipality has."""
        word = f"Zq{self.municipality.schema_name}{about}"
        self.secrets.add(word.lower())
        return word

    def number(self, kind: str) -> str:
        """Return a number as cards and items have, that only this municipality has."""
        serial = next(_serials)
        number = f"{kind}566{serial:07d}"
        self.secrets.add(number)
        return number


_serials = itertools.count(4_000_000)


def build_town(municipality: Municipality) -> Town:
    """Fill a municipality with one thing of each kind and return it; it stays chosen."""
    connection.set_tenant(municipality)
    _number_from(municipality.schema_name)
    town = Town(municipality)
    things = town.things
    main = BranchFactory(
        code=town.word("main").lower(), name=town.word("Library"), address=town.word("Street"), phone=town.number("9")
    )
    school = BranchFactory(code=town.word("school").lower(), name=town.word("School"), school=True)
    item_type = ItemTypeFactory(code=town.word("type").lower(), name=town.word("Booktype"))
    category = PatronCategoryFactory(code=town.word("cat").lower(), name=town.word("Category"))
    things |= {
        "branch": main.pk,
        "other_branch": school.pk,
        "branch_group": BranchGroupFactory(name=town.word("Group")).pk,
        "item_type": item_type.pk,
        "type_code": item_type.code,
        "category": category.pk,
        "category_code": category.code,
        "location": ShelvingLocationFactory(branch=main, name=town.word("Room")).pk,
    }
    RuleFactory(set={"block_at_debt": None})
    _add_staff(town, main)
    patron = _add_patron(town, main, category)
    _add_circulation(town, main, school, item_type, patron)
    _add_money(town, main, patron)
    _add_class(town, school)
    _add_traces(town, main, patron)
    return town


def build_consortium() -> Town:
    """Give the consortium its operator; the shared schema stays chosen."""
    connection.set_schema_to_public()
    town = Town(Municipality.objects.get(schema_name="public"))
    town.staff["OPERATOR"] = StaffAccountFactory(
        username=town.word("Operator").lower(), name=town.word("Opal"), operator=True
    )
    town.things |= {"account": town.staff["OPERATOR"].pk, "remote_target": _add_catalogue(town)}
    town.things["identity"] = _identity_of(town, town.staff["OPERATOR"])
    _add_imports(town, None)
    town.things |= {"authority": _add_authority("Holm, Karen"), "other_authority": _add_authority("Holm, K.")}
    town.things |= _merge_authorities(_add_authority("Berg, Karen"), _add_authority("Berg, K."))
    return town


def _number_from(schema: str) -> None:
    with connection.cursor() as cursor:
        # A table whose rows are numbered by another's has none of its own.
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = %s AND column_name = 'id' AND is_identity = 'YES'",
            [schema],
        )
        numbered = {name for (name,) in cursor.fetchall()}
        for table in sorted(tables_of(schema) & numbered - {"django_migrations"}):
            cursor.execute(f'ALTER TABLE "{schema}"."{table}" ALTER COLUMN id RESTART WITH {FIRST_NUMBER[schema]}')


def _add_staff(town: Town, branch: Any) -> None:
    from staffing.models import DeskHabits  # beside its only use

    for role in ROLES:
        account = StaffAccountFactory(
            username=town.word(role).lower(),
            name=town.word(f"{role.title()}Name"),
            email=f"{town.word(role)}@a.example",
        )
        account.role = role
        account.save(update_fields=["role"])
        DeskHabits.objects.create(account=account, branch=branch)
        town.staff[role] = account
    invited = StaffAccountFactory(username=town.word("invited").lower(), name=town.word("Invited"))
    town.things |= {"account": invited.pk, "token": invite(account=invited, now=NOW)}
    town.things["identity"] = _identity_of(town, invited)


def _identity_of(town: Town, account: StaffAccount) -> int:
    issuer = f"https://{town.word('idp').lower()}.example"
    return StaffIdentity.objects.create(account=account, issuer=issuer, subject="x", linked_at=NOW).pk


def _add_patron(town: Town, branch: Any, category: Any) -> Any:
    national_id = f"010184{next(_serials) % 10_000:04d}"
    town.secrets.add(national_id)
    card = town.number("2")
    patron = PatronFactory(
        card=card,
        given_name=town.word("Anna"),
        family_name=town.word("Holm"),
        category=category,
        home_branch=branch,
        email=f"{town.word('Mail')}@post.example".lower(),
        phone=town.number("8"),
        address=town.word("Road"),
        pin=_HASHED_PIN,
        national_id_encrypted=encrypt(national_id),
        national_id_hash=keyed_hash(national_id),
    )
    note = PatronNoteFactory(patron=patron, text=town.word("Note"))
    contact = ContactPersonFactory(patron=patron, name=town.word("Contact"))
    child = PatronFactory(child=True, given_name=town.word("Bo"), category=category, home_branch=branch)
    GuardianshipFactory(child=child, guardian=patron)
    block = BlockFactory(patron=PatronFactory(home_branch=branch, category=category), reason=town.word("Blocked"))
    shelf = share_shelf(shelf=add_shelf(patron=patron, name=town.word("Shelf"), now=NOW), is_shared=True)
    put_on_shelf(shelf=shelf, title=RecordFactory(), now=NOW)
    asked = Asked(text=town.word("Searched"))
    saved = save_search(patron=patron, name=town.word("Search"), asked=asked, notifies=True, now=NOW)
    town.things |= {
        "patron": patron.pk,
        "list": shelf.pk,
        "list_key": shelf.share_key,
        "search": saved.pk,
        "note": note.pk,
        "contact": contact.pk,
        "child": child.pk,
        "card_row": patron.cards.get().pk,
        "card": card,
        "national_id": national_id,
        "family_name": patron.family_name,
        "block": block.pk,
        "blocked_patron": block.patron_id,
    }
    return patron


def _add_circulation(town: Town, main: Any, school: Any, item_type: Any, patron: Any) -> None:
    def item(**columns: Any) -> Any:
        made = ItemFactory(
            barcode=town.number("3"), home_branch=main, item_type=item_type, note=town.word("Scuffed"), **columns
        )
        HoldingsSummary.objects.create(
            record=made.record, municipality=town.municipality, branch_code=main.code, items=1, loanable=1
        )
        return made

    shelved, lent, late = item(), item(), item()
    loan = LoanFactory(item=lent, patron=patron, lending_branch=main)
    overdue = LoanFactory(item=late, patron=patron, lending_branch=main, overdue=True)
    childs = LoanFactory(item=item(), patron_id=town.things["child"], lending_branch=main)
    queued = HoldFactory(record=lent.record, patron=PatronFactory(home_branch=main), pickup_branch=main)
    waiting = HoldFactory(record=RecordFactory(), patron=patron, pickup_branch=main, note=town.word("Wish"))
    ready = HoldFactory(patron=patron, pickup_branch=main, ready=True, trapped_item=item())
    transit = TransitFactory(item=item(), from_branch=school, to_branch=main)
    fee = FeeFactory(patron=patron, branch=main, description=town.word("Mug"), amount=Decimal("40.00"))
    receipt = take_payment(
        patron=patron,
        amount=Decimal("5.00"),
        method="CASH",
        staff=town.staff["LIBRARIAN"],
        now=NOW,
        form_id=town.word("form").lower(),
    )
    tour = plan_rotation(name=town.word("Tour"), note=town.word("Crate"), staff=town.staff["LIBRARIAN"])
    add_stop(collection=tour, branch=school, planned_on=None, staff=town.staff["LIBRARIAN"])
    add_item(collection=tour, item=shelved, staff=town.staff["LIBRARIAN"])
    subscription = Subscription.objects.create(
        record=shelved.record,
        branch=main,
        every="WEEK",
        first_on=NOW.date(),
        item_type=shelved.item_type,
        supplier=town.word("Agent"),
    )
    owed = SubscribedIssue.objects.create(
        subscription=subscription,
        volume="2026:1",
        expected_on=NOW.date() - timedelta(days=40),
        state="CLAIMED",
        claims=1,
        claimed_on=NOW.date(),
        changed_at=NOW,
    )
    order = order_copies(
        record=shelved.record,
        facts=OrderFacts(town.word("Bookshop"), NOW.date(), note=town.word("Urgent")),
        copies=Copies(shelved.item_type, [BranchCopies(main, 1)]),
        actor=town.staff["LIBRARIAN"],
        now=NOW,
    )
    limit = TransferLimit.objects.create(from_branch=school, to_branch=main)
    LocalUse.objects.create(item=shelved, branch=main, used_at=NOW, used_on=NOW.date())
    bulk = propose_change(
        barcodes=[shelved.barcode],
        changes={"status": "WITHDRAWN"},
        reason=town.word("Worn"),
        staff=town.staff["LIBRARIAN"],
        now=NOW,
    )
    town.things |= {
        "bulk_change": bulk.pk,
        "rotation": tour.pk,
        "subscription": subscription.pk,
        "supplier": subscription.supplier,
        "owed_issue": f"{subscription.pk}|{owed.volume}",
        "order": order.pk,
        "ordered_item": order.copies.get().pk,
        "item": shelved.pk,
        "barcode": shelved.barcode,
        "lent_barcode": lent.barcode,
        "title": shelved.record_id,
        "other_title": waiting.record_id,
        "loan": loan.pk,
        "overdue_loan": overdue.pk,
        "childs_loan": childs.pk,
        "hold": waiting.pk,
        "move_dialog": f"move-{waiting.pk}",
        "ready_hold": ready.pk,
        "queued_hold": queued.pk,
        "fee": fee.pk,
        "payment": receipt.number,
        "shelf_barcode": ready.trapped_item.barcode,
        "travelling_item": transit.item_id,
        "transfer_limit": limit.pk,
    }


def _add_money(town: Town, branch: Any, patron: Any) -> None:
    till = Till.objects.create(branch=branch, name=town.word("Till"))
    debt = FeeFactory(patron=patron, branch=branch, description=town.word("Debt"), amount=Decimal("70.00"))
    batch = DebtBatch.objects.create(made_at=NOW, form_id=town.word("batch").lower())
    amounts = dict.fromkeys(("amount", "outstanding", "told"), debt.balance)
    claim = DebtClaim.objects.create(batch=batch, fee=debt, liable=patron, changed_at=NOW, **amounts)
    batch.lines = [{"what": "CLAIM", "claim": claim.pk, "amount": "70.00", "outstanding": "70.00"}]
    batch.save()
    town.things |= {"till": till.pk, "batch": batch.pk, "claim": claim.pk}


def _add_class(town: Town, school: Any) -> None:
    school_class = SchoolClassFactory(
        branch=school, name=town.word("5B"), teacher=PatronFactory(home_branch=school, given_name=town.word("Teacher"))
    )
    pupil = PatronFactory(child=True, home_branch=school, given_name=town.word("Pupil"), card=town.number("2"))
    ClassMembershipFactory(school_class=school_class, pupil=pupil)
    town.things |= {"class": school_class.pk, "pupil": pupil.pk}
    known = SchoolFactory(branch=school)
    person = replace(a_pupil("u1"), given_name=town.word("Newcomer"))
    update = propose(
        school=known,
        export=roster(known, person, groups=[replace(A, name=town.word("6A"))]),
        source="UPLOAD",
        file_name=town.word("export.xml"),
        staff=None,
        now=NOW,
    )
    file = RosterFile.objects.create(file_name=town.word("export.xml"), stored_as="rosters/none", uploaded_at=NOW)
    table = RosterFile.objects.create(file_name="t", stored_as=TABLE, state="ASKING", uploaded_at=NOW)
    town.things["roster_table"], town.things["table"] = table.pk, town.word("Child")
    town.things |= {"school": known.pk, "roster": update.pk if update else 0, "roster_file": file.pk}


def _add_traces(town: Town, branch: Any, patron: Any) -> None:
    notice = Notice.objects.create(
        patron=patron,
        branch=branch,
        kind="OVERDUE_1",
        key=f"{town.municipality.schema_name}:1",
        channel="EMAIL",
        address=patron.email,
        addressee=town.word("Addressee"),
        language="en",
        subject=town.word("Subject"),
        body=town.word("Body"),
        state=Notice.State.FAILED,
        problem="MAIL_SERVER",
        created_at=NOW - timedelta(days=1),
    )
    printed = PrintRun.objects.create(branch=branch, made_at=NOW, made_by=town.word("Printer"), letters=1)
    Notice.objects.create(
        patron=patron,
        branch=branch,
        kind="OVERDUE_1",
        key=f"{town.municipality.schema_name}:2",
        channel="LETTER",
        address=town.word("Street"),
        addressee=town.word("Receiver"),
        language="en",
        subject=town.word("Printed"),
        body=town.word("Paper"),
        state=Notice.State.SENT,
        print_run=printed,
        created_at=NOW - timedelta(days=1),
    )
    NoticeTemplate.objects.create(kind="COURTESY", language="da", subject=town.word("Own"), body=town.word("Text"))
    librarian = town.staff["LIBRARIAN"]
    loan = Loan.objects.get(pk=town.things["loan"])
    entry = record(
        action="circulation.check_out", actor=librarian, subject=loan, facts={"barcode": town.things["lent_barcode"]}
    )
    tour = RotatingCollection.objects.get(pk=town.things["rotation"])
    nowhere = {"stop": 0, "left": None, "transits": []}
    sending = record(action=SENT, actor=librarian, subject=tour, facts={"to": "x", "items": 0, "before": nowhere})
    AuditEntry.objects.filter(pk__in=[entry.pk, sending.pk]).update(at=NOW - timedelta(minutes=5))
    machine, token = add_kiosk(name=town.word("Machine"), branch=branch, asks_pin=False, actor=librarian, now=NOW)
    town.things |= {"kiosk": machine.pk, "kiosk_token": token}
    shared = MacroContent(town.word("Macro"), Flavour.MARC21, "+ 500 ## $aGood", number=1, is_shared=True)
    kept = keep_search(name=town.word("Search"), query="?q=sea", is_shared=True, actor=librarian)
    town.things["search"] = kept.pk
    town.things["macro"] = save_macro(content=shared, actor=librarian).pk
    left = OutageScan.objects.create(
        scan_id=f"out-{town.municipality.schema_name}",
        kind=OutageScan.Kind.CHECK_OUT,
        state=OutageScan.State.OPEN,
        text=town.things["barcode"],
        patron=patron,
        item_id=town.things["item"],
        branch=branch,
        happened_text=town.word("Said"),
        sent_by=librarian,
        sent_at=NOW,
        reasons=[["TIME_UNREADABLE", "blocking", "", {}]],
    )
    _add_imports(town, town.municipality)
    town.things |= {"outage_scan": left.pk, "remote_target": _add_catalogue(town)}
    change = RuleChange.objects.create(
        rule=CirculationRule.objects.earliest("pk"),
        name="loan_days",
        after={"value": 28},
        at=NOW,
        by=town.word("Changer"),
    )
    town.things |= {
        "rule_change": change.pk,
        "notice": notice.pk,
        "print_run": printed.pk,
        "entry": entry.pk,
        "sending": sending.pk,
    }


def announce_titles() -> None:
    """Put every title into the change feed, for the search index to follow."""
    Change.objects.bulk_create(
        Change(record_id=pk, kind=Change.Kind.RECORD, at=NOW)
        for pk in BibliographicRecord.objects.values_list("pk", flat=True)
    )


def _add_authority(heading: str) -> int:
    said = {"name": "Names", "agency": "libsys", "kinds": ["PERSON"]}
    vocabulary, _ = Vocabulary.objects.get_or_create(code="own-names", defaults=said)
    content = Content(parts=(("a", heading),))
    return add_authority(vocabulary=vocabulary, kind="PERSON", content=content, author=Author(None, None), now=NOW).pk


def _merge_authorities(winner: int, loser: int) -> dict[str, int]:
    both = {"winner_id": winner, "winner_version": 1, "loser_id": loser, "loser_version": 1}
    merge_authorities(**both, author=Author(None, None), now=NOW)
    return {"authority_with_merge": winner, "authority_merge": merges_into(get_authority(winner))[0].pk}


def _add_catalogue(town: Town) -> int:
    # Where nobody is asked: it isn't on the public network.
    return RemoteTarget.objects.create(
        municipality=town.municipality,
        name=town.word("Catalogue"),
        address="https://127.0.0.1/sru",
        record_schema="marcxml",
        isbn_index="bath.isbn",
    ).pk


def _add_imports(town: Town, municipality: Municipality | None) -> None:
    run = ImportRun.objects.create(
        file_name=f"{town.word('File')}.mrc",
        source=town.municipality.schema_name,
        municipality=municipality,
        state=ImportRun.State.DONE,
        started_at=NOW,
        failures=[{"number": 1, "control_number": town.word("Failure"), "code": "BAD_LEADER"}],
    )
    profile = ImportProfile.objects.create(municipality=municipality, name=town.word("Profile"))
    by_profile = ImportRun.objects.create(
        file_name=f"{town.word('Delivery')}.mrc",
        source=town.municipality.schema_name,
        municipality=municipality,
        state=ImportRun.State.RUNNING,
        started_at=NOW,
        profile_name=profile.name,
        settings=settings_of(profile),
        position=1,
    )
    ImportEntry.objects.create(
        run=by_profile, position=1, title=town.word("Asked"), outcome=ImportOutcome.ASKED, raw=b"unreadable"
    )
    source = ImportSource.objects.create(
        municipality=municipality,
        name=town.word("Source"),
        address="http://127.0.0.1/oai",
        profile=ImportProfile.objects.create(municipality=municipality, name=town.word("Nightly")),
    )
    town.things |= {"import_source": source.pk, "import_run": run.pk}
    town.things |= {"import_profile": profile.pk, "profile_run": by_profile.pk}
