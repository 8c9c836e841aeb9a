"""A person's word: a key that somebody presses who hears the loudspeakers.

Proof A6. The key is pressed while something plays, or within a quarter of an hour after it; a press
at any other time says nothing, and none of them changes what the box plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from agent.contract.input_kind import INPUT_KINDS
from agent.settings.model import Input

Confirm = Callable[[str | None], Awaitable[None]]


def is_heard_key(contact: Input) -> bool:
    """Does a person press this contact who hears the loudspeakers?"""
    return INPUT_KINDS[contact.kind].action == "confirm"


class HeardKeys:
    """The keys of the settings that say "I hear it".

    Args:
        inputs: of the settings.
        confirm: takes the zone of a key that was pressed; None: all.
    """

    def __init__(self, inputs: Sequence[Input], confirm: Confirm) -> None:
        self._zones = {one.name: one.zone for one in inputs if is_heard_key(one)}
        self._confirm = confirm
        self._presses: asyncio.Queue[str | None] = asyncio.Queue(maxsize=8)

    def on_contact(self, name: str, is_active: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """A contact was read for the first time, or has changed."""
        if is_active and name in self._zones and not self._presses.full():
            self._presses.put_nowait(self._zones[name])

    async def run(self) -> None:
        """Take one press after the other, until cancelled."""
        while True:
            await self._confirm(await self._presses.get())
