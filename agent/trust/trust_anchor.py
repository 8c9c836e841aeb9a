"""The root file that a technician installs: the trust anchor of a box."""

from __future__ import annotations

from dataclasses import dataclass

from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.authority import PINNED_FORMAT, Authority, load_pinned
from agent.trust.tree import load_root


@dataclass(frozen=True)
class InstalledRoot:
    """The installed root file.

    Args:
        raw: its exact bytes.
        authority: its own roles: all roles of a pinned file, none of a TUF root.
        is_tree: further files follow over the link.
    """

    raw: bytes
    authority: Authority
    is_tree: bool


def load_installed(raw: bytes) -> InstalledRoot:
    """Read a root file of either form: a TUF root, or roles pinned for a single commune.

    Raises:
        TrustError: E_ROLE with the part at fault.
    """
    try:
        value = parse_strict(raw)
    except StrictJsonError as error:
        raise TrustError("E_ROLE", "root", str(error)) from error
    if isinstance(value, dict) and "format" in value:
        if value["format"] != PINNED_FORMAT:
            raise TrustError("E_ROLE", "root", f"neither a TUF root nor {PINNED_FORMAT}")
        return InstalledRoot(raw, load_pinned(raw), is_tree=False)
    return InstalledRoot(raw, load_root(raw), is_tree=True)
