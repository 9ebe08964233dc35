"""Puts the municipality on every log line."""

import logging

from tenants.keys import tenant_name


class TenantFilter(logging.Filter):
    """Adds `tenant` to each record, so that a line without it can't be written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the name and let the line pass."""
        record.tenant = tenant_name()
        return True
