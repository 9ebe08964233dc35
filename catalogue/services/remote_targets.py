"""Naming the other catalogues that records are fetched from."""

import re
from typing import Any

from django.db import transaction

from catalogue.models import RemoteTarget
from common import audit
from common.remote_sources import check_address
from tenants.models import Municipality

VERSIONS = ("1.2", "1.1")
INDEX = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)


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
    """Name a catalogue that answers SRU.

    :param municipality: whose cataloguers ask it; the consortium's own row stands for all
    :param isbn_index: what its CQL calls ISBN, for instance bath.isbn
    :param title_index: what it calls words of a title, or empty; so for an author's name
    :raises common.remote_sources.RemoteFailed: if the address can't be one
    :raises ValueError: if an index or the version can't be one
    """
    check_address(address)
    indexes = (isbn_index, title_index or isbn_index, author_index or isbn_index)
    if version not in VERSIONS or not all(INDEX.fullmatch(each) for each in indexes):
        raise ValueError(*indexes, version)
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
