"""The box's place by its config in force, its last place, and which documents are meant for it.

The last place outlives the config that gave it, also in a recovered database: whoever gives the box
a new place must have rights at the former one too.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import StationConfig
from agent.contract.ids import Place, is_match, parse_place
from agent.errors import StoreError
from agent.plan.policy import config_in_force
from agent.store import key_value
from agent.store.database import Store
from agent.trust.latched_stop import find_latch_place
from agent.trust.revalidation import Revalidation

log = logging.getLogger(__name__)


class Placement:
    """The box's place. `load` it once before anything else.

    Args:
        revalidation: decides which configs are still authorised.
        store: keeps the last place.
        placed: called with the config that gives the place, or None when the place is lost.
        province: expected by the settings; it counts for a box that never had a place.

    Attributes:
        place: the present one; None without a config.
        last: the newest known place, also when it is lost.
    """

    def __init__(
        self,
        revalidation: Revalidation,
        store: Store,
        placed: Callable[[StationConfig | None], Awaitable[None]],
        province: str | None,
    ) -> None:
        self.place: Place | None = None
        self.last: Place | None = None
        self._config_id: str | None = None
        self._revalidation = revalidation
        self._store = store
        self._placed = placed
        self._province = province

    async def load(self) -> None:
        """Read the last place.

        Raises:
            StoreError: the database cannot be read.
        """
        last = await self._store.run(key_value.get, key_value.LAST_PLACE)
        with contextlib.suppress(ValueError):  # corrupt on the card: the config gives it again
            self.last = parse_place(last) if last is not None else None

    @property
    def former(self) -> str | None:
        """The last place, or else the expected one, as a pattern of places; None: anywhere."""
        if self.last is not None:
            return str(self.last)
        return f"{self._province}/*/*" if self._province is not None else None

    async def update(self, documents: Iterable[HeldDocument], now: Now) -> None:
        """Set the place from the configs, each verified at the place that it gives.

        A config that is no longer authorised gives no place.
        """
        configs = [h for h in documents if isinstance(h.document, StationConfig)]
        entitled = [h for h in configs if self._is_entitled(h, now)]
        config = config_in_force(entitled, now)
        if config is not None and config.doc_id != self._config_id:
            self._config_id = config.doc_id
            self.place = parse_place(config.place)
            await self._remember(self.place)
            await self._placed(config)
        lost = {h.document.doc_id for h in configs if h not in entitled}
        if config is None and self._config_id in lost:
            self._config_id = self.place = None
            await self._placed(None)

    def is_meant(self, held: HeldDocument) -> bool:
        """Is it for this place? The config in force is, though it named the box at a former one.

        A stop that was for this place when it was accepted still is: moving the box lifts no stop.
        """
        document, place = held.document, self.place
        if find_latch_place(held) is not None:
            return True
        return place is not None and (
            document.doc_id == self._config_id or any(is_match(to, place) for to in document.to)
        )

    def _is_entitled(self, held: HeldDocument, now: Now) -> bool:
        config = held.document
        assert isinstance(config, StationConfig)  # noqa: S101 - the caller asks for no other
        return self._revalidation.is_entitled(held, parse_place(config.place), now)

    async def _remember(self, place: Place) -> None:
        if place == self.last:
            return
        self.last = place
        try:
            await self._store.run(key_value.put, key_value.LAST_PLACE, str(place))
        except StoreError as error:
            log.warning("the last place is kept in memory only: %s", error)
