"""One pass of the TUF client over files in memory. Blocks and loads heavy modules: run in a thread.

`tuf.ngclient` walks root → timestamp → snapshot → targets → roles, verifies signatures, versions,
listings and expiry, and asks its fetcher for what it lacks. Our fetcher has no network: it records
what is not in the inbox as missing, and the link subscribes to just that file. So a box loads the
files of its own province over a mobile line, not those of the country.

The client works in a scratch folder, filled from what was accepted before. Its result counts only
after `agent.trust.tree` has verified the whole set again and the store has checked the floors: the
client itself syncs nothing to disk and knows none of our own rules.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

import agent.authority.tuf_no_network  # noqa: F401 - first of all: keeps urllib3 out

# isort: split
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, Root, Targets
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from agent.authority.metadata_inbox import largest
from agent.store.authority_files import ONLINE, RoleFile, StoredAuthority
from agent.trust.tree import TreeFiles

BASE_URL = "inbox:/"
MAX_ROLES_ON_WAY = 32
NEW_ROOTS = 64  # in one pass; more come in the next


@dataclass(frozen=True)
class UpdateRun:
    """The result of one pass.

    Args:
        roots: the whole chain by version, from the installed root to the newest.
        files: the whole set, when it is complete and the client accepts it.
        missing: requested names that the inbox lacks, without those of further roots.
        used: names that were read from the inbox, in order.
        fault: why the last of them was refused; None when none was, even if files are missing.
    """

    roots: Mapping[int, bytes]
    files: TreeFiles | None
    missing: frozenset[str]
    used: tuple[str, ...]
    fault: str | None


class _InboxFetcher(FetcherInterface):
    """Serves from memory and records what is missing."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.missing: set[str] = set()
        self.used: list[str] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = unquote(url.rpartition("/")[2])
        if name not in self._files:
            if not name.endswith(".root.json"):
                self.missing.add(name)
            raise DownloadHTTPError(f"{name} has not come", 404)
        self.used.append(name)
        return iter((self._files[name],))

    def download_bytes(self, url: str, max_length: int) -> bytes:
        """As the parent's method, without its temporary file."""
        raw = b"".join(self.fetch(url))
        if len(raw) > max_length:
            raise DownloadError(f"{len(raw)} bytes, at most {max_length}")
        return raw


def run_pass(
    installed: bytes,
    kept: StoredAuthority,
    inbox: Mapping[str, bytes],
    target: str | None,
    at: datetime,
) -> UpdateRun:
    """Update what is stored with what came in.

    Args:
        installed: the root file on the box, the trust anchor.
        kept: what was accepted before.
        inbox: unverified files by name.
        target: `authority/<place>`, which leads to the files for a place; None: targets only.
        at: the box's own time, a lower bound at worst; decides what has expired.
    """
    newest = kept.roots[max(kept.roots)] if kept.roots else installed
    before = without_stale(kept, newest)
    done = _try(installed, before, inbox, target, at)
    newest = done.roots[max(done.roots)]
    after = without_stale(before, newest)
    if after is not before:
        # The new root has changed the keys of timestamp or snapshot: begin both anew (TUF 5.3.11),
        # else an attacker's last and highest version number would lock us out for ever.
        return _try(installed, after, inbox, target, at)
    return done


def without_stale(kept: StoredAuthority, root: bytes) -> StoredAuthority:
    """Without timestamp and snapshot when `root` has other keys for either; else unchanged."""
    signed = Metadata[Root].from_bytes(root).signed
    if not any(
        role in kept.floors and kept.floors[role].keys != keys_of(signed, role) for role in ONLINE
    ) or not any(role in kept.files for role in ONLINE):
        return kept
    files = {role: raw for role, raw in kept.files.items() if role not in ONLINE}
    return replace(kept, files=files)


def _try(
    installed: bytes,
    kept: StoredAuthority,
    inbox: Mapping[str, bytes],
    target: str | None,
    at: datetime,
) -> UpdateRun:
    runtime = os.environ.get("RUNTIME_DIRECTORY")
    with tempfile.TemporaryDirectory(prefix="authority-", dir=runtime) as folder:
        room = Path(folder)
        _fill(room, kept)
        served = {"timestamp.json": kept.files["timestamp"]} if "timestamp" in kept.files else {}
        fetcher = _InboxFetcher({**served, **inbox})
        fault = None
        is_whole = False
        try:
            _update(_updater(room, installed, fetcher, NEW_ROOTS + len(kept.roots)), target, at)
            is_whole = True
        except DownloadHTTPError:
            pass
        except (DownloadError, RepositoryError, ValueError) as error:
            fault = f"{type(error).__name__}: {error}"
        roots = _read_roots(room, installed)
        return UpdateRun(
            roots=roots,
            files=_read_files(room, roots, target) if is_whole else None,
            missing=frozenset(fetcher.missing),
            used=tuple(fetcher.used),
            fault=fault,
        )


