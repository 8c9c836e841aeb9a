"""Measures each medium once: after its download, or when it is found in store unmeasured.

One at a time, what is needed soonest first, at the lowest priority, while nothing sounds. Nothing
waits for it: a medium that is played before it is measured plays as it is. What cannot be decoded,
is blank or clipped is reported days before it is due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime

from agent.contract.document import Medium
from agent.contract.ids import Digest
from agent.contract.loudness import Loudness
from agent.errors import AgentError, StoreError
from agent.play.decode.clip_sequence import Track
from agent.play.decode.loudness_meter import measure_loudness
from agent.state.documents_in_force import DocumentsInForce
from agent.store.database import Store
from agent.store.media import MediaStore
from agent.store.media_loudness import forget_loudness, load_loudness, save_loudness

log = logging.getLogger(__name__)
ISSUE = "media_sound"
LONGEST_WAIT_S = 600
_LATER = datetime.max.replace(tzinfo=UTC)


class LoudnessSurvey:
    """Fills `media.loudness`, which survives a restart in the store. Call `load` first.

    Args:
        store: keeps the figures.
        media: the files.
        documents: name the media, with their signed types.
        needed_at: digest → when it is played next, for media that are played soon.
        set_issue: begins an issue (kind, subject, hint), or ends it (hint None).
        is_sounding: does any output sound now?
        measure: replaced in tests.
    """

    def __init__(
        self,
        store: Store,
        media: MediaStore,
        documents: DocumentsInForce,
        *,
        needed_at: Callable[[], Mapping[str, datetime]],
        set_issue: Callable[[str, str, str | None], None],
        is_sounding: Callable[[], bool],
        measure: Callable[[Track], Awaitable[Loudness]] = measure_loudness,
    ) -> None:
        self._store = store
        self._media = media
        self._documents = documents
        self._needed_at = needed_at
        self._set_issue = set_issue
        self._is_sounding = is_sounding
        self._measure = measure
        self._failed: dict[Digest, str] = {}
        self._reported: set[Digest] = set()
        self._changed = asyncio.Event()

    async def load(self) -> None:
        """Read what was measured before; what no document names any more is forgotten.

        Raises:
            StoreError: the database cannot be read.
        """
        known = await self._store.run(load_loudness)
        self._media.loudness.update(known)

    def changed(self) -> None:
        """The documents have changed."""
        self._changed.set()

    def on_arrival(self, digest: Digest) -> None:
        """A medium was downloaded: what failed with its former, damaged copy may succeed."""
        self._failed.pop(digest, None)
        self.changed()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._changed.clear()
            await self._forget()
            medium = self._find_next()
            self._report()
            if medium is None:
                await self._changed.wait()
            else:
                await self._wait_for_quiet()
                await self._measure_one(medium)

    async def _wait_for_quiet(self) -> None:
        """Wait while something sounds; not for ever, because a relay may sound all day."""
        for _ in range(LONGEST_WAIT_S):
            if not self._is_sounding():
                return
            await asyncio.sleep(1.0)

    def _sounds(self) -> Iterator[Medium]:
        for document in self._documents.with_media:
            yield from (one for one in document.media if one.mime.startswith("audio/"))

    def _find_next(self) -> Medium | None:
        """The medium in store that is due first of those that were not measured."""
        done = self._media.loudness.keys() | self._failed.keys()
        lacking = {
            one.sha256: one
            for one in self._sounds()
            if Digest(one.sha256) not in done and self._media.has(Digest(one.sha256))
        }
        if not lacking:
            return None
        needed = self._needed_at()
        return min(lacking.values(), key=lambda one: needed.get(one.sha256, _LATER))

    async def _measure_one(self, medium: Medium) -> None:
        digest = Digest(medium.sha256)
        try:
            # Not by the media's own readers: what is to sound must not wait for one.
            fd = await asyncio.to_thread(self._media.open_verified, digest, medium.bytes)
            loudness = await self._measure(Track(fd, medium.mime, medium.duration_ms))
        except AgentError as error:
            log.warning("the loudness of %s: %s", digest[:12], error)
            self._failed[digest] = str(error)
            return
        except Exception as error:
            self._failed[digest] = f"E_INTERNAL: {type(error).__name__}: {error}"  # not tried again
            raise
        self._media.loudness[digest] = loudness
        try:
            await self._store.run(save_loudness, digest, loudness)
        except StoreError as error:
            log.warning("the loudness of %s is not stored: %s", digest[:12], error)

    async def _forget(self) -> None:
        """Drop the figures of media that no document names and the store has deleted."""
        gone = [
            digest
            for digest in (*self._media.loudness, *self._failed)
            if not self._documents.is_named(digest) and not self._media.has(digest)
        ]
        if not gone:
            return
        for digest in gone:
            self._media.loudness.pop(digest, None)
            self._failed.pop(digest, None)
        try:
            await self._store.run(forget_loudness, gone)
        except StoreError as error:
            log.warning("loudness of deleted media: %s", error)

    def _report(self) -> None:
        """Begin or end an issue for each named medium that has something wrong."""
        named = {Digest(one.sha256) for one in self._sounds()}
        faults = {digest: why for digest in named if (why := self._fault_of(digest)) is not None}
        for digest in self._reported - faults.keys():
            self._set_issue(ISSUE, digest[:12], None)
        for digest, why in faults.items():
            self._set_issue(ISSUE, digest[:12], why)
        self._reported = set(faults)

    def _fault_of(self, digest: Digest) -> str | None:
        if digest in self._failed:
            return self._failed[digest]
        loudness = self._media.loudness.get(digest)
        if loudness is None:
            return None
        if loudness.is_blank:
            return f"blank: {loudness.lufs:.0f} LUFS"
        return f"clipped: peak {loudness.peak_dbtp:+.1f} dBTP" if loudness.is_clipped else None
