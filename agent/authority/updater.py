"""Keeps the authority current: files in, one pass of the TUF client, floors, a new authority.

The theory. Authority files come down retained, one topic a file. The box always subscribes to the
timestamp and to the next few roots; a pass of the client requests what else it needs, and the link
then subscribes to just those topics. Each file that comes in starts a pass, until nothing is
missing. A set counts when three have accepted it: the client (`tuf_client`), our own rules
(`agent.trust.tree`) and the floors in the store, in whose transaction it becomes durable. A refusal
changes nothing: the former authority stays in force, and expires in the end.

A verified root counts by itself, even while the rest has not come yet: see `SupersededAuthority`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.authority.metadata_inbox import MetadataInbox
from agent.authority.restore import restore_authority
from agent.clock import Now
from agent.contract.ids import Place
from agent.errors import StoreError, TrustError
from agent.signals import AsyncSignal
from agent.store.authority_files import (
    ONLINE,
    StoredAuthority,
    accept,
    delete_all,
    read,
    retain,
    store_roots,
)
from agent.store.database import Store
from agent.trust.authority import Authority, Grade
from agent.trust.current_authority import AuthorityInForce
from agent.trust.tree import TreeAuthority, TreeFiles, describe_unknown, load_root, load_tree

if TYPE_CHECKING:
    from agent.authority.tuf_client import UpdateRun

log = logging.getLogger(__name__)
ROOTS_AHEAD = 8
# The wait after a pass that a message brought about and that had no result, doubled until a pass
# has one: whoever controls the broker must neither load the processor nor fill the journal.
PAUSE_S = 5.0
LONGEST_PAUSE_S = 320.0
SETTLE_S = 0.02
SUBJECT = "authority"
TIMESTAMP = "timestamp.json"


class AuthorityUpdater:
    """Verifies the authority's files and puts them into force.

    Args:
        installed: the root file on the box.
        in_force: gets each new authority.
        store: keeps the files and their floors.
        now: the box's clock.
        fault: called with kind, subject and hint; the hint is None when the fault has passed.
        pause_s: the first pause, see `PAUSE_S`.

    Attributes:
        wanted: emitted with the names of exactly those authority files to subscribe to from now on.
        changed: emitted when rights or their freshness have changed; True when they have improved.
    """

    def __init__(
        self,
        installed: bytes,
        in_force: AuthorityInForce,
        *,
        store: Store,
        now: Callable[[], Now],
        fault: Callable[[str, str, str | None], None],
        pause_s: float = PAUSE_S,
    ) -> None:
        self._installed = installed
        self._first = load_root(installed)
        self._in_force = in_force
        self._store = store
        self._now = now
        self._fault = fault
        self.wanted = AsyncSignal[[Collection[str]]]()
        self.changed = AsyncSignal[[bool]]()
        self._pause_s = pause_s
        self._kept = StoredAuthority()
        self._inbox = MetadataInbox()
        self._wanted: frozenset[str] = frozenset()
        self._place: Place | None = None
        self._provisional_place: Place | None = None
        self._awaited: frozenset[str] = frozenset()  # wanted, and never come since
        self._is_due = asyncio.Event()
        self._is_by_message = False
        self._end_pause = asyncio.Event()
        self._at_rest = asyncio.Event()

    @property
    def wanted_files(self) -> frozenset[str]:
        """The names of the files that are requested now."""
        return self._wanted

    async def settle(self) -> None:
        """Return when no pass is due or under way; `run` must be running."""
        while self._is_due.is_set() or not self._at_rest.is_set():
            await asyncio.sleep(SETTLE_S)
            await self._at_rest.wait()

    async def load(self) -> None:
        """Restore what was accepted before; works without a link. Call it before `run`.

        Raises:
            StoreError: the store cannot be read.
        """
        kept = await self._store.run(read)
        found = await asyncio.to_thread(restore_authority, self._installed, kept)
        if found.damage:
            log.warning("stored authority: %s", found.damage)
            self._fault("authority_damaged", SUBJECT, found.damage)
        await self._repair_store(kept, found.kept)
        self._kept, self._in_force.current = found.kept, found.authority
        self._report_newer()
        await self._want(())

    async def run(self) -> None:
        """Run until cancelled: one pass over all files that have come in meanwhile."""
        pause_s = self._pause_s
        while True:
            self._at_rest.set()
            await self._is_due.wait()
            self._at_rest.clear()
            self._is_due.clear()
            self._end_pause.clear()
            is_by_message, self._is_by_message = self._is_by_message, False
            has_changed = False
            try:
                has_changed = await self.refresh()
            except Exception as error:  # the task's outer edge: the former authority stays
                log.exception("the pass over the authority's files failed")
                self._report_fault(str(error) or type(error).__name__)
                is_by_message = True
            if has_changed:
                pause_s = self._pause_s
            if has_changed or not is_by_message:
                continue
            self._at_rest.set()
            await self._pause(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _pause(self, limit_s: float) -> None:
        """Wait until the time is over, or for what no broker can bring about at will.

        That is a signed place, and the first file of a name that verified files have named: a box
        that starts waits for each of them once.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._end_pause.wait()

    async def on_file(self, name: str, raw: bytes) -> None:
        """Store one file from the broker; the next pass verifies it."""
        if self._inbox.put(name, raw):
            self._request_by_message()
            if name in self._awaited:
                self._awaited -= {name}
                self._end_pause.set()

    def set_place(self, place: Place | None) -> None:
        """Set the place by the station-config; the box requests the files of that place.

        A lost place stays as the provisional one: the config that gave it may be authorised again,
        and the centre does not send again what the box holds.
        """
        if place != self._place:
            self._provisional_place = self._place if place is None else None
            self._place = place
            self._end_pause.set()
            self._is_due.set()

    def set_provisional_place(self, place: Place) -> None:
        """Set a provisional place, from a document that could not be verified.

        It only chooses which files a box without a place requests; it grants nothing.
        """
        if self._place is None and place != self._provisional_place:
            self._provisional_place = place
            self._request_by_message()

    def recheck(self) -> None:
        """Run a pass: the clock has been set, so files may have expired or be valid again."""
        self._is_due.set()

    def _request_by_message(self) -> None:
        self._is_by_message = True
        self._is_due.set()

    async def _repair_store(self, was: StoredAuthority, kept: StoredAuthority) -> None:
        """Delete what no longer verifies; on a card that takes no writes it is only left out."""
        try:
            if was.floors and not kept.floors:
                log.warning("the installed root starts another chain: the former one is deleted")
                await self._store.run(delete_all)
            if (was.roots, was.files) != (kept.roots, kept.files):
                await self._store.run(retain, kept)
        except StoreError as error:
            log.warning("corrupt rows stay on the card: %s", error)

    # One pass

    async def refresh(self) -> bool:
        """Run one pass; True if it changed the authority in force or the wanted files."""
        was_wanted, was = self._wanted, self._in_force.current
        came = self._inbox.files()
        done = await asyncio.to_thread(self._run_client, came)
        fault, refused = done.fault, set(done.used[-1:] if done.fault else ())
        try:
            await self._take(done)
        except TrustError as error:
            fault, refused = str(error), set(done.used)
        except StoreError as error:
            fault = str(error)
            self._request_by_message()
        for name in refused & came.keys():
            self._inbox.drop(name, came[name])
            self._request_by_message()  # files that came with it have not been read yet
        is_whole = fault is None and done.files is not None
        await self._want(() if is_whole else done.missing.union(done.used))
        if fault is not None:
            self._report_fault(fault)
        elif is_whole and came.keys() & set(done.used):
            self._fault("authority_refused", SUBJECT, None)
            if isinstance(self._in_force.current, TreeAuthority):
                self._fault("authority_damaged", SUBJECT, None)
        if self._in_force.current is not was:
            self._report_newer()
            await self._report_change(was)
        return self._in_force.current is not was or self._wanted != was_wanted

    def _run_client(self, came: Mapping[str, bytes]) -> UpdateRun:
        # A late import: a box with a pinned authority never needs the client.
        from agent.authority.tuf_client import run_pass

        place = self._place or self._provisional_place
        target = f"authority/{place}" if place else None
        return run_pass(self._installed, self._kept, came, target, self._now().at)

    async def _take(self, done: UpdateRun) -> None:
        """Store the result, then put it into force.

        Raises:
            TrustError: our own rules or a floor refuse it; the authority in force stays.
            StoreError: it cannot be stored.
        """
        new_roots = {v: raw for v, raw in done.roots.items() if v not in self._kept.roots}
        for raw in new_roots.values():
            self._verify_demo(load_root(raw))
        if new_roots:
            floors = await self._store.run(store_roots, new_roots)
            roots = {**self._kept.roots, **new_roots}
            self._kept = replace(self._kept, roots=roots, floors=floors)
            # Files that came before their root were refused; they are requested again.
            self._wanted = frozenset()
            await self.wanted.emit(self._wanted)
        if done.files is not None and not self._is_kept(done.files):
            await self._accept(done.files)
        elif new_roots:
            found = await asyncio.to_thread(restore_authority, self._installed, self._kept)
            self._kept, self._in_force.current = found.kept, found.authority

    async def _accept(self, files: TreeFiles) -> None:
        from agent.authority.tuf_client import role_files

        authority = await asyncio.to_thread(load_tree, files)
        self._verify_demo(authority)
        by_role = await asyncio.to_thread(role_files, files)
        floors = await self._store.run(accept, authority.versions["root"], by_role)
        self._kept = replace(self._kept, files=_by_role(files), floors=floors)
        self._in_force.current = authority

    def _verify_demo(self, authority: Authority) -> None:
        if authority.demo and not self._first.demo:
            raise TrustError("E_ROLE", "root", "a demonstration's root works only in the demo")

    def _is_kept(self, files: TreeFiles) -> bool:
        return self._kept.files == _by_role(files) and "targets" in self._in_force.versions

    # Reports

    async def _want(self, names: Collection[str]) -> None:
        newest = self._in_force.versions["root"]
        ahead = {f"{version}.root.json" for version in range(newest + 1, newest + 1 + ROOTS_AHEAD)}
        wanted = frozenset({TIMESTAMP, *names} | ahead)
        self._inbox.want(wanted)
        if wanted != self._wanted:
            self._awaited = (self._awaited | (wanted - self._wanted)) & wanted
            self._wanted = wanted
            await self.wanted.emit(wanted)

    def _report_fault(self, hint: str) -> None:
        log.warning("authority refused: %s", hint)
        self._fault("authority_refused", SUBJECT, hint)

    def _report_newer(self) -> None:
        """Set an issue for what this release does not know, while those files are in force."""
        authority = self._in_force.current
        if isinstance(authority, TreeAuthority):
            self._fault("authority_newer", SUBJECT, describe_unknown(authority))

    async def _report_change(self, was: Authority) -> None:
        """Emit `changed`, but not for an hourly timestamp alone, which changes no right."""
        now, is_ = self._now(), self._in_force.current
        has_new_role = bool(is_.versions.keys() - was.versions.keys())  # such as the commune's
        better = has_new_role or is_.grade(now) < was.grade(now)
        log.info("authority %s, %s", dict(is_.versions), is_.grade(now).name)
        if better or _rights(is_, now) != _rights(was, now):
            await self.changed.emit(better)


def _rights(authority: Authority, now: Now) -> tuple[Grade, Mapping[str, int]]:
    lasting = {name: version for name, version in authority.versions.items() if name not in ONLINE}
    return authority.grade(now), lasting


def _by_role(files: TreeFiles) -> dict[str, bytes]:
    top = {"timestamp": files.timestamp, "snapshot": files.snapshot, "targets": files.targets}
    return {**top, **files.roles}
