"""Rules that no signature can relax: keys, holders and reach of every role.

A root or role file that breaks one is refused whole, whoever signed it. Each function raises
`TrustError` E_ROLE with the role at fault.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from securesystemslib.signer import Key

from agent.contract.document import KINDS
from agent.contract.envelope import MAX_SIGNATURES
from agent.errors import TrustError
from agent.trust.public_key import parse_public_key
from agent.trust.scope import ROLE_NAME, can_sound_emergency

MAX_NAME = 64  # a name is part of a topic
# Online roles: their keys lie on a server and sign times, receipts or heads; they start no sound.
SILENT_KINDS = frozenset({"time", "ack", "head", "release"})
ROLE_KINDS = frozenset({*KINDS, "release"})  # `release` signs software, no document


def require(holds: bool, subject: str, hint: str) -> None:  # noqa: FBT001 - an assertion's subject
    """Refuse unless it holds.

    Raises:
        TrustError: E_ROLE.
    """
    if not holds:
        raise TrustError("E_ROLE", subject[:MAX_NAME], hint)


def parse_keys(name: str, keys: Mapping[str, Mapping[str, Any]]) -> dict[str, Key]:
    """All keys of a file, each verified (guards G1, G8, G10).

    Raises:
        TrustError: E_ROLE.
    """
    try:
        return {keyid: parse_public_key(keyid, dict(key)) for keyid, key in keys.items()}
    except ValueError as error:
        raise TrustError("E_ROLE", name[:MAX_NAME], str(error)) from error


def check_name(name: str) -> None:
    """A name must be safe in a topic, a message and a file listing (guard G6)."""
    require(len(name) <= MAX_NAME and bool(ROLE_NAME.match(name)), name, "not a role name")


def check_people(name: str, keyids: Collection[str], holders: Mapping[str, str]) -> None:
    """Every key must have one holder, and no holder two keys (guard G1)."""
    require(holders.keys() == set(keyids), name, "every key needs one holder")
    people = [" ".join(holder.split()).casefold() for holder in holders.values()]
    require(all(people), name, "a holder has no name")
    require(len(set(people)) == len(people), name, "one holder has two keys")


def check_threshold(name: str, threshold: int, keys: int) -> None:
    """A threshold must be reachable, with signatures that fit into one envelope."""
    require(1 <= threshold <= min(keys, MAX_SIGNATURES), name, "threshold")


def check_reach(name: str, threshold: int, kinds: Sequence[str], paths: Sequence[str]) -> None:
    """Emergency roles need two signatures; online roles must reach no class that sounds."""
    require(set(kinds) <= ROLE_KINDS, name, "unknown kinds")
    require(len(set(kinds)) == len(kinds), name, "a kind is listed twice")
    if any(map(can_sound_emergency, paths)):
        require(threshold >= 2, name, "an emergency role needs two signatures")
    if SILENT_KINDS.intersection(kinds):
        alone = SILENT_KINDS.issuperset(kinds) and ("release" not in kinds or len(kinds) == 1)
        require(alone, name, "time, ack, head and release are never mixed with others")
        config_only = all(path.startswith("config/") for path in paths)
        require(config_only, name, "paths beyond class config")


def check_delegator(name: str, threshold: int, child: str, child_threshold: int) -> None:
    """A file that gives a role a threshold of two must itself have a threshold of two."""
    hint = f"signed by one, but gives {child} to two"
    require(threshold >= 2 or child_threshold < 2, name, hint)
