"""Keeps the media that held documents name coming, with patience, until they are in store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from agent.contract.document import Emergency, Medium, Playlist
from agent.contract.ident import Digest
from agent.errors import AgentError

RETRY_S = (5.0, 15.0, 60.0, 300.0)


class Fetch(Protocol):
    """See `link.fetch.Fetcher`."""

    async def fetch(self, medium: Medium) -> None:
        """Bring one medium into store."""


class Supply:
    """Fetches what is lacking, emergencies first.

    Args:
        fetcher: brings one medium.
        has: is a medium in store?
        urgent: the same for emergencies, so that they never queue behind a week's music.
        is_wanted: does any document in force name this medium? If not, it is not fetched any more.
        on_arrival: called when a medium has come in.
        on_failure: called with (digest, error) after each failed try.
        on_unwanted: called when a medium that could not be fetched is no longer named.
    """

    def __init__(
        self,
        fetcher: Fetch,
        urgent: Fetch,
        *,
        has: Callable[[Digest], bool],
        is_wanted: Callable[[Digest], bool],
        on_arrival: Callable[[Digest], None],
        on_failure: Callable[[Digest, AgentError], None],
        on_unwanted: Callable[[Digest], None],
    ) -> None:
        self._fetcher = fetcher
        self._has = has
        self._urgent = urgent
        self._is_wanted = is_wanted
        self._on_arrival = on_arrival
        self._on_failure = on_failure
        self._on_unwanted = on_unwanted
        self._errors: dict[str, str] = {}
        self._fetching: set[str] = set()
        self._queue: asyncio.Queue[tuple[Medium, Fetch]] = asyncio.Queue()

    def why_missing(self, digest: str) -> str | None:
        """None when a medium is in store; else the latest reason why it is not."""
        if self._has(Digest(digest)):
            return None
        return self._errors.get(digest, f"E_MEDIA: {digest[:12]} is not in store")

    def want(self, documents: Iterable[Playlist | Emergency]) -> None:
        """Fetch whatever these documents name and the store lacks."""
        for document in sorted(documents, key=lambda d: not isinstance(d, Emergency)):
            fetcher = self._urgent if isinstance(document, Emergency) else self._fetcher
            for medium in document.media:
                if medium.sha256 not in self._fetching and not self._has(Digest(medium.sha256)):
                    self._fetching.add(medium.sha256)
                    self._queue.put_nowait((medium, fetcher))

    async def run(self) -> None:
        """Live until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                medium, fetcher = await self._queue.get()
                group.create_task(self._bring(medium, fetcher), name=f"fetch {medium.sha256[:8]}")

    async def _bring(self, medium: Medium, fetcher: Fetch) -> None:
        digest = Digest(medium.sha256)
        attempt = 0
        try:
            while self._is_wanted(digest):
                try:
                    await fetcher.fetch(medium)
                except AgentError as error:
                    self._errors[digest] = str(error)
                    self._on_failure(digest, error)
                else:
                    self._errors.pop(digest, None)
                    self._on_arrival(digest)
                    return
                await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
                attempt += 1
            self._on_unwanted(digest)
        finally:
            self._fetching.discard(digest)
