"""Where the box stands by its config in force, where it stood last, and what is meant for it there.

The last place outlives the config that gave it, also in a memory that was salvaged: who would
place the box anew must have a say there too.
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
        holding: judges which configs are still entitled.
        store: remembers the last place.
        placed: told of the config that gives the place, or None when it is lost.
        province: expected by the settings; asked of a box that never had a place.

    Attributes:
        place: of now; None without a config.
        last: the newest place that is known, also when it is lost.
    """

    def __init__(
        self,
        holding: Revalidation,
        store: Store,
        placed: Callable[[StationConfig | None], Awaitable[None]],
        province: str | None,
    ) -> None:
        self.place: Place | None = None
        self.last: Place | None = None
        self._config_id: str | None = None
        self._holding = holding
        self._store = store
        self._placed = placed
        self._province = province

    async def load(self) -> None:
        """Take up what was kept.

        Raises:
            StoreError: the database cannot be read.
        """
        last = await self._store.run(key_value.get, key_value.LAST_PLACE)
        with contextlib.suppress(ValueError):  # the card has changed it: the config tells it again
            self.last = parse_place(last) if last is not None else None

    @property
    def former(self) -> str | None:
        """Where the box stood, or else is expected, as a pattern of places; None: anywhere."""
        if self.last is not None:
            return str(self.last)
        return f"{self._province}/*/*" if self._province is not None else None

    async def settle(self, documents: Iterable[HeldDocument], now: Now) -> None:
        """A config is judged at the place that it gives; one that lost its right gives none."""
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

        So is a stop that was when it was accepted: whoever moves the box lifts none.
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
        return self._holding.is_entitled(held, parse_place(config.place), now)

    async def _remember(self, place: Place) -> None:
        if place == self.last:
            return
        self.last = place
        try:
            await self._store.run(key_value.put, key_value.LAST_PLACE, str(place))
        except StoreError as error:
            log.warning("the last place is remembered in memory only: %s", error)
