"""The voice of this box: which texts it can read, in which dialect, how fast."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field

from msgspec import UNSET

from agent.contract.document import TextBody
from agent.settings.model import Speech
from agent.signals import Signal
from speech.dialect import DIALECTS, is_read
from speech.reading import Reading

PROGRAM = "espeak-ng"
MAX_KEPT = 64  # readings; an alarm's is asked for several times a second


@dataclass
class Voice:
    """How this box reads.

    Args:
        settings: dialect, rate and pauses of the station.
        is_installed: was the program here at the last look?

    Attributes:
        changed: emitted when a look has found the program installed or removed.
    """

    settings: Speech
    is_installed: bool
    changed: Signal[[]] = field(default_factory=Signal)
    _readings: dict[tuple[str, str], Reading] = field(default_factory=dict)

    async def look(self) -> bool:
        """Is the program here now? A technician may install it while the agent runs."""
        is_installed = await asyncio.to_thread(has_program)
        if is_installed != self.is_installed:
            self.is_installed = is_installed
            self.changed.emit()
        return is_installed

    def read(self, lang: str, text: TextBody) -> Reading | None:
        """The words of a text as this box says them; None where it cannot read it.

        Only Vietnamese: what espeak-ng makes of other languages was judged by nobody, and of Khmer
        it has none. The document's dialect goes before the station's.
        """
        if text.say is None or not is_read(lang) or not self.is_installed:
            return None
        name = self.settings.dialect if text.dialect is UNSET else text.dialect
        reading = self._readings.get((text.say, name))
        if reading is None:
            from speech.normalise import normalise  # its rules take 20 ms to load

            dialect = DIALECTS[name]
            reading = Reading(normalise(text.say, dialect), dialect)
            if len(self._readings) >= MAX_KEPT:
                self._readings.clear()
            self._readings[text.say, name] = reading
        return reading if reading.words else None


def find_voice(settings: Speech) -> Voice:
    """The voice of this box; without the program it reads nothing."""
    return Voice(settings, has_program())


def has_program() -> bool:
    """Is espeak-ng installed? Reads the file system."""
    return shutil.which(PROGRAM) is not None
