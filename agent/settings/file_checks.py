"""Files and folders that the settings name.

The check runs on the tree, so that these faults are reported together with all others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from agent.settings.credential import find_credential
from agent.settings.found import Found
from strict_yaml.node import Node, Scalar, given
from strict_yaml.validation_fault import CodedText


def find_files(tree: Node) -> Iterator[Found]:
    """Faults of files and of the state folder; other checks report malformed values."""
    broker = given(tree, "broker")
    for key in ("ca", "cert", "key"):
        yield from _find_file(given(broker, key), f"broker.{key}")
    yield from _find_file(given(tree, "root"), "root")
    yield from _find_state(given(tree, "state"))


def _find_file(node: Node | None, key: str) -> Iterator[Found]:
    if not isinstance(node, Scalar) or not node.value.startswith("/"):
        return
    path = Path(find_credential(node.value) if key == "broker.key" else node.value)
    if not path.is_file():
        near = _near_file(path)
        expected = None if near else CodedText("file_of_centre")
        yield Found(node.mark, key, "no_file", node.value, expected, near)
    elif not os.access(path, os.R_OK):
        # the device key belongs to root: other users cannot read it
        yield Found(node.mark, key, "file_unreadable", node.value, _with_sudo())


def _with_sudo() -> CodedText | None:
    return CodedText("with_sudo") if os.geteuid() else None


def _near_file(path: Path) -> str:
    """A file of the same kind in the same folder with a similar name."""
    from strict_yaml.suggestions import guess_member

    try:
        kin = [entry for entry in path.parent.iterdir() if entry.suffix == path.suffix]
        names = [entry.name for entry in kin if entry.is_file()]
    except OSError:
        return ""
    near = guess_member(path.name, names)
    return str(path.with_name(near)) if near else ""


def is_read_only(folder: Path) -> bool:
    """Is the file system mounted read-only, as a worn card's is?"""
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _find_state(node: Node | None) -> Iterator[Found]:
    if not isinstance(node, Scalar) or not node.value.startswith("/"):
        return
    state = Path(node.value)
    folder = state if state.exists() else state.parent  # it is created at the first start
    if not folder.is_dir():
        yield Found(node.mark, "state", "no_directory", str(folder))
    elif state.exists() and is_read_only(state):
        return  # a worn card is not a fault of the settings: the box runs from RAM, and warns
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield Found(node.mark, "state", "not_writable", str(folder), _with_sudo())
