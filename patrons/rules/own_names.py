"""What patrons call their own lists and searches. Pure."""

LONGEST = 80


def own_name(typed: str) -> str:
    """Return a name as it's kept: on one line, of what can be seen, as long as fits; nothing if nothing is left.

    Characters that turn the direction of writing or take no room would change the page around the name.
    """
    seen = "".join(each if each.isprintable() else " " for each in typed)
    return " ".join(seen.split())[:LONGEST].strip()
