"""Naming the other catalogues that records are fetched from."""

import re
from typing import Any

from django.db import transaction

from catalogue.models import RemoteTarget
from catalogue.remote.asking import check_target, speaks_z3950
from catalogue.remote.z3950.client import SYNTAXES
from common import audit
from tenants.models import Municipality

VERSIONS = ("1.2", "1.1")
_INDEX = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
# Of the list Bib-1.
_USE = re.compile(r"[1-9]\d{0,4}", re.ASCII)


def is_index(text: str, *, address: str) -> bool:
    """Say whether a catalogue at an address may have such an index: a name in SRU, a number in Z39.50."""
    return bool((_USE if speaks_z3950(address) else _INDEX).fullmatch(text))


def is_schema(text: str, *, address: str) -> bool:
    """Say whether we can ask a catalogue at an address for records in this form."""
    return not speaks_z3950(address) or text in SYNTAXES


@transaction.atomic
def add_remote_target(
    *,
    municipality: Municipality,
    name: str,
    address: str,
    version: str,
    record_schema: str,
    isbn_index: str,
    title_index: str = "",
    author_index: str = "",
    actor: Any,
) -> RemoteTarget:
    """Name a catalogue that answers SRU or Z39.50, as its address says.

    :param municipality: whose cataloguers ask it; the consortium's own row stands for all
    :param version: of SRU
    :param isbn_index: what its CQL calls ISBN, for instance bath.isbn, or its number in Z39.50, 7
    :param title_index: what it calls words of a title, or empty; so for an author's name
    :raises common.remote_sources.RemoteFailed: if the address can't be one
    :raises ValueError: if an index, the record schema or the version can't be one
    """
    check_target(address)
    indexes = (isbn_index, title_index or isbn_index, author_index or isbn_index)
    are_indexes = all(is_index(each, address=address) for each in indexes)
    if version not in VERSIONS or not are_indexes or not is_schema(record_schema, address=address):
        raise ValueError(*indexes, version, record_schema)
    target = RemoteTarget.objects.create(
        municipality=municipality,
        name=name,
        address=address,
        version=version,
        record_schema=record_schema,
        isbn_index=isbn_index,
        title_index=title_index,
        author_index=author_index,
    )
    audit.record(
        action="catalogue.add_remote_target", actor=actor, subject=target, facts={"name": name, "address": address}
    )
    return target


@transaction.atomic
def remove_remote_target(*, target_id: int, municipality: Municipality, actor: Any) -> bool:
    """Ask a catalogue no more and say whether the municipality, or the consortium, had named it."""
    target = RemoteTarget.objects.select_for_update().filter(pk=target_id, municipality=municipality).first()
    if target is None:
        return False
    facts = {"name": target.name, "address": target.address}
    audit.record(action="catalogue.remove_remote_target", actor=actor, subject=target, facts=facts)
    target.delete()
    return True
