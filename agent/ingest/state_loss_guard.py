"""Replay protection of a box whose stored state is new or lost (see `trust.head`).

It does not apply where no head can reach the box: such a box accepts like any new box.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.document import Document, Head
from agent.contract.ids import Place
from agent.errors import StoreError, TrustError
from agent.store.database import Store
from agent.store.state_origin import StateOrigin, load_origin, save_origin
from agent.trust.authority import Authority
from agent.trust.floor_lookup import FloorLookup
from agent.trust.head import (
    can_have_head,
    carried_heads,
    fresh_heads,
    is_listed,
    select_heads,
    slot_key,
    verify_after_loss,
)

log = logging.getLogger(__name__)
HINT = (
    "no schedule issued before now is taken until a fresh head is here; is collect's head key set?"
)


class StateLossGuard:
    """Protects a box whose state has no floors of the past. `load` it once before anything else.

    Args:
        authority: who may sign what.
        store: keeps since when the state exists.
        floors: replay floors of what was accepted before.
        set_issue: begins or ends an issue.
    """

    def __init__(
        self,
        authority: Authority,
        store: Store,
        floors: FloorLookup,
        set_issue: Callable[[str, str, str | None], None],
    ) -> None:
        self._authority = authority
        self._store = store
        self._floors = floors
        self._set_issue = set_issue
        self._origin = StateOrigin(is_new=False)
        self._turned_away: list[tuple[str, tuple[int, int], str]] = []
        self._is_attended = False

    async def load(self) -> None:
        """Read the origin of the state.

        Raises:
            StoreError: the database cannot be read.
        """
        self._origin = await self._store.run(load_origin)

    @contextmanager
    def attended(self) -> Iterator[None]:
        """A context while a person at the box hands over what the centre has sent by a stick."""
        self._is_attended = True
        try:
            yield
        finally:
            self._is_attended = False

    @property
    def is_waiting(self) -> bool:
        """Has no fresh head come yet? What comes before it is refused without a record."""
        return not self._origin.is_proved

    def check(
        self, accepted: Accepted, held: Sequence[Document], place: Place | None, now: Now
    ) -> None:
        """Verify a document that passed all rules of `agent.trust`.

        Raises:
            TrustError: E_REPLAY, it cannot be distinguished from a replay.
        """
        if not self._is_guarded(place):
            return
        heads = self._fresh_heads(held, now)
        try:
            verify_after_loss(
                accepted.document, accepted.sha256, self._floors, heads, self._origin.born_at
            )
        except TrustError:
            # only names and numbers: the documents may be large, and the centre sends them again
            document = accepted.document
            number = (document.epoch, document.seq)
            one = (slot_key(document), number, accepted.sha256)
            self._turned_away = [*self._turned_away[-255:], one]
            raise

    async def apply(self, held: Sequence[Document], place: Place | None, now: Now) -> bool:
        """Apply changed documents or a changed clock.

        Returns:
            Must a hello ask for what was turned away before?
        """
        # Not only once it is guarded: a grant or bulletin issued before its commune's file came,
        # but after it first knew the time, is no replay of the past.
        # A battery clock dates the beginning only before a person, who would see that it is wrong.
        is_timed = now.is_trusted or (self._is_attended and now.quality == "RTC")
        if self._origin.is_new and self._origin.born is None and is_timed:
            await self._set_origin(self._origin.at(now.at))
        if not self._is_guarded(place):
            return False
        heads = self._fresh_heads(held, now)
        if heads and not self._origin.is_proved:
            await self._set_origin(self._origin.proved())
        self._set_issue("head_awaited", "memory", HINT if self.is_waiting else None)
        known = len(self._turned_away)
        self._turned_away = [one for one in self._turned_away if not is_listed(*one, heads)]
        return len(self._turned_away) < known

    async def _set_origin(self, origin: StateOrigin) -> None:
        self._origin = origin
        try:
            await self._store.run(save_origin, origin)
        except StoreError as error:
            log.warning("the origin of the state is kept in memory only: %s", error)

    def _fresh_heads(self, held: Sequence[Document], now: Now) -> list[Head]:
        heads = select_heads(held)
        fresh = fresh_heads(heads, now)
        return fresh or (carried_heads(heads, now) if self._is_attended else [])

    def _is_guarded(self, place: Place | None) -> bool:
        return self._origin.is_new and place is not None and can_have_head(self._authority, place)
