"""Which control cards show a granted input, so that it is taken back when nobody is left to do it.

An agent that is killed cannot switch a card back, and the card goes on showing what nobody judges
any more. The note lies beside those of boards, and `tramtin blank-boards` reads it (`board_note`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent.play.board.board_note import DIRECTORY
from agent.settings.model import ControlCard
from drivers.control_plane import BoardControl
from drivers.errors import DriverError

log = logging.getLogger(__name__)
ANSWER_S = 8.0  # systemd gives all that comes behind the service fifteen seconds


class InputNote:
    """The note of one card; without a runtime directory nothing is noted.

    Args:
        card: its settings, which open it again.
    """

    def __init__(self, card: ControlCard) -> None:
        self._card = card
        name = hashlib.sha256(f"{card.profile} {card.port}".encode()).hexdigest()[:16]
        folder = os.environ.get(DIRECTORY)
        self._path = Path(folder) / f"input-{name}.json" if folder else None

    def write(self) -> None:
        """Note it, before it is switched to another input than the box's own."""
        if self._path is None:
            return
        fresh = self._path.with_suffix(".tmp")
        try:
            fresh.write_bytes(msgspec.json.encode(self._card))
            fresh.replace(self._path)
        except OSError as error:
            log.warning("%s is not noted: %s", self._card.name, error)

    def remove(self) -> None:
        """It shows the box's own input again."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def restore_inputs(folder: Path) -> Iterator[str]:
    """Switch every noted card to the box's own input; yields a line for each.

    A card that does not answer keeps its note, for the next time.
    """
    for note in sorted(folder.glob("input-*.json")):
        try:
            card = msgspec.json.decode(note.read_bytes(), type=ControlCard)
            source = _restore(card)
        except (DriverError, OSError, ValueError, msgspec.DecodeError) as error:
            yield f"{note.name}: {error}"
            continue
        note.unlink(missing_ok=True)
        yield f"{card.port}: input {source}"


def _restore(want: ControlCard) -> str | None:
    """Select the input at which the box is connected.

    Raises:
        DriverError: the card does not answer, or does not obey.
        TimeoutError: it takes too long.
    """
    from drivers import registry

    card = registry.load_board_control(want.profile, name=want.name, port=want.port, **want.options)
    if card.source is not None:
        asyncio.run(_select(card, card.source))
    return card.source


async def _select(card: BoardControl, source: str) -> None:
    from drivers import registry

    try:
        async with asyncio.timeout(ANSWER_S):
            await card.select_input(source)
    finally:
        registry.close()  # a connection ends with the loop that it belongs to
