"""Where the rooms above name the tables whose size tells how big a municipality is."""

_tables: dict[str, str] = {}


def register(name: str, table: str) -> None:
    """Count the rows of a tenant table under this name, for instance `items`."""
    _tables[name] = table


def registered() -> dict[str, str]:
    """Return each measure's table by its name."""
    return dict(_tables)
