"""The house's own four catalogues say everything that a person reads."""

import pytest
from django.conf import settings

from libsys.translations.catalogues import LANGUAGES, problems
from libsys.translations.sources import texts_in


@pytest.fixture(scope="module")
def texts():
    return texts_in(settings.ROOT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_complete(texts, language):
    assert list(problems(settings.ROOT, language, texts)) == []


def test_there_are_texts_to_translate(texts):
    assert len(texts) > 500
