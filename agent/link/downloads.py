"""Downloads the media that held documents name, and retries until they are in store.

The theory. A host may be slow, silent or gone, and the next item's medium may be on another host.
So only two files are under way at a time, what is needed soonest goes first, and no download keeps
its place for long: after a turn of a minute it gives way to one that waits, and resumes in a later,
longer turn. The download with the fewest turns goes first, so that a host which never delivers
delays each other file once.

The media of an emergency in force have their own places, fetcher and short intervals, and each try
begins with the next address: no host and no schedule delays its words.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Protocol

import msgspec

from agent.clock import mono_s
from agent.contract.document import Emergency, Medium, Playlist
from agent.contract.ids import Digest
from agent.errors import AgentError, LinkError
from agent.signals import Signal
from agent.store.media_status import MediaStatus

log = logging.getLogger(__name__)
RETRY_S = (5.0, 15.0, 60.0, 300.0)
URGENT_RETRY_S = (1.0, 2.0, 5.0, 10.0)
PLACES = 2
URGENT_PLACES = 4  # a language each
TURN_S = 60.0  # the first; each further turn of the same file is twice as long
URGENT_TURN_S = 15.0
LONGEST_TURN_S = 1920.0
_NEVER = datetime.max.replace(tzinfo=UTC)


class MediaFetch(Protocol):
    """See `link.media_fetch.Fetcher`."""

    async def fetch(self, medium: Medium, may_go_on: Callable[[], bool]) -> bool:
        """Bring one medium into store; False when it was pre-empted before it was complete."""


@dataclass(eq=False)
class _Download:
    """A missing medium, its attempts so far and the earliest time of the next one."""

    medium: Medium
    is_urgent: bool
    turns: int = 0
    faults: int = 0
    due_mono_s: float = 0.0

    @property
    def rotated(self) -> Medium:
        """The medium with its addresses rotated: the next one to try comes first."""
        urls = self.medium.urls
        first = (self.turns + self.faults) % len(urls) if urls else 0
        return msgspec.structs.replace(self.medium, urls=[*urls[first:], *urls[:first]])


class _Urgency(IntEnum):
    """How urgent a document makes its media. An alarm that waits for a local key is not urgent."""

    PLAYLIST = 0
    PREPARED_ALARM = 1
    ON_NOW = 2


def _urgency_of(document: Playlist | Emergency, pressed: str | None) -> _Urgency:
    if not isinstance(document, Emergency):
        return _Urgency.PLAYLIST
    is_on = document.trigger == "now" or document.doc_id == pressed
    return _Urgency.ON_NOW if is_on else _Urgency.PREPARED_ALARM


def _most_trusted(
    documents: Iterable[Playlist | Emergency], pressed: str | None
) -> dict[str, tuple[Medium, _Urgency]]:
    """Each medium by digest, as the document with the highest precedence describes it.

    Documents may name one file with different addresses and lengths. Those of an emergency take
    precedence, because two people have signed them; among equals those of the newer document.
    """
    found: dict[str, tuple[Medium, _Urgency]] = {}
    for document in documents:
        urgency = _urgency_of(document, pressed)
        for medium in document.media:
            known = found.get(medium.sha256)
            if known is None or known[1] <= urgency:
                found[medium.sha256] = medium, urgency
    return found


class Downloads:
    """Downloads missing media.

    Args:
        fetcher: downloads one medium.
        urgent: the same for an emergency in force, with shorter time-outs.
        status: which media are in store; gets the reason why one is not.
        is_wanted: does any document in force name this medium? If not, its download stops.
        needed_at: digest → when it is played next, for media that are played soon.

    Attributes:
        arrived: emitted when a medium is in store.
        failed: emitted after each failed attempt.
        given_up: emitted when a medium that could not be fetched is no longer named.
    """

    def __init__(
        self,
        fetcher: MediaFetch,
        *,
        urgent: MediaFetch,
        status: MediaStatus,
        is_wanted: Callable[[Digest], bool],
        needed_at: Callable[[], Mapping[str, datetime]],
    ) -> None:
        self._fetcher = fetcher
        self._urgent = urgent
        self._status = status
        self.arrived = Signal[[Digest]]()
        self.failed = Signal[[Digest, AgentError]]()
        self.given_up = Signal[[Digest]]()
        self._is_wanted = is_wanted
        self._needed_at = needed_at
        self._needed: Mapping[str, datetime] = {}
        self._waiting: dict[str, _Download] = {}
        self._under_way: dict[str, _Download] = {}
        self._changed = asyncio.Event()

    def want(self, documents: Iterable[Playlist | Emergency], pressed: str | None = None) -> None:
        """Download whatever these documents name and the store lacks.

        Args:
            documents: those in force, the newest last.
            pressed: the doc_id of the prepared alarm that a local key has started.
        """
        for medium, urgency in _most_trusted(documents, pressed).values():
            if not self._status.has(Digest(medium.sha256)):
                self._take(medium, is_urgent=urgency is _Urgency.ON_NOW)
        self._drop_unwanted()
        if self._waiting:
            self._needed = self._needed_at()
            self._changed.set()

    def take_in(self, digest: Digest) -> None:
        """A medium has come another way and is in store."""
        self._waiting.pop(digest, None)
        self._status.clear_failure(digest)
        self.arrived.emit(digest)

    def _drop_unwanted(self) -> None:
        """Drop at once what no document names any more: with dead hosts the list would grow."""
        for digest in [one for one in self._waiting if not self._is_wanted(Digest(one))]:
            del self._waiting[digest]
            self._give_up(Digest(digest))

    def _give_up(self, digest: Digest) -> None:
        self._status.clear_failure(digest)
        self.given_up.emit(digest)

    def _take(self, medium: Medium, *, is_urgent: bool) -> None:
        digest = medium.sha256
        known = self._waiting.get(digest) or self._under_way.get(digest)
        if known is None:
            self._waiting[digest] = _Download(medium, is_urgent)
        elif known.medium != medium or (is_urgent and not known.is_urgent):
            # Another address may be the right one, and a medium of an alarm is due at once.
            known.medium, known.faults, known.due_mono_s = medium, 0, 0.0
            known.is_urgent = known.is_urgent or is_urgent

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                for is_urgent in (True, False):
                    self._assign_turns(group, is_urgent=is_urgent)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._wait_s()):
                        await self._changed.wait()

    def _assign_turns(self, group: asyncio.TaskGroup, *, is_urgent: bool) -> None:
        taken = sum(one.is_urgent == is_urgent for one in self._under_way.values())
        free = (URGENT_PLACES if is_urgent else PLACES) - taken
        for download in sorted(self._ready(is_urgent=is_urgent), key=self._rank)[: max(0, free)]:
            digest = download.medium.sha256
            self._under_way[digest] = self._waiting.pop(digest)
            group.create_task(self._turn(download), name=f"fetch {digest[:8]}")

    def _ready(self, *, is_urgent: bool) -> list[_Download]:
        now_s = mono_s()
        return [
            one
            for one in self._waiting.values()
            if one.is_urgent == is_urgent and one.due_mono_s <= now_s
        ]

    def _rank(self, download: _Download) -> tuple[int, datetime]:
        needed_at = self._needed.get(download.medium.sha256, _NEVER)
        return download.turns + download.faults, needed_at

    def _wait_s(self) -> float | None:
        """Seconds until the next pause is over; a due download waits for a place, not for time."""
        now_s = mono_s()
        due = [one.due_mono_s - now_s for one in self._waiting.values() if one.due_mono_s > now_s]
        return min(due, default=None)

    async def _turn(self, download: _Download) -> None:
        turn_s = URGENT_TURN_S if download.is_urgent else TURN_S
        ends_mono_s = mono_s() + min(turn_s * 2**download.turns, LONGEST_TURN_S)

        def may_go_on() -> bool:
            has_others = download.is_urgent and len(download.medium.urls) > 1
            is_alone = not has_others and not self._ready(is_urgent=download.is_urgent)
            return mono_s() < ends_mono_s or is_alone

        is_done = False
        try:
            is_done = await self._visit(download, may_go_on)
        finally:
            digest = download.medium.sha256
            del self._under_way[digest]
            if not is_done:
                self._waiting[digest] = download
            self._changed.set()

    async def _visit(self, download: _Download, may_go_on: Callable[[], bool]) -> bool:
        """Run one turn of a download; True when nothing is left to do."""
        digest = Digest(download.medium.sha256)
        if not self._is_wanted(digest):
            self._give_up(digest)
            return True
        try:
            if download.is_urgent:
                is_whole = await self._urgent.fetch(download.rotated, may_go_on)
            else:
                is_whole = await self._fetcher.fetch(download.medium, may_go_on)
        except AgentError as error:
            self._failed(download, error)
            return False
        except Exception as error:
            # A failure of one medium stops neither the other downloads nor the agent.
            log.exception("fetching %s", digest)
            self._failed(download, LinkError("E_FETCH", digest, f"{type(error).__name__}: {error}"))
            return False
        if not is_whole:
            download.turns += 1
            return False
        self._status.clear_failure(digest)
        self.arrived.emit(digest)
        return True

    def _failed(self, download: _Download, error: AgentError) -> None:
        digest = Digest(download.medium.sha256)
        self._status.set_failure(digest, str(error))
        pauses_s = URGENT_RETRY_S if download.is_urgent else RETRY_S
        download.due_mono_s = mono_s() + pauses_s[min(download.faults, len(pauses_s) - 1)]
        download.faults += 1
        self.failed.emit(digest, error)
