"""Checks that a box which must read a text aloud has its voice; finds one that was installed later.

The agent goes on without a voice: texts are skipped with `E_SPEECH`, an emergency of text only is
the signal and the built-in line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from agent.health.check import CheckFinding

PROGRAM = "espeak-ng"
MOST_NAMED = 3


class VoiceCheck:
    """Checks the voice against what is to be read.

    Args:
        look: is the voice here now? It tells who asked before when that has changed.
        texts: the titles of what is to be read aloud, or where the settings ask for it.
    """

    name = "voice"
    period_s = 15.0

    def __init__(
        self, look: Callable[[], Awaitable[bool]], texts: Callable[[], Sequence[str]]
    ) -> None:
        self._look = look
        self._texts = texts

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        is_here, texts = await self._look(), self._texts()
        if is_here or not texts:
            return []
        more = f" and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
        hint = f"not installed, needed for: {', '.join(texts[:MOST_NAMED])}{more}"
        return [CheckFinding("voice_missing", PROGRAM, hint)]
