"""The templates that come with the system: what public libraries in Denmark, Sweden and Finland commonly agree on.

Amounts and periods are a municipality's own choice; these are where it starts. What the values mean stands in
`circulation.rules.values`.
"""

from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """One row of rules; no category, item type or residence means any.

    :ivar residence: OWN, PARTNER or ELSEWHERE
    """

    values: Values
    patron_category: str = ""
    item_type: str = ""
    residence: str = ""


@dataclass(frozen=True)
class StandardTemplate:
    """A template as it's first loaded."""

    code: str
    name: str
    country: str
    rules: tuple[Rule, ...]


def _names(en: str, da: str, sv: str, fi: str) -> dict[str, str]:
    return {"en": en, "da": da, "sv": sv, "fi": fi}


PATRON_CATEGORIES = [
    {"code": "adult", "kind": "ADULT", "name": _names("Adult", "Voksen", "Vuxen", "Aikuinen")},
    {"code": "child", "kind": "CHILD", "name": _names("Child", "Barn", "Barn", "Lapsi")},
    {
        "code": "home-service",
        "kind": "ADULT",
        "name": _names("Home service", "Biblioteket kommer", "Boken kommer", "Kotipalvelu"),
    },
    {
        "code": "institution",
        "kind": "INSTITUTION",
        "name": _names("Institution", "Institution", "Institution", "Laitos"),
    },
    {"code": "class", "kind": "CLASS", "name": _names("School class", "Skoleklasse", "Skolklass", "Koululuokka")},
    {"code": "pupil", "kind": "CHILD", "name": _names("Pupil", "Elev", "Elev", "Oppilas")},
    {"code": "teacher", "kind": "ADULT", "name": _names("Teacher", "Lærer", "Lärare", "Opettaja")},
    {
        "code": "staff",
        "kind": "STAFF",
        "name": _names("Library staff", "Bibliotekspersonale", "Bibliotekspersonal", "Kirjaston henkilökunta"),
    },
]
ITEM_TYPES = [
    {"code": "book", "name": _names("Book", "Bog", "Bok", "Kirja")},
    {"code": "large-print", "name": _names("Large print", "Magnaprint", "Storstil", "Isotekstinen kirja")},
    {"code": "comic", "name": _names("Comic", "Tegneserie", "Tecknad serie", "Sarjakuva")},
    {"code": "audiobook", "name": _names("Audiobook", "Lydbog", "Ljudbok", "Äänikirja")},
    {"code": "music", "name": _names("Music", "Musik", "Musik", "Musiikki")},
    {"code": "sheet-music", "name": _names("Sheet music", "Node", "Noter", "Nuotti")},
    {"code": "film", "name": _names("Film", "Film", "Film", "Elokuva")},
    {"code": "game", "name": _names("Game", "Spil", "Spel", "Peli")},
    {"code": "magazine", "name": _names("Magazine", "Tidsskrift", "Tidskrift", "Aikakauslehti")},
    {"code": "quick-loan", "name": _names("Quick loan", "Kviklån", "Snabblån", "Pikalaina")},
    {"code": "equipment", "name": _names("Equipment", "Udstyr", "Utrustning", "Laite")},
    {"code": "class-set", "name": _names("Class set", "Klassesæt", "Klassuppsättning", "Luokkasarja")},
    {"code": "textbook", "name": _names("Textbook", "Taskebog", "Lärobok", "Oppikirja")},
    {
        "code": "reference",
        "is_lent": False,
        "name": _names("Reference", "Håndbog på læsesal", "Referens", "Käsikirjasto"),
    },
]


def _ladder(*steps: tuple[int, str, str]) -> list[dict[str, Any]]:
    return [{"from_day": from_day, "adult": adult, "child": child} for from_day, adult, child in steps]


def _notices(first: int, second: int, invoice: int) -> list[dict[str, Any]]:
    return [
        {"kind": "OVERDUE_1", "day": first},
        {"kind": "OVERDUE_2", "day": second},
        {"kind": "INVOICE", "day": invoice},
    ]


