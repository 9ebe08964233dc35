"""Decisions on records: pure, no database."""
