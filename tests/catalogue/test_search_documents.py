"""What the index keeps of a record's texts, and what is remembered of them from one record to the next."""

import uuid

from catalogue.search import documents


def test_names_are_remembered_and_whole_pages_are_not():
    def misses():
        return documents._kept_text.cache_info().misses

    before, name = misses(), uuid.uuid4().hex
    assert documents._known_text(name, "") is documents._known_text(name, "")
    assert misses() == before + 1

    page = documents._known_text(f"{name} " * 500, "")
    assert page == documents.read_text(f"{name} " * 500, "")
    assert misses() == before + 1
