"""Warns whoever works at a locked-out station before an emergency sounds beside them.

A horn at one metre is louder than an ear or a hold on a ladder endures. So a built-in line is
spoken first, 20 dB below the emergency, again and again until the policy's time is over or the
lockout is taken off. Nothing of it is loaded by a station that is never locked out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.ipc import Hold, Send
from agent.play.sound.builtin_speech import WARNING, open_warning
from agent.play.sound.emergency_segment import EmergencySegment

log = logging.getLogger(__name__)
GAIN_DB = -20.0  # 94 dB(A) one metre from a horn that gives 94 at ten metres
PERIOD_S = 10.0  # from one beginning of the line to the next
STEP_S = 0.25  # how soon the end of a lockout is noticed
KNOWN_S = 60.0  # so soon after an emergency whoever works there knows that it sounds
Play = Callable[[EmergencySegment], Awaitable[None]]


class LockoutWarning:
    """The warnings of one output.

    Args:
        due_s: how long to warn, as it is now; 0: the station is not locked out.
        note_waiting: called with the document while it waits: its longest time begins behind it.
    """

    def __init__(self, due_s: Callable[[], float], note_waiting: Callable[[str], None]) -> None:
        self._due_s = due_s
        self._note_waiting = note_waiting
        self._heard_mono_s: float | None = None

    def note_sound(self) -> None:
        """An emergency sounds, or has just ended."""
        self._heard_mono_s = mono_s()

    async def speak(
        self, doc_id: str, send: Send, begin: Play, end: Play, is_ending: Callable[[], bool]
    ) -> None:
        """Warn for as long as is due; nothing where nobody works or an emergency just sounded.

        Args:
            doc_id: of the emergency.
            send: to the engine.
            begin: places a segment.
            end: stops it and forgets it.
            is_ending: is the emergency over?
        """
        heard = self._heard_mono_s
        if self._due_s() <= 0 or (heard is not None and mono_s() < heard + KNOWN_S):
            return
        with contextlib.suppress(OSError, PlayError):  # without the line, the time alone
            send(Hold(WARNING), await asyncio.to_thread(open_warning))
        begun_mono_s = mono_s()

        def is_due() -> bool:
            return not is_ending() and mono_s() < begun_mono_s + self._due_s()

        while is_due():
            line = EmergencySegment(clip=WARNING, gain_db=GAIN_DB)
            await begin(line)
            next_mono_s = mono_s() + PERIOD_S
            while is_due() and mono_s() < next_mono_s:
                self._note_waiting(doc_id)
                await asyncio.sleep(STEP_S)
            await end(line)
