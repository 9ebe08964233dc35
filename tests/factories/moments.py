"""The moment at which tests happen, for whoever can't take the `now` fixture."""

from datetime import UTC, date, datetime

# A Thursday, in winter time: 11:30 in Denmark.
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
TODAY = date(2026, 11, 19)
