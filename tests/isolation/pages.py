"""Every address of the system: who may open it, and what its address and its form name.

A test walks both URL maps and fails when an address isn't here, or is here and gone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver

from accounts.rules import Permission, permissions_of

ANYBODY, PATRON, ANY_STAFF, MACHINE = "anybody", "patron", "any staff", "self-check machine"

# Names of things as `tests.isolation.towns` makes them; only a value after "=" stands for itself.
Names = Mapping[str, str]
# What belongs to all municipalities.
SHARED = {"title"}


@dataclass(frozen=True)
class Page:
    """An address.

    :ivar who: ANYBODY, PATRON, ANY_STAFF or the permission that staff need
    :ivar at: its parameters, by the kind of thing they name
    :ivar asks: what a query may say, as far as it names things
    :ivar sends: what its form says; a page that has none can't be posted to
    """

    who: str
    at: Names = field(default_factory=dict)
    asks: Names = field(default_factory=dict)
    sends: Names | None = None

    @property
    def names_own_things(self) -> bool:
        """Whether its address names a thing that one municipality has and another hasn't."""
        return any(kind not in SHARED and not kind.startswith("=") for kind in self.at.values())


_ADMIN, _DESK, _CLASSES = Permission.ADMINISTER, Permission.CIRCULATE, Permission.LEND_TO_CLASSES
_OPERATOR = Permission.OPERATE_CONSORTIUM
_PROFILE = {"name": "=Deliveries", "matches_from": "=90", "min_quality": "=0"} | {
    "on_match": "=SKIP",
    "on_no_match": "=NEW",
    "on_unsure": "=ASK",
    "on_poor": "=SKIP",
}
_SOURCE = {"name": "=National", "address": "=https://library.example/oai", "prefix": "=marcxml"} | {
    "profile": "import_profile"
}
_SCAN = {"scan": "barcode", "scan_id": "=scan-1", "item": "item"}

