"""The published tree as one file for the people who sign documents: who may sign what, by name.

A box gets the root alone and fetches the rest. An officer's machine has no link, so it gets the
whole set in one file, made by `authority export` and named after `--root`. The same code verifies
it as on a box: an altered file is refused.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from agent.contract.strict_json import StrictJsonError, parse_strict
from agent.errors import TrustError
from agent.trust.tree import TreeAuthority
from central.authority.ceremony.errors import refusal
from central.authority.ceremony.tree import Tree, file_name
from central.authority.ceremony.tree_publication import current_files, load_published
from central.authority.ceremony.workspace import Workspace


class _TreeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["tramtin-tree-1"]
    files: dict[str, str]  # by name on the wire, the exact text


def export_tree(folder: Workspace) -> bytes:
    """The set in force as one file.

    Raises:
        ConfigError: E_CEREMONY, nothing is published.
        TrustError: E_ROLE, the folder was altered.
    """
    if load_published(folder) is None:
        raise refusal("not_begun", str(folder.path))
    texts = {name: raw.decode() for name, raw in current_files(folder).items()}
    return msgspec.json.format(msgspec.json.encode(_TreeFile("tramtin-tree-1", texts))) + b"\n"


def read_tree_file(raw: bytes, subject: str) -> tuple[TreeAuthority, Tree]:
    """Return the tree in such a file, verified as on a box, and the holders' names.

    Args:
        raw: the file.
        subject: its name, for the error.

    Raises:
        TrustError: E_ROLE, it is damaged or was altered.
    """
    try:
        told = msgspec.convert(parse_strict(raw), _TreeFile)
    except (StrictJsonError, msgspec.ValidationError) as error:
        raise TrustError("E_ROLE", subject, f"not a file of `authority export`: {error}") from error
    with TemporaryDirectory() as scratch:
        folder = Workspace(Path(scratch))
        folder.write_published(
            {name: text.encode() for name, text in told.files.items() if _is_file_name(name)}
        )
        authority, tree = load_published(folder), folder.published()
    if authority is None:
        raise TrustError("E_ROLE", subject, "holds no timestamp")
    return authority, tree


def _is_file_name(name: str) -> bool:
    """Return whether it is a name that a box may request; never a path."""
    if name == "timestamp.json":
        return True
    version, _, role = name.removesuffix(".json").partition(".")
    return (
        version.isdecimal()
        and role.replace(".", "").replace("-", "").isalnum()
        and (name == file_name(role, int(version)))
    )
