"""A box whose memory is new or lost: what it may take, and who is told (see `trust.head`).

Nothing here holds where no head can reach the box: then it goes on as any new box always did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.document import Document
from agent.contract.ids import Place
from agent.errors import StoreError, TrustError
from agent.store.database import Store
from agent.store.state_origin import StateOrigin, load_origin, put_origin
from agent.trust.authority import Authority
from agent.trust.floor_lookup import FloorLookup
from agent.trust.head import (
    can_have_head,
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
    """Guards a memory that knows nothing of the past. `load` it once before anything else.

    Args:
        authority: who may sign what.
        store: remembers since when it remembers.
        floors: what was accepted before.
        note: begins or ends an issue.
    """

    def __init__(
        self,
        authority: Authority,
        store: Store,
        floors: FloorLookup,
        note: Callable[[str, str, str | None], None],
    ) -> None:
        self._authority = authority
        self._store = store
        self._floors = floors
        self._note = note
        self._birth = StateOrigin(is_new=False)
        self._turned_away: list[tuple[str, tuple[int, int], str]] = []

    async def load(self) -> None:
        """Take up what was kept.

        Raises:
            StoreError: the database cannot be read.
        """
        self._birth = await self._store.run(load_origin)

    @property
    def is_waiting(self) -> bool:
        """Has no fresh head come yet? What comes before it is refused without a record."""
        return not self._birth.is_proved

    def check(
        self, accepted: Accepted, held: Sequence[Document], place: Place | None, now: Now
    ) -> None:
        """Judge a document that trust let through.

        Raises:
            TrustError: E_REPLAY, it cannot be told from a replay.
        """
        if not self._is_guarded(place):
            return
        heads = fresh_heads(select_heads(held), now)
        try:
            verify_after_loss(
                accepted.document, accepted.sha256, self._floors, heads, self._birth.born_at
            )
        except TrustError:
            # names and numbers alone: the documents may be large, and come again when asked for
            document = accepted.document
            number = (document.epoch, document.seq)
            one = (slot_key(document), number, accepted.sha256)
            self._turned_away = [*self._turned_away[-255:], one]
            raise

    async def apply(self, held: Sequence[Document], place: Place | None, now: Now) -> bool:
        """Documents or clock moved: is it time to ask for what was turned away before?"""
        if not self._is_guarded(place):
            return False
        if self._birth.born is None and now.quality in ("SYNCED", "HOLDOVER"):
            await self._become(self._birth.at(now.at))
        heads = fresh_heads(select_heads(held), now)
        if heads and not self._birth.is_proved:
            await self._become(self._birth.proved())
        self._note("head_awaited", "memory", HINT if self.is_waiting else None)
        known = len(self._turned_away)
        self._turned_away = [one for one in self._turned_away if not is_listed(*one, heads)]
        return len(self._turned_away) < known

    async def _become(self, birth: StateOrigin) -> None:
        self._birth = birth
        try:
            await self._store.run(put_origin, birth)
        except StoreError as error:
            log.warning("the memory's birth is remembered in memory only: %s", error)

    def _is_guarded(self, place: Place | None) -> bool:
        return self._birth.is_new and place is not None and can_have_head(self._authority, place)
