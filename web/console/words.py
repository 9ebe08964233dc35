"""What the consortium's refusals and jobs are called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from circulation.rules.nights import Job
from common.errors import Reason

COUNTS = {
    "loans": _("loans"),
    "titles": _("titles"),
    "looked_at": _("looked at"),
    "charged": _("charged"),
    "without_rule": _("without a rule"),
    # Whichever way they go, most of them on no paper.
    "letters": _("messages"),
    "not_collected": _("not collected"),
    "interest_over": _("too old"),
    "renewed": _("renewed"),
    "not_renewed": _("not renewed"),
    "warned": _("warned of their end"),
    "editions": _("with new editions"),
    "hopeless": _("that nothing can fill"),
    "failed": _("failed"),
    "invoiced": _("invoiced"),
    "ended": _("memberships ended"),
    # What's forgotten.
    "entries": _("log entries"),
    "fees": _("fees"),
    "holds": _("holds"),
    "keys": _("keys of the ledger"),
    "stops": _("stops"),
    "messages": _("messages"),
    "people": _("people"),
}
STEPS = {
    "municipality": _("Name, host and template"),
    "schema": _("Schema with all its tables"),
    "item_types": _("Item types"),
    "first_branch": _("First branch"),
    "branch": _("First branch"),
    "patron_categories": _("Patron categories"),
    "first_admin": _("First administrator, invited"),
    "rules": _("Circulation rules"),
    "service": _("Into service"),
}


def step_name(code: str) -> str:
    """Return what a step of provisioning is called."""
    return str(STEPS.get(code, code.replace("_", " ").capitalize()))


def job_name(code: str) -> str:
    """Return what a job is called."""
    return str(Job(code).label) if code in Job.values else code.replace("-", " ").capitalize()


def counts_text(counts: Mapping[str, int]) -> str:
    """Return what a run did, in words and numbers; what it didn't do is left out."""
    return ", ".join(f"{text} {count}" for text, count in count_texts(counts))


def count_texts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what's counted in words, each with its number; what there's none of is left out."""
    return [(str(COUNTS.get(name, name.replace("_", " "))), count) for name, count in counts.items() if count]


def provisioning_problem(code: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Return the form's field that a refusal is about (empty for none), and its sentence."""
    known = {
        "NAME_MISSING": ("name", gettext("Give the municipality a name.")),
        "NAME_TOO_LONG": ("name", gettext("At most %(longest)s characters.")),
        "NAME_TAKEN": ("name", gettext("Another municipality has this name.")),
        "HOST_TAKEN": ("host", gettext("Another municipality answers on %(host)s.")),
        "HOST_RESERVED": ("host", gettext("This host name is kept for the system itself.")),
        "HOST_MISSING": ("host", gettext("Give it a host name.")),
        "COUNTRY_UNKNOWN": ("country", gettext("Choose a country.")),
        "TEMPLATE_UNKNOWN": ("template", gettext("Choose a template.")),
        "TEMPLATE_OF_ANOTHER_COUNTRY": ("template", gettext("This template belongs to another country.")),
        "POPULATION_INVALID": ("population", gettext("From %(least)s to %(most)s people.")),
        "EMAIL_INVALID": ("email", gettext("This isn't an e-mail address.")),
        "SNAPSHOT_MISSING": ("", gettext("There's no template schema yet. Run “manage.py migrate_municipalities”.")),
        "SNAPSHOT_STALE": ("", gettext("The template schema is out of date. Run “manage.py migrate_municipalities”.")),
        "STEP_FAILED": ("", gettext("The step “%(step)s” failed: %(problem)s. Nothing of it is left behind.")),
    }
    field, sentence = known.get(code, ("host" if code.startswith("HOST") else "", ""))
    if not sentence:
        sentence = gettext("Use small letters, digits and hyphens, beginning with a letter.") if field else code
    return field, sentence % _named(facts)


def change_of_state_text(reason: Reason) -> str:
    """Return why a municipality can't be suspended or resumed."""
    return {
        "IS_THE_CONSORTIUM": gettext("The consortium itself can't be suspended."),
        "NOT_IN_SERVICE": gettext("It's still being set up."),
        "REASON_MISSING": gettext("Write why; it stands beside the municipality until it's resumed."),
    }.get(reason.code, reason.code)


def _named(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "step": step_name(facts["step"])} if "step" in facts else facts