def _updater(room: Path, installed: bytes, fetcher: FetcherInterface, max_roots: int) -> Updater:
    config = UpdaterConfig(
        max_root_rotations=max_roots,
        max_delegations=MAX_ROLES_ON_WAY,
        root_max_length=largest("1.root.json"),
        timestamp_max_length=largest("timestamp.json"),
        snapshot_max_length=largest("1.snapshot.json"),
        targets_max_length=largest("1.targets.json"),
    )
    return Updater(str(room), BASE_URL, fetcher=fetcher, config=config, bootstrap=installed)


def _update(updater: Updater, target: str | None, at: datetime) -> None:
    # Otherwise the client uses the machine's own clock, which nothing here trusts. The attribute is
    # private: setup.cfg bounds the release, and a test fails when the attribute changes.
    updater._trusted_set.reference_time = at  # noqa: SLF001 - as above
    updater.refresh()
    if target is not None:
        updater.get_targetinfo(target)  # no such target exists: only the files on its path matter


def _fill(room: Path, kept: StoredAuthority) -> None:
    (room / "root_history").mkdir()
    for version, raw in kept.roots.items():
        (room / "root_history" / f"{version}.root.json").write_bytes(raw)
    for role, raw in kept.files.items():
        _path(room, role).write_bytes(raw)


def _path(room: Path, role: str) -> Path:
    """The client's file name; a role's name may hold anything, its quoted form no separator."""
    return room / f"{quote(role, '')}.json"


def _read_roots(room: Path, installed: bytes) -> dict[int, bytes]:
    """The chain from the installed root to the last one that the client accepted."""
    first, last = _version(installed), _version((room / "root.json").read_bytes())
    history = room / "root_history"
    return {
        version: (history / f"{version}.root.json").read_bytes()
        for version in range(first, last + 1)
    }


def _version(root: bytes) -> int:
    return Metadata[Root].from_bytes(root).signed.version


def _read_files(room: Path, roots: Mapping[int, bytes], target: str | None) -> TreeFiles:
    def read(role: str) -> bytes:
        return _path(room, role).read_bytes()

    roles: dict[str, bytes] = {}
    if target is not None:
        way = [read("targets")]
        while way:
            for role in _roles_towards(way.pop(), target):
                if role not in roles:
                    roles[role] = read(role)
                    way.append(roles[role])
    return TreeFiles(
        root=roots[max(roots)],
        timestamp=read("timestamp"),
        snapshot=read("snapshot"),
        targets=read("targets"),
        roles=roles,
    )


def _roles_towards(raw: bytes, target: str) -> list[str]:
    delegations = Metadata[Targets].from_bytes(raw).signed.delegations
    if delegations is None:
        return []
    return [name for name, _ in delegations.get_roles_for_target(target)]


def keys_of(delegator: Root | Targets, role: str) -> str:
    """Identifies the set of keys that sign a role; equal for equal sets."""
    return ",".join(sorted(delegator.get_delegated_role(role).keyids))


def role_files(files: TreeFiles) -> dict[str, RoleFile]:
    """All but root, with their versions and the keys that sign them."""
    root = Metadata[Root].from_bytes(files.root).signed
    raws = {"timestamp": files.timestamp, "snapshot": files.snapshot, "targets": files.targets}
    found = {
        role: RoleFile(raw, Metadata.from_bytes(raw).signed.version, keys_of(root, role))
        for role, raw in raws.items()
    }
    way = [files.targets]
    while way:
        parent = Metadata[Targets].from_bytes(way.pop()).signed
        for role in parent.delegations.roles or {} if parent.delegations else {}:
            if role in files.roles and role not in found:
                raw = files.roles[role]
                version = Metadata.from_bytes(raw).signed.version
                found[role] = RoleFile(raw, version, keys_of(parent, role))
                way.append(raw)
    return found
