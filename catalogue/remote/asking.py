"""Asking other catalogues, each by the protocol that its address names."""

from urllib.parse import urlsplit

from catalogue.remote import sru
from catalogue.remote.questions import Question, Target, TargetAnswer
from catalogue.remote.z3950 import client
from common.remote_sources import check_address

# After RFC 2056, the sessions of which are what we hold.
Z3950 = "z39.50s"
SCHEMES = ("https", "http", Z3950)


def speaks_z3950(address: str) -> bool:
    """Say whether a catalogue at an address speaks Z39.50; the others speak SRU."""
    return urlsplit(address).scheme == Z3950


def check_target(address: str) -> None:
    """Refuse what can't be a catalogue's address.

    :raises common.remote_sources.RemoteFailed: with `BAD_ADDRESS`
    """
    check_address(address, schemes=SCHEMES)


def ask(target: Target, question: Question, *, seconds: float) -> TargetAnswer:
    """Ask one catalogue; nothing that it sends raises.

    :param seconds: that it may take
    """
    speaks = client if speaks_z3950(target.address) else sru
    return speaks.ask(target, question, seconds=seconds)
