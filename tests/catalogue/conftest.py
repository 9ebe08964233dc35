"""An index of each test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from catalogue.search import reader
from catalogue.services.change_feed import followers_are_reading


@pytest.fixture
def index_folder(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put the index into the test's own folder, and let nobody be woken."""
    settings.SEARCH_INDEX = tmp_path / "search-index"
    monkeypatch.setattr(current_app, "send_task", lambda *names, **options: None)
    reader.close()
    followers_are_reading()
    yield settings.SEARCH_INDEX
    reader.close()