# What no municipality that we know does differently enough to begin with.
_EVERYWHERE: Values = {
    "is_lent": True,
    "min_age": None,
    "loan_days": 28,
    "due_mode": "NEXT_OPEN_DAY",
    "fixed_due_date": None,
    "max_loans": None,
    "max_loans_of_type": None,
    "max_renewals": 3,
    "renewal_days": None,
    "renewal_base": "TODAY",
    "earliest_renewal_days": None,
    "holds_allowed": True,
    "max_holds": 50,
    "pickup_policy": "ANY_BRANCH",
    "shelf_days": 7,
    "interest_days": 180,
    "replacement_fee": True,
    "block_at_overdue": None,
    "courtesy_days": 3,
    # A place in a queue never ends unannounced, and what's looked for in vain twice is missing.
    "interest_warning_days": 10,
    "missing_after_tries": 2,
    # Staff may call back what has been out for two weeks; a hold doesn't do so by itself.
    "recall_min_days": 14,
    "recall_notice_days": 7,
    "warn_at_claims": 3,
}
_WITHOUT_FEES: Values = {"fee_steps": None, "processing_fee": None}
_DIFFERENT_EVERYWHERE = (
    Rule({"loan_days": 62, "max_holds": None, **_WITHOUT_FEES, "block_at_debt": None}, patron_category="institution"),
    Rule({"loan_days": 62, "max_holds": None, **_WITHOUT_FEES, "block_at_debt": None}, patron_category="class"),
    Rule({"loan_days": 62, **_WITHOUT_FEES, "block_at_debt": None}, patron_category="teacher"),
    Rule({"loan_days": 42, **_WITHOUT_FEES}, patron_category="home-service"),
    Rule({**_WITHOUT_FEES, "block_at_debt": None}, patron_category="staff"),
    Rule({**_WITHOUT_FEES}, patron_category="pupil"),
    Rule({"is_lent": False, "holds_allowed": False}, item_type="reference"),
    Rule({"loan_days": 14}, item_type="film"),
    Rule({"loan_days": 14}, item_type="game"),
    Rule({"loan_days": 14, "max_renewals": 1}, item_type="magazine"),
    Rule({"loan_days": 7, "max_renewals": 0, "max_loans_of_type": 3, "holds_allowed": False}, item_type="quick-loan"),
    Rule({"loan_days": 14, "max_renewals": 0, "max_loans_of_type": 1}, item_type="equipment"),
    Rule({"loan_days": 90, "max_renewals": 1, **_WITHOUT_FEES}, item_type="class-set"),
    # A whole school year; the school sets the fixed date that its year ends on.
    Rule({"loan_days": 330, "max_renewals": 0, "holds_allowed": False, **_WITHOUT_FEES}, item_type="textbook"),
)

STANDARD_TEMPLATES = (
    StandardTemplate(
        "standard-dk",
        "Dansk standard",
        "DK",
        (
            Rule(
                _EVERYWHERE
                | {
                    "earliest_renewal_days": 7,
                    "fee_steps": _ladder(
                        (1, "20.00", "10.00"), (8, "60.00", "30.00"), (15, "120.00", "55.00"), (31, "230.00", "120.00")
                    ),
                    "fee_cap": "230.00",
                    # What's due on one day and comes back in one visit costs one fee.
                    "fee_grouping": "DUE_DATE",
                    "child_until_age": 17,
                    "processing_fee": "90.00",
                    "block_at_debt": "200.00",
                    "notice_steps": _notices(1, 15, 31),
                    "invoice_reminder_days": 14,
                    # Staff hand over; these say what's shown to them as ripe.
                    "hand_over_days": 60,
                    "hand_over_minimum": "200.00",
                }
            ),
            *_DIFFERENT_EVERYWHERE,
        ),
    ),
    StandardTemplate(
        "standard-se",
        "Svensk standard",
        "SE",
        (
            Rule(
                _EVERYWHERE
                | {
                    "fee_steps": _ladder(
                        (1, "10.00", "0.00"), (8, "30.00", "0.00"), (15, "60.00", "0.00"), (31, "100.00", "0.00")
                    ),
                    "fee_cap": "100.00",
                    "child_until_age": 17,
                    "processing_fee": "50.00",
                    "block_at_debt": "100.00",
                    "notice_steps": _notices(3, 17, 35),
                }
            ),
            *_DIFFERENT_EVERYWHERE,
        ),
    ),
    StandardTemplate(
        "standard-fi",
        "Suomalainen perusmalli",
        "FI",
        (
            Rule(
                _EVERYWHERE
                | {
                    "max_renewals": 5,
                    "shelf_days": 8,
                    "fee_steps": _ladder(
                        (1, "1.00", "0.00"), (8, "2.00", "0.00"), (15, "4.00", "0.00"), (31, "6.00", "0.00")
                    ),
                    "fee_cap": "6.00",
                    "child_until_age": 14,
                    "processing_fee": "5.00",
                    "block_at_debt": "20.00",
                    "notice_steps": _notices(7, 21, 42),
                }
            ),
            *_DIFFERENT_EVERYWHERE,
        ),
    ),
)
