"""Says in the record of each play through which card and which engine it sounded."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agent.contract.report import Play, RecordKind
from agent.play.item import PlayLog
from agent.play.sound.card_order import SoundPath


class PathLog:
    """The journal of one sound output.

    Sessions do not know the card, which may change between two plays. It never changes within one:
    a better card takes over only while nothing sounds.

    Args:
        log: the journal.
        in_use: the sound path in use.
    """

    def __init__(self, log: PlayLog, in_use: Callable[[], SoundPath | None]) -> None:
        self._log = log
        self._in_use = in_use

    async def open_play(self, play: Play) -> int:
        """See `PlayLog.open_play`."""
        return await self._log.open_play(note_path(play, self._in_use()))

    async def close_play(self, key: int, play: Play) -> object:
        """See `PlayLog.close_play`."""
        return await self._log.close_play(key, note_path(play, self._in_use()))

    async def append(
        self,
        kind: RecordKind,
        *,
        play: Play | None = None,
        detail: dict[str, str | int | float | bool | list[str] | None] | None = None,
    ) -> object:
        """See `PlayLog.append`."""
        noted = None if play is None else note_path(play, self._in_use())
        return await self._log.append(kind, play=noted, detail=detail)


def note_path(play: Play, path: SoundPath | None) -> Play:
    """The play with its fallback card and safe mode; unchanged for the first card and for silence.

    The calibration holds for the first card alone: no level is estimated on another one.
    """
    if path is None or play.start is None:
        return play
    if path.is_safe:
        play = msgspec.structs.replace(play, safe_mode=True)
    if not path.rank:
        return play
    end_db = play.gain_end_db
    return msgspec.structs.replace(
        play,
        card=path.config.device,
        gain_db=play.gain_db + path.config.gain_db,
        gain_end_db=None if end_db is None else end_db + path.config.gain_db,
        est_dba=None,
    )
