"""The API answers from the same kind of index as the catalogue's own tests."""

from tests.catalogue.conftest import index_folder

__all__ = ["index_folder"]
