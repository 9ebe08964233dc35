"""Reads of circulation. `rule_book` is what other rooms ask for first."""

from circulation.selectors.rule_books import RuleBook, rule_book

__all__ = ["RuleBook", "rule_book"]