ACCOUNT = {
    "account:log_in": Page(ANYBODY, sends={"username": "=nobody", "password": "=wrong"}),
    "account:log_out": Page(ANYBODY, sends={}),
    "account:invitation": Page(ANYBODY, {"token": "token"}, sends={"password": "=short", "again": "=short"}),
    "account:accept_by_sign_on": Page(ANYBODY, {"token": "token", "kind": "=staff"}, sends={}),
    "account:sign_on": Page(ANYBODY, {"kind": "=staff"}),
    "account:sign_on_back": Page(ANYBODY, {"kind": "=staff"}, asks={"code": "=x", "state": "=y"}),
    "account:connect": Page(ANY_STAFF, {"kind": "=staff"}, sends={"password": "=wrong"}),
    "account:overview": Page(ANY_STAFF),
    "account:second_factor": Page(ANY_STAFF, sends={"code": "=123456"}),
    "account:second_factor_off": Page(ANY_STAFF, sends={}),
    "account:columns": Page(ANY_STAFF, {"table": "=staff"}, sends={"column": "=role"}),
}
OWN_DESK = {
    "account:branch": Page(ANY_STAFF, sends={"branch": "branch"}),
    "account:keys": Page(ANY_STAFF, sends={"check_out": "=F2"}),
    "account:lock": Page(ANY_STAFF, sends={}),
    "account:unlock": Page(ANY_STAFF, sends={"pin": "=2580"}),
    "account:lock_pin": Page(ANY_STAFF, sends={"pin": "=2580", "minutes": "=10", "password": "=wrong"}),
}
DESIGN = {
    "ui:theme_css": Page(ANYBODY),
    "ui:set_language": Page(ANYBODY, sends={"language": "=da"}),
    "ui:styleguide": Page(ANYBODY),
}
PORTAL = {
    "portal:search": Page(ANYBODY, asks={"q": "barcode", "everywhere": "=1"}),
    "portal:suggestions": Page(ANYBODY, asks={"q": "=the"}),
    "portal:new_titles": Page(ANYBODY, asks={"q": "barcode", "everywhere": "=1"}),
    "portal:record": Page(ANYBODY, {"pk": "title"}),
    "portal:title_file": Page(ANYBODY, {"pk": "title", "code": "=ris"}),
    "portal:cover": Page(ANYBODY, {"isbn": "=9788702407006"}),
    "portal:hours": Page(ANYBODY),
    "portal:log_in": Page(ANYBODY, sends={"card": "card", "pin": "=0000"}),
    "portal:sign_on": Page(ANYBODY, {"kind": "=unilogin"}),
    "portal:sign_on_back": Page(ANYBODY, {"kind": "=unilogin"}, asks={"code": "=x", "state": "=y"}),
    "portal:log_out": Page(ANYBODY, sends={}),
    "portal:me": Page(PATRON),
    "portal:money": Page(PATRON),
    "portal:details": Page(PATRON),
    "portal:change_details": Page(
        PATRON, sends={"email": "=new@post.example", "phone": "=", "language": "=da", "channel": "=EMAIL"}
    ),
    "portal:change_pin": Page(PATRON, sends={"old": "=0000", "new": "=1234"}),
    "portal:change_history": Page(PATRON, sends={"keeps": "=1"}),
    "portal:family": Page(PATRON),
    "portal:renew_all_for_child": Page(PATRON, {"pk": "child"}, sends={}),
    "portal:renew_for_child": Page(PATRON, {"pk": "childs_loan"}, sends={}),
    "portal:lists": Page(PATRON),
    "portal:add_list": Page(PATRON, sends={"name": "=Summer"}),
    "portal:put_on_list": Page(PATRON, sends={"record": "title", "list": "list"}),
    "portal:list": Page(PATRON, {"pk": "list"}),
    "portal:rename_list": Page(PATRON, {"pk": "list"}, sends={"name": "=Summer"}),
    "portal:share_list": Page(PATRON, {"pk": "list"}, sends={"shared": "=0"}),
    "portal:remove_list": Page(PATRON, {"pk": "list"}, sends={}),
    "portal:take_off_list": Page(PATRON, {"pk": "list"}, sends={"record": "title"}),
    "portal:shared_list": Page(ANYBODY, {"key": "list_key"}),
    "portal:save_search": Page(PATRON, asks={"q": "barcode"}, sends={"name": "=Sea", "notifies": "=on"}),
    "portal:change_search": Page(PATRON, {"pk": "search"}, sends={"name": "=Sea"}),
    "portal:remove_search": Page(PATRON, {"pk": "search"}, sends={}),
    "portal:history": Page(PATRON, asks={"before": "loan"}),
    "portal:messages": Page(PATRON, sends={"channel": "=EMAIL", "kind-COURTESY": "=NONE"}),
    "portal:renew_all": Page(PATRON, sends={}),
    "portal:renew": Page(PATRON, {"pk": "loan"}, sends={}),
    "portal:place_hold": Page(PATRON, {"pk": "title"}, sends={"pickup": "branch"}),
    "portal:move_hold": Page(PATRON, {"pk": "hold"}, sends={"pickup": "other_branch"}),
    "portal:pause_hold": Page(PATRON, {"pk": "hold"}, sends={"until": "=2099-01-31"}),
    "portal:extend_hold": Page(PATRON, {"pk": "hold"}, sends={}),
    "portal:cancel_hold": Page(PATRON, {"pk": "hold"}, sends={}),
    "portal:lone_hold": Page(PATRON, {"pk": "hold"}, sends={}),
    "portal:either_hold": Page(PATRON, sends={"hold": "hold"}),
}
# A machine has a cookie of its own; whoever hasn't is told that it isn't set up.
KIOSK = {
    "kiosk:start": Page(MACHINE),
    "kiosk:open": Page(ANYBODY, {"token": "kiosk_token"}),
    "kiosk:log_in": Page(MACHINE, sends={"scan": "card", "pin": "=0000"}),
    "kiosk:visit": Page(MACHINE),
    "kiosk:lend": Page(MACHINE, sends={"scan": "barcode", "scan_id": "=scan-1"}),
    "kiosk:finish": Page(MACHINE, sends={"receipt": "=paper"}),
    "kiosk:leave": Page(MACHINE, sends={}),
    "kiosk:returns": Page(MACHINE),
    "kiosk:take_back": Page(MACHINE, sends={"scan": "lent_barcode", "scan_id": "=scan-1"}),
}
SCHOOL = {
    "school:start": Page(_CLASSES),
    "school:new_year": Page(_CLASSES, sends={"year": "=2026-2027", "confirmed": "=1"}),
    "school:undo_year": Page(_CLASSES, sends={"roll_over": "=1"}),
    "school:leavers": Page(_CLASSES),
    "school:add_class": Page(_CLASSES, sends={"name": "=5.C", "branch": "other_branch", "teacher": "card"}),
    "school:change_class": Page(_CLASSES, {"pk": "class"}, sends={"name": "=5.D", "branch": "other_branch"}),
    "school:undo": Page(_CLASSES, {"pk": "class", "entry_id": "entry"}, sends={}),
    "school:override": Page(_CLASSES, {"pk": "class"}, sends={**_SCAN, "pupil": "pupil", "code": "=LOAN_LIMIT"}),
    "school:class": Page(_CLASSES, {"pk": "class"}, asks={"record": "title", "pupil": "pupil"}, sends={}),
    "school:lend_scan": Page(_CLASSES, {"pk": "class"}, sends={**_SCAN, "record": "title", "pupil": "pupil"}),
    "school:return": Page(_CLASSES, {"pk": "class"}, sends={}),
    "school:return_scan": Page(_CLASSES, {"pk": "class"}, sends=_SCAN),
    "school:list": Page(_CLASSES, {"pk": "class"}, asks={"record": "title"}),
}
_TARGET = {
    "name": "=National",
    "address": "=https://127.0.0.1/sru",
    "version": "=1.2",
    "record_schema": "=marcxml",
    "isbn_index": "=bath.isbn",
}
CONSOLE = {
    "console:start": Page(_ADMIN),
    "console:rules": Page(_ADMIN, asks={"branch": "branch", "category": "category_code", "type": "type_code"}),
    "console:change_rule": Page(
        _ADMIN, sends={"name": "=loan_days", "value": "=21", "branch": "branch", "category": "category_code"}
    ),
    "console:rule_case": Page(_ADMIN, sends={"card": "card", "barcode": "barcode", "desk": "branch"}),
    "console:rule_settings": Page(_ADMIN, sends={"rules_of_loans": "=DESK", "rules_of_holds": "=ITEM_HOME"}),
    "console:rule_history": Page(_ADMIN),
    "console:rule_differences": Page(_ADMIN),
    "console:undo_rule": Page(_ADMIN, {"pk": "rule_change"}, sends={}),
    "console:branches": Page(_ADMIN),
    "console:add_branch": Page(_ADMIN, sends={"name": "=New", "code": "=new", "kind": "=PUBLIC"}),
    "console:branch": Page(
        _ADMIN, {"pk": "branch"}, sends={"name": "=Renamed", "kind": "=PUBLIC", "group": "branch_group"}
    ),
    "console:move_branch": Page(_ADMIN, sends={"up": "branch"}),
    "console:branch_groups": Page(_ADMIN, sends={"name": "=New"}),
    "console:rename_branch_group": Page(_ADMIN, {"pk": "branch_group"}, sends={"name": "=New"}),
    "console:remove_branch_group": Page(_ADMIN, {"pk": "branch_group"}, sends={}),
    "console:branch_rooms": Page(_ADMIN, {"pk": "branch"}, sends={"new-room": "=New"}),
    "console:branch_room": Page(_ADMIN, {"pk": "branch", "room": "location"}, sends={"room": "=New"}),
    "console:branch_hours": Page(_ADMIN, {"pk": "branch"}, sends={"opens-0": "=10:00", "closes-0": "=12:00"}),
    "console:branch_days": Page(_ADMIN, {"pk": "branch"}, sends={"day": "=2026-12-24", "what": "=close"}),
    "console:branch_yearly": Page(_ADMIN, {"pk": "branch"}, sends={"day": "=24", "month": "=12"}),
    "console:closing": Page(
        _ADMIN, sends={"branches": "branch", "first": "=2030-12-23", "last": "=2030-12-24", "reason": "=Water"}
    ),
    "console:branch_holidays": Page(_ADMIN, {"pk": "branch"}, sends={}),
    "console:transfer_limits": Page(_ADMIN, sends={"from_branch": "branch", "to_branch": "other_branch"}),
    "console:remote_targets": Page(_ADMIN, sends=_TARGET),
    "console:cataloguing": Page(_ADMIN, sends={"keeps_shelf_data": "=1"}),
    "console:remove_remote_target": Page(_ADMIN, {"pk": "remote_target"}, sends={}),
    "console:remove_transfer_limit": Page(_ADMIN, {"pk": "transfer_limit"}, sends={}),
    "console:kiosks": Page(_ADMIN, sends={"name": "=New", "branch": "branch"}),
    "console:change_kiosk": Page(_ADMIN, {"pk": "kiosk"}, sends={"pin": "=1"}),
    "console:staff": Page(_ADMIN),
    "console:add_staff": Page(
        _ADMIN, sends={"username": "=new", "name": "=New", "role": "=LIBRARIAN", "branches": "branch"}
    ),
    "console:staff_account": Page(
        _ADMIN, {"pk": "account"}, sends={"name": "=New", "role": "=LIBRARIAN", "branches": "branch"}
    ),
    "console:invite_staff": Page(_ADMIN, {"pk": "account"}, sends={}),
    "console:unlink_staff": Page(_ADMIN, {"pk": "account", "identity": "identity"}, sends={}),
    "console:sign_on": Page(_ADMIN, {"login": "=unilogin"}, sends={"used": "=off", "subject_claim": "=sub"}),
    "console:try_sign_on": Page(_ADMIN, {"login": "=staff"}, sends={}),
    "console:kinds": Page(_ADMIN),
    "console:add_type": Page(_ADMIN, sends={"code": "=new", "name": "=New"}),
    "console:change_type": Page(_ADMIN, {"pk": "item_type"}, sends={"name": "=New"}),
    "console:add_category": Page(_ADMIN, sends={"code": "=new", "name": "=New", "kind": "=ADULT"}),
    "console:change_category": Page(_ADMIN, {"pk": "category"}, sends={"name": "=New", "kind": "=ADULT"}),
    "console:notices": Page(_ADMIN),
    "console:notice": Page(
        _ADMIN,
        {"kind": "=COURTESY", "language": "=da"},
        sends={"subject": "=Subject", "body": "=Text", "save": "=1"},
    ),
    "console:reset_notice": Page(_ADMIN, {"kind": "=COURTESY", "language": "=da"}, sends={}),
    "console:message_settings": Page(_ADMIN, sends={"channels": "=EMAIL", "window_left": "=20", "window_top": "=50"}),
    "console:branch_messages": Page(_ADMIN, {"pk": "branch"}, sends={"digest": "=no"}),
    "console:window_test": Page(_ADMIN),
    "console:outbox": Page(_ADMIN, asks={"before": "notice"}),
    "console:outbox_notice": Page(_ADMIN, {"pk": "notice"}),
    "console:send_notice_again": Page(_ADMIN, {"pk": "notice"}, sends={}),
    "console:set_notice_aside": Page(_ADMIN, {"pk": "notice"}, sends={}),
    "console:imports": Page(_ADMIN, sends={"source": "=x"}),
    "console:import": Page(_ADMIN, {"pk": "import_run"}),
    "console:import_go_on": Page(_ADMIN, {"pk": "profile_run"}, sends={}),
    "console:import_pause": Page(_ADMIN, {"pk": "profile_run"}, sends={}),
    "console:import_undo": Page(_ADMIN, {"pk": "profile_run"}, sends={}),
    "console:import_answer": Page(_ADMIN, {"pk": "profile_run", "position": "=1"}, sends={"action": "=SKIP"}),
    "console:import_report": Page(_ADMIN, {"pk": "profile_run"}),
    "console:import_sources": Page(_ADMIN),
    "console:add_import_source": Page(_ADMIN, sends=_SOURCE),
    "console:change_import_source": Page(_ADMIN, {"pk": "import_source"}, sends=_SOURCE),
    "console:delete_import_source": Page(_ADMIN, {"pk": "import_source"}, sends={}),
    "console:fetch_import_source": Page(_ADMIN, {"pk": "import_source"}, sends={}),
    "console:import_profiles": Page(_ADMIN),
    "console:add_import_profile": Page(_ADMIN, sends=_PROFILE),
    "console:change_import_profile": Page(_ADMIN, {"pk": "import_profile"}, sends=_PROFILE),
    "console:delete_import_profile": Page(_ADMIN, {"pk": "import_profile"}, sends={}),
    "console:jobs": Page(_ADMIN),
    "console:run_own_job": Page(_ADMIN, {"job": "=overdue-fees"}, sends={"confirmed": "=1"}),
    "console:take_own_job_back": Page(_ADMIN, {"job": "=courtesy-notices"}, sends={}),
    "console:schools": Page(_ADMIN, sends={"file": "=none"}),
    "console:add_school": Page(
        _ADMIN, sends={"branch": "branch", "number": "=1", "pupil_category": "category", "staff_category": "category"}
    ),
    "console:school": Page(
        _ADMIN, {"pk": "school"}, sends={"number": "=1", "pupil_category": "category", "staff_category": "category"}
    ),
    "console:roster_table": Page(
        _ADMIN, {"pk": "roster_table"}, sends={"school": "school", "school_year": "=2026-2027", "column-0": "=name"}
    ),
    "console:roster": Page(_ADMIN, {"pk": "roster"}),
    "console:confirm_roster": Page(_ADMIN, {"pk": "roster"}, sends={}),
    "console:decline_roster": Page(_ADMIN, {"pk": "roster"}, sends={}),
    "console:undo_roster": Page(_ADMIN, {"pk": "roster"}, sends={}),
    "console:settings": Page(_ADMIN),
    "console:look": Page(_ADMIN, sends={"accent": "=#005a9c"}),
    "console:debts": Page(_ADMIN, sends={"system": "=file"}),
    "console:barcodes": Page(_ADMIN, sends={"item-prefix": "=3"}),
    "console:privacy": Page(_ADMIN, sends={"trace_days": "=30", "left_days": "=365", "warning_days": "=30"}),
    "console:look_ups": Page(_ADMIN, asks={"before": "entry"}),
    "console:audit": Page(_ADMIN, asks={"before": "entry"}),
}
API = {
    "rest:description": Page(ANYBODY),
    "rest:search": Page(ANYBODY, asks={"q": "barcode", "everywhere": "=true", "branch": "branch"}),
    "rest:suggestions": Page(ANYBODY, asks={"q": "=the"}),
    "rest:record": Page(ANYBODY, {"pk": "title"}),
    "rest:availability": Page(ANYBODY, {"pk": "title"}),
    "rest:nothing": Page(ANYBODY, {"rest": "=v1/nothing"}),
}
_HARVEST = {"verb": "=ListRecords", "metadataPrefix": "=marcxml"}
OAI = {"oai:provider": Page(ANYBODY, asks=_HARVEST, sends=_HARVEST)}
_RETRIEVE = {
    "version": "=1.2",
    "operation": "=searchRetrieve",
    "query": "=cql.allRecords=1",
    "recordSchema": "=marcxml",
}
SRU = {"sru:server": Page(ANYBODY, asks=_RETRIEVE, sends=_RETRIEVE)}
MACHINES = {**API, **OAI, **SRU}
_PATRONS, _ITEMS, _MONEY = Permission.EDIT_PATRONS, Permission.EDIT_ITEMS, Permission.TAKE_PAYMENTS
_GIVE_UP = Permission.WAIVE_FEES
_PATRON = {
    "given_name": "=Nora",
    "category": "category",
    "home_branch": "branch",
    "language": "=en",
    "channel": "=EMAIL",
    "national_id": "national_id",
}
_ITEM = {"item_type": "item_type", "home_branch": "branch", "location": "location", "status": "=AVAILABLE"}
DESK = {
    "desk:start": Page(_DESK),
    "desk:check_out": Page(_DESK, asks={"patron": "patron"}),
    "desk:check_out_scan": Page(_DESK, sends={**_SCAN, "patron": "patron"}),
    "desk:override": Page(_DESK, sends={**_SCAN, "patron": "patron", "code": "=LOAN_LIMIT", "reason": "=Why"}),
    "desk:check_in": Page(_DESK),
    "desk:check_in_scan": Page(_DESK, sends={**_SCAN, "scan": "lent_barcode"}),
    "desk:worker": Page(_DESK),
    "desk:outage": Page(_DESK),
    "desk:pulse": Page(_DESK),
    "desk:replay": Page(
        _DESK, sends={"scan": "barcode", "scan_id": "=scan-1", "kind": "=CHECK_OUT", "card": "card", "branch": "branch"}
    ),
    "desk:settle_scan": Page(_DESK, {"pk": "outage_scan"}, sends={"do": "=it", "card": "card", "reason": "=Why"}),
    "desk:kept_page": Page(_DESK, {"name": "=check-out"}),
    "desk:undo": Page(_DESK, {"entry_id": "entry"}, sends={}),
    "desk:hold_slip": Page(_DESK, {"pk": "ready_hold"}),
    "desk:transit_slip": Page(_DESK, {"pk": "travelling_item"}),
    "desk:payment_receipt": Page(_DESK, {"number": "payment"}),
    "desk:patrons": Page(_DESK, sends={"q": "family_name"}),
    "desk:patron_suggestions": Page(_DESK, sends={"q": "family_name"}),
    "desk:by_national_id": Page(Permission.LOOK_UP_NATIONAL_ID, sends={"national_id": "national_id"}),
    "desk:new_patron": Page(_PATRONS, sends={**_PATRON, "card_number": "=2999", "guardian_card": "card"}),
    "desk:patron": Page(_DESK, {"pk": "patron"}),
    "desk:patron_dialog": Page(_DESK, {"pk": "patron", "name": "move_dialog"}),
    "desk:edit_patron": Page(_PATRONS, {"pk": "patron"}, sends=_PATRON),
    "desk:set_block": Page(_PATRONS, {"pk": "patron"}, sends={"reason": "=Moved", "item_type": "item_type"}),
    "desk:new_card": Page(_PATRONS, {"pk": "patron"}, sends={"card_number": "card", "reason": "=LOST"}),
    "desk:new_pin": Page(_PATRONS, {"pk": "patron"}, sends={"pin": "=1234"}),
    "desk:patron_details": Page(_DESK, {"pk": "patron"}),
    "desk:add_card": Page(_PATRONS, {"pk": "patron"}, sends={"card_number": "=2998"}),
    "desk:end_card": Page(_PATRONS, {"pk": "card_row"}, sends={}),
    "desk:find_card_again": Page(_PATRONS, {"pk": "card_row"}, sends={}),
    "desk:write_note": Page(_DESK, {"pk": "patron"}, sends={"text": "=Reads German", "pops_up": "=on"}),
    "desk:read_note": Page(_DESK, {"pk": "note"}, sends={}),
    "desk:end_note": Page(_DESK, {"pk": "note"}, sends={}),
    "desk:add_guardian": Page(_PATRONS, {"pk": "child"}, sends={"guardian_card": "card", "shows_loans": "=on"}),
    "desk:remove_guardian": Page(_PATRONS, {"pk": "child"}, sends={"guardian": "patron"}),
    "desk:add_contact": Page(_PATRONS, {"pk": "patron"}, sends={"name": "=Kirsten"}),
    "desk:remove_contact": Page(_PATRONS, {"pk": "contact"}, sends={}),
    "desk:renew_membership": Page(_PATRONS, {"pk": "patron"}, sends={}),
    "desk:leave": Page(_PATRONS, {"pk": "child"}, sends={"reason": "=MOVED"}),
    "desk:come_back": Page(_PATRONS, {"pk": "child"}, sends={}),
    "desk:patron_history": Page(_PATRONS, {"pk": "patron"}, sends={"keeps": "=1"}),
    "desk:identify": Page(_DESK, {"pk": "patron"}, sends={"birth_date": "=1984-03-14"}),
    "desk:see_protected": Page(Permission.SEE_PROTECTED, {"pk": "patron"}, sends={"reason": "=Letter"}),
    "desk:compare": Page(Permission.MERGE_PATRONS, {"pk": "patron"}, asks={"other": "child", "card": "card"}),
    "desk:merge": Page(Permission.MERGE_PATRONS, {"pk": "child"}, sends={"other": "blocked_patron"}),
    "desk:duplicates": Page(Permission.MERGE_PATRONS),
    "desk:memberships": Page(_DESK),
    "desk:deceased": Page(_DESK),
    "desk:receipt": Page(_DESK, {"pk": "patron"}),
    "desk:renew_all": Page(_DESK, {"pk": "patron"}, sends={}),
    "desk:pay": Page(_MONEY, {"pk": "patron"}, sends={"amount": "=10", "method": "=CARD"}),
    "desk:charge": Page(_MONEY, {"pk": "patron"}, sends={"amount": "=10", "description": "=Mug"}),
    "desk:lift_block": Page(Permission.LIFT_BLOCKS, {"pk": "block"}, sends={}),
    "desk:patron_money": Page(_DESK, {"pk": "patron"}),
    "desk:refund": Page(_MONEY, {"pk": "patron"}, sends={"amount": "=10", "method": "=CASH"}),
    "desk:take_back": Page(_MONEY, {"pk": "patron", "entry": "payment"}, sends={"reason": "=Why"}),
    "desk:use_credit": Page(_MONEY, {"pk": "patron"}, sends={"form_id": "=form-0001"}),
    "desk:write_off": Page(_GIVE_UP, {"pk": "fee"}, sends={"amount": "=10", "reason": "=Why"}),
    "desk:cash_up": Page(_MONEY, asks={"till": "till", "day": "=2026-11-19"}),
    "desk:cash_up_print": Page(_MONEY, asks={"till": "till"}),
    "desk:count_till": Page(_MONEY, sends={"counted": "=100"}),
    "desk:change_till": Page(_GIVE_UP, {"pk": "till"}, sends={"name": "=Downstairs"}),
    "desk:add_till": Page(_GIVE_UP, sends={"name": "=Upstairs"}),
    "desk:fee_reversal": Page(
        _GIVE_UP,
        asks={"since": "=2026-11-01", "until": "=2026-11-19", "kind": "=MANUAL", "branch": "branch"},
        sends={"since": "=2026-11-01", "until": "=2026-11-19", "kind": "=MANUAL", "branch": "branch", "reason": "=Why"},
    ),
    "desk:debts": Page(_GIVE_UP, sends={"form_id": "=form-0001"}),
    "desk:debt_file": Page(_GIVE_UP, {"pk": "batch"}),
    "desk:send_debts": Page(_GIVE_UP, {"pk": "batch"}, sends={}),
    "desk:debt_claim": Page(_GIVE_UP, {"pk": "claim"}, sends={"what": "=accept", "text": "=A1"}),
    "desk:waive": Page(Permission.WAIVE_FEES, {"pk": "fee"}, sends={"amount": "=10", "reason": "=Why"}),
    "desk:renew": Page(_DESK, {"pk": "loan"}, sends={}),
    "desk:search": Page(_ITEMS, asks={"q": "barcode", "patron": "patron"}),
    "desk:title_suggestions": Page(_ITEMS, asks={"q": "=the"}),
    "desk:record": Page(_ITEMS, {"pk": "title"}, asks={"patron": "patron"}),
    "desk:new_record": Page(
        Permission.CATALOGUE,
        asks={"kind": "=BOOK", "flavour": "=MARC21"},
        sends={"lines": "=245 00 $aGood", "flavour": "=MARC21", "whose": "=local", "do": "=save-anyway"},
    ),
    "desk:ask_catalogue": Page(Permission.CATALOGUE, {"pk": "remote_target"}, asks={"isbn": "=9788702407006"}),
    "desk:fetch_record": Page(Permission.CATALOGUE, asks={"isbn": "=9788702407006"}),
    "desk:quick_record": Page(
        Permission.CATALOGUE,
        sends={"title": "=Good", "material": "=BOOK", "language": "=dan", "isbn": "=9788702407006"},
    ),
    "desk:check_record": Page(
        Permission.CATALOGUE, sends={"lines": "=245 00 $aGood", "record": "title", "at": "=1", "flavour": "=MARC21"}
    ),
    "desk:look_up_heading": Page(
        Permission.CATALOGUE, sends={"lines": "=100 1# $aHolm", "record": "title", "at": "=1", "flavour": "=MARC21"}
    ),
    "desk:editor_macros": Page(
        Permission.CATALOGUE, sends={"lines": "=245 00 $aGood", "record": "title", "flavour": "=MARC21"}
    ),
    "desk:apply_macro": Page(
        Permission.CATALOGUE,
        {"pk": "macro"},
        sends={"lines": "=245 00 $aGood", "record": "title", "flavour": "=MARC21"},
    ),
    "desk:macro_of_changes": Page(
        Permission.CATALOGUE, sends={"lines": "=245 00 $aGood", "record": "title", "flavour": "=MARC21"}
    ),
    "desk:kept_searches": Page(Permission.EDIT_ITEMS),
    "desk:new_search": Page(Permission.EDIT_ITEMS, asks={"q": "=sea"}, sends={"name": "=Sea"}),
    "desk:edit_search": Page(Permission.EDIT_ITEMS, {"pk": "search"}, sends={"name": "=Sea", "is_shared": "=on"}),
    "desk:remove_search": Page(Permission.EDIT_ITEMS, {"pk": "search"}, sends={"version": "=1"}),
    "desk:macros": Page(Permission.CATALOGUE),
    "desk:new_macro": Page(
        Permission.CATALOGUE, sends={"name": "=Horses", "flavour": "=MARC21", "steps": "=+ 650 #4 $aHeste"}
    ),
    "desk:change_macro": Page(
        Permission.CATALOGUE,
        {"pk": "macro"},
        sends={"name": "=Horses", "flavour": "=MARC21", "steps": "=- 9xx", "is_shared": "=on"},
    ),
    "desk:remove_macro": Page(Permission.CATALOGUE, {"pk": "macro"}, sends={"version": "=1"}),
    "desk:edit_record": Page(
        Permission.CATALOGUE, {"pk": "title"}, sends={"lines": "=245 00 $aGood", "expected": "=1", "do": "=save"}
    ),
    "desk:record_provenance": Page(Permission.CATALOGUE, {"pk": "title"}),
    "desk:record_history": Page(Permission.CATALOGUE, {"pk": "title"}, asks={"old": "=1", "new": "=1"}),
    "desk:restore_version": Page(Permission.CATALOGUE, {"pk": "title"}, sends={"version": "=1", "expected": "=1"}),
    "desk:local_fields": Page(
        Permission.CATALOGUE, {"pk": "title"}, sends={"lines": "=504 00 *aGood", "expected": "=0", "do": "=save"}
    ),
    "desk:take_back_local_fields": Page(Permission.CATALOGUE, {"pk": "title"}, sends={"expected": "=1"}),
    "desk:restore_local_fields": Page(Permission.CATALOGUE, {"pk": "title"}, sends={"version": "=1", "expected": "=1"}),
    "desk:share_record": Page(Permission.CATALOGUE, {"pk": "title"}, sends={"expected": "=1"}),
    "desk:unshare_record": Page(Permission.CATALOGUE, {"pk": "title"}, sends={"expected": "=1"}),
    "desk:compare_records": Page(
        Permission.MERGE_RECORDS, {"pk": "title"}, asks={"number": "=1", "other": "other_title"}
    ),
    "desk:merge_records": Page(
        Permission.MERGE_RECORDS,
        {"pk": "title"},
        sends={"other": "title", "stays_version": "=1", "goes_version": "=1"},
    ),
    "desk:undo_record_merge": Page(Permission.MERGE_RECORDS, {"pk": "title", "merge_pk": "=1"}, sends={}),
    "desk:record_work": Page(Permission.CATALOGUE, {"pk": "title"}, asks={"number": "=1"}),
    "desk:take_out_of_work": Page(Permission.CATALOGUE, {"pk": "title"}, sends={"expected": "=0-0"}),
    "desk:join_work": Page(
        Permission.CATALOGUE, {"pk": "title"}, sends={"expected": "=0-0", "other": "other_title", "with": "=editions"}
    ),
    "desk:undo_work": Page(Permission.CATALOGUE, {"pk": "title", "correction_pk": "=1"}, sends={"expected": "=0-0"}),
    "desk:place_hold": Page(_DESK, {"pk": "title"}, sends={"card": "card", "patron": "patron", "pickup": "branch"}),
    "desk:new_item": Page(_ITEMS, {"pk": "title"}, sends={**_ITEM, "barcode": "=3999"}),
    "desk:edit_item": Page(_ITEMS, {"barcode": "barcode"}, sends=_ITEM),
    "desk:item": Page(_ITEMS, {"barcode": "barcode"}),
    "desk:report_item": Page(_DESK, {"barcode": "barcode"}, sends={"what": "=damaged", "note": "=Torn"}),
    "desk:count_bundle": Page(_DESK, {"barcode": "barcode"}, sends={"seen": "barcode"}),
    "desk:note_parts": Page(_DESK, {"barcode": "barcode"}, sends={"missing": "=0", "entry": "entry"}),
    "desk:batch": Page(_DESK, sends={"does": "=check-out", "card": "card", "barcodes": "barcode"}),
    "desk:new_bulk_change": Page(
        _ITEMS,
        asks={"from": "=items", "branch": "branch", "room": "location", "record": "title", "item": "barcode"},
        sends={"barcodes": "barcode", "home_branch_id": "branch", "location_id": "location"},
    ),
    "desk:bulk_change": Page(_ITEMS, {"pk": "bulk_change"}),
    "desk:make_bulk_change": Page(_ITEMS, {"pk": "bulk_change"}, sends={}),
    "desk:take_back_bulk_change": Page(_ITEMS, {"pk": "bulk_change"}, sends={}),
    "desk:labels": Page(
        _ITEMS,
        asks={"record": "title", "item": "barcode", "bulk": "bulk_change"},
        sends={"barcodes": "barcode", "what": "=BOTH", "sheet": "=A4-3x8", "first": "=1", "kind": "=CODE128"},
    ),
    "desk:weeding": Page(_ITEMS, asks={"asked": "=1", "copies": "=0", "branch": "branch", "room": "location"}),
    "desk:inventory": Page(_ITEMS, asks={"room": "location", "since": "=2026-11-19T10:00:00Z", "compare": "=1"}),
    "desk:inventory_scan": Page(_ITEMS, sends={"scan": "barcode", "scan_id": "=scan-1"}),
    "desk:inventory_missing": Page(_ITEMS, sends={"since": "=2026-11-19T10:00:00Z", "item": "item"}),
    "desk:periodicals": Page(_ITEMS, sends={"what": "=arrived", "subscription": "subscription", "volume": "=2026:77"}),
    "desk:issue_claims": Page(_ITEMS, sends={"issue": "owed_issue"}),
    "desk:claim_letter": Page(_ITEMS, asks={"supplier": "supplier", "day": "=2026-11-19"}),
    "desk:edit_subscription": Page(
        _ITEMS,
        {"pk": "subscription"},
        sends={"every": "=WEEK", "times_a_year": "=12", "first_on": "=2026-11-26", "branch": "branch"},
    ),
    "desk:subscription": Page(
        _ITEMS, {"pk": "title"}, sends={"every": "=WEEK", "times_a_year": "=12", "first_on": "=2026-11-20"}
    ),
    "desk:orders": Page(_ITEMS, asks={"which": "=all", "supplier": "=Bogladen", "branch": "branch"}),
    "desk:order": Page(_ITEMS, {"pk": "order"}, sends={"what": "=arrived", "item": "ordered_item"}),
    "desk:edit_order": Page(_ITEMS, {"pk": "order"}, sends={"supplier": "=Akademi", "ordered_on": "=2026-11-19"}),
    "desk:more_copies": Page(_ITEMS, {"pk": "order"}, sends={"item_type": "item_type", "price": "=1"}),
    "desk:cancel_order": Page(_ITEMS, {"pk": "order"}, sends={"item": "ordered_item"}),
    "desk:new_order": Page(_ITEMS, {"pk": "title"}, sends={"supplier": "=Akademi", "ordered_on": "=2026-11-19"}),
    "desk:rotations": Page(_ITEMS, sends={"name": "=Comics"}),
    "desk:undo_sending": Page(_ITEMS, {"entry_id": "sending"}, sends={}),
    "desk:rotation": Page(_ITEMS, {"pk": "rotation"}, sends={"what": "=add-stop", "branch": "branch"}),
    "desk:item_list": Page(_ITEMS, asks={"branch": "branch", "room": "location", "type": "item_type"}),
    "desk:claims": Page(_DESK),
    "desk:holds": Page(_DESK),
    "desk:lone_hold": Page(_DESK, {"pk": "hold"}, sends={}),
    "desk:either_hold": Page(_DESK, {"pk": "patron"}, sends={"hold": "hold"}),
    "desk:move_hold": Page(_DESK, {"pk": "hold"}, sends={"pickup": "branch"}),
    "desk:cancel_hold": Page(_DESK, {"pk": "hold"}, sends={}),
    "desk:change_hold": Page(_DESK, {"pk": "hold"}, sends={"note": "=later"}),
    "desk:extend_hold": Page(_DESK, {"pk": "hold"}, sends={}),
    "desk:give_up_hold": Page(_DESK, {"pk": "hold"}, sends={}),
    "desk:queue": Page(_DESK, {"pk": "title"}),
    "desk:move_in_queue": Page(_DESK, {"pk": "hold"}, sends={"to": "=TOP"}),
    "desk:recall": Page(_DESK, {"pk": "loan"}, sends={}),
    "desk:take_back_recall": Page(_DESK, {"pk": "loan"}, sends={}),
    "desk:fetch_all": Page(_DESK, sends={}),
    "desk:fetch": Page(_DESK, {"pk": "hold"}, sends={"item": "item"}),
    "desk:stop_fetching": Page(_DESK, {"pk": "hold"}, sends={"item": "item"}),
    "desk:not_there": Page(_DESK, {"pk": "hold"}, sends={"item": "item"}),
    "desk:hopeless": Page(_DESK),
    "desk:not_collected": Page(_DESK, {"pk": "ready_hold"}, sends={}),
    "desk:messages": Page(_DESK, asks={"all": "=1"}),
    "desk:message_again": Page(_DESK, {"pk": "notice"}, sends={"channel": "=LETTER"}),
    "desk:message_aside": Page(_DESK, {"pk": "notice"}, sends={}),
    "desk:letter_returned": Page(_DESK, {"pk": "notice"}, sends={}),
    "desk:print_letters": Page(_DESK, sends={"all": "=1"}),
    "desk:print_run": Page(_DESK, {"pk": "print_run"}),
    "desk:print_file": Page(_DESK, {"pk": "print_run"}),
    "desk:patron_messages": Page(_PATRONS, {"pk": "patron"}, sends={"channel": "=EMAIL", "kind-COURTESY": "=NONE"}),
    "desk:shelf": Page(_DESK),
    "desk:overdue": Page(_DESK),
    "desk:transits": Page(_DESK),
}

