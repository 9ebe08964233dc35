"""Builds reasons, and decides which of them stand in spite of an override. Pure."""

from collections.abc import Collection, Iterable
from typing import Any

from accounts.rules import Permission
from circulation.errors import Code, Override
from circulation.rules.resolution import Resolved, RuleMissing
from circulation.rules.values import REGISTER
from common.errors import Reason, Severity


def blocking(code: Code, **facts: Any) -> Reason:
    """Return a reason that nobody can override."""
    return Reason(code.value, Severity.BLOCKING, "", facts)


def overridable(code: Code, permission: Permission, **facts: Any) -> Reason:
    """Return a reason that staff with the permission can override."""
    return Reason(code.value, Severity.OVERRIDABLE, permission.value, facts)


def notice(code: Code, **facts: Any) -> Reason:
    """Return news that stops nobody."""
    return Reason(code.value, Severity.NOTICE, "", facts)


def notices_among(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the news among the reasons."""
    return tuple(reason for reason in reasons if reason.severity == Severity.NOTICE)


def standing(reasons: Iterable[Reason], override: Override | None, permissions: Collection[str]) -> list[Reason]:
    """Return the reasons to refuse with: none if the override covers everything that's in the way.

    When something stands, what the override would have covered is returned with it, so that the next try can name all.

    :param permissions: what the person who overrides may do
    """
    in_the_way = [reason for reason in reasons if reason.severity != Severity.NOTICE]
    if not in_the_way:
        return []
    if override is None or not override.codes:
        return in_the_way
    wanted = [reason for reason in in_the_way if reason.code in override.codes]
    forbidden = [
        reason
        for reason in wanted
        if reason.severity == Severity.OVERRIDABLE and reason.permission and reason.permission not in permissions
    ]
    covered = [reason for reason in wanted if reason.severity == Severity.OVERRIDABLE and reason not in forbidden]
    problems = []
    if forbidden:
        problems.append(blocking(Code.OVERRIDE_NOT_ALLOWED, codes=[reason.code for reason in forbidden]))
    if covered and not override.reason:
        problems.append(blocking(Code.OVERRIDE_REASON_MISSING))
    if len(covered) == len(in_the_way) and not problems:
        return []
    return [*in_the_way, *problems]


def covered_codes(reasons: Iterable[Reason], override: Override | None) -> list[str]:
    """Return which reasons the override lifted, for the audit log; only sensible when nothing stands."""
    if override is None:
        return []
    return [reason.code for reason in reasons if reason.severity == Severity.OVERRIDABLE]


class RuleReader:
    """Reads rule values and gathers the ones that no row sets, so that a refusal can name them all."""

    def __init__(self, rules: Resolved) -> None:
        self.rules = rules
        self.missing: list[Reason] = []

    def value(self, name: str) -> Any:
        """Return the value; None when it's missing, which is then among `missing`."""
        try:
            return self.rules.value(name)
        except RuleMissing:
            self.missing.append(rule_missing(name))
            return None

    def origin(self, name: str) -> dict[str, Any] | None:
        """Return where the value comes from, as facts."""
        origin = self.rules.origin(name)
        return origin.as_facts() if origin else None


def rule_missing(name: str) -> Reason:
    """Return the reason that no row anywhere sets a value."""
    return blocking(Code.RULE_MISSING, name=name, label=str(REGISTER[name].label))


def notice_of_missing_rule(name: str) -> Reason:
    """Return the same as news, where an action goes on without the value: a return is never refused for it."""
    return notice(Code.RULE_MISSING, name=name, label=str(REGISTER[name].label))