OF_A_MUNICIPALITY = {
    **PORTAL,
    **KIOSK,
    **ACCOUNT,
    **OWN_DESK,
    **DESK,
    **SCHOOL,
    **CONSOLE,
    **API,
    **OAI,
    **SRU,
    **DESIGN,
}
OF_THE_CONSORTIUM = {
    **ACCOUNT,
    **OAI,
    **SRU,
    **DESIGN,
    "console:start": Page(_OPERATOR, asks={"find": "=a"}),
    "console:suspend": Page(_OPERATOR, {"pk": "municipality"}, sends={"reason": "=Unpaid"}),
    "console:resume": Page(_OPERATOR, {"pk": "municipality"}, sends={}),
    "console:provision": Page(_OPERATOR, sends={"name": "=Delta", "host": "=delta", "country": "=DK"}),
    "console:provisioning": Page(_OPERATOR, {"pk": "run"}),
    "console:provisioning_steps": Page(_OPERATOR, {"pk": "run"}),
    "console:jobs": Page(_OPERATOR),
    "console:run_job": Page(_OPERATOR, {"pk": "municipality", "job": "=overdue-fees"}, sends={"confirmed": "=1"}),
    "console:take_job_back": Page(_OPERATOR, {"pk": "municipality", "job": "=courtesy-notices"}, sends={}),
    "console:templates": Page(_OPERATOR),
    "console:template": Page(_OPERATOR, {"code": "=bare"}, sends={"name": "=Bare"}),
    "console:template_history": Page(_OPERATOR, {"code": "=bare"}),
    "console:undo_template": Page(_OPERATOR, {"code": "=bare", "pk": "template_change"}, sends={}),
    "console:template_value": Page(
        _OPERATOR, {"code": "=bare", "name": "=loan_days"}, sends={"value": "=28", "confirmed": "=1"}
    ),
    "console:imports": Page(_OPERATOR, sends={"source": "=x"}),
    "console:import": Page(_OPERATOR, {"pk": "import_run"}),
    "console:import_go_on": Page(_OPERATOR, {"pk": "profile_run"}, sends={}),
    "console:import_pause": Page(_OPERATOR, {"pk": "profile_run"}, sends={}),
    "console:import_undo": Page(_OPERATOR, {"pk": "profile_run"}, sends={}),
    "console:import_answer": Page(_OPERATOR, {"pk": "profile_run", "position": "=1"}, sends={"action": "=SKIP"}),
    "console:import_report": Page(_OPERATOR, {"pk": "profile_run"}),
    "console:import_sources": Page(_OPERATOR),
    "console:add_import_source": Page(_OPERATOR, sends=_SOURCE),
    "console:change_import_source": Page(_OPERATOR, {"pk": "import_source"}, sends=_SOURCE),
    "console:delete_import_source": Page(_OPERATOR, {"pk": "import_source"}, sends={}),
    "console:fetch_import_source": Page(_OPERATOR, {"pk": "import_source"}, sends={}),
    "console:import_profiles": Page(_OPERATOR),
    "console:add_import_profile": Page(_OPERATOR, sends=_PROFILE),
    "console:change_import_profile": Page(_OPERATOR, {"pk": "import_profile"}, sends=_PROFILE),
    "console:delete_import_profile": Page(_OPERATOR, {"pk": "import_profile"}, sends={}),
    "console:remote_targets": Page(_OPERATOR, sends=_TARGET),
    "console:cataloguing": Page(_OPERATOR),
    "console:library_rights": Page(_OPERATOR, {"pk": "municipality"}, sends={"number": "=710100"}),
    "console:remove_remote_target": Page(_OPERATOR, {"pk": "remote_target"}, sends={}),
    "console:authorities": Page(_OPERATOR, asks={"find": "=a", "vocabulary": "=own-names"}),
    "console:add_authority": Page(
        _OPERATOR, {"vocabulary": "=own-names", "kind": "=PERSON"}, sends={"heading": "=Tester, Theo"}
    ),
    "console:authority": Page(_OPERATOR, {"pk": "authority"}, sends={"heading": "=Tester, Thea"}),
    "console:authority_history": Page(_OPERATOR, {"pk": "authority"}),
    "console:restore_authority": Page(_OPERATOR, {"pk": "authority"}, sends={"version": "=1", "expected": "=1"}),
    "console:delete_authority": Page(_OPERATOR, {"pk": "authority"}, sends={"expected": "=1"}),
    "console:undo_authority_merge": Page(
        _OPERATOR, {"pk": "authority_with_merge", "merge_pk": "authority_merge"}, sends={}
    ),
    "console:merge_authority": Page(
        _OPERATOR,
        {"pk": "authority", "other": "other_authority"},
        sends={"version": "=1", "other_version": "=1"},
    ),
    "console:staff": Page(_OPERATOR),
    "console:add_staff": Page(_OPERATOR, sends={"username": "=new", "name": "=New", "role": "=OPERATOR"}),
    "console:staff_account": Page(_OPERATOR, {"pk": "account"}, sends={"name": "=New", "role": "=OPERATOR"}),
    "console:invite_staff": Page(_OPERATOR, {"pk": "account"}, sends={}),
    "console:unlink_staff": Page(_OPERATOR, {"pk": "account", "identity": "identity"}, sends={}),
    "console:sign_on": Page(_OPERATOR, {"login": "=unilogin"}, sends={"used": "=off", "subject_claim": "=sub"}),
    "console:try_sign_on": Page(_OPERATOR, {"login": "=staff"}, sends={}),
    "console:audit": Page(_OPERATOR),
}
MAPS = {
    "libsys.urls_municipality": OF_A_MUNICIPALITY,
    "libsys.urls_consortium": OF_THE_CONSORTIUM,
}


def may(role: str, page: Page) -> bool:
    """Return whether a page opens for ANYBODY, PATRON, MACHINE or a role of the staff."""
    if page.who == ANYBODY:
        return True
    if page.who in (PATRON, MACHINE):
        return role == {PATRON: "PATRON", MACHINE: "MACHINE"}[page.who]
    return role not in ("ANYBODY", "PATRON", "MACHINE") and (page.who == ANY_STAFF or page.who in permissions_of(role))


def pages_for(role: str) -> dict[str, Page]:
    """Return the pages that open for a role because of what it is, and not for everybody."""
    return {name: page for name, page in OF_A_MUNICIPALITY.items() if page.who != ANYBODY and may(role, page)}


def addresses(url_map: str) -> Iterator[tuple[str, str, Any]]:
    """Yield name, path and view of every address of a URL map."""
    yield from _walk(import_module(url_map).urlpatterns, "", "")


def _walk(patterns: Any, namespace: str, prefix: str) -> Iterator[tuple[str, str, Any]]:
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, path)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", f"/{path}", pattern.callback
