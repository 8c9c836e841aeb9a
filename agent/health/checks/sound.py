"""Checks that the sound card that the settings name is present.

The engine reopens the device until it is back, and reports why it cannot. This check adds a delay
(a card that is back within seconds needs no person) and the cards that the kernel sees instead
(`/proc/asound/cards`, Documentation/sound/designs/procfile.rst).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.clock import mono_s
from agent.contract.report import Issue
from agent.health.check import CheckFinding

CARDS = Path("/proc/asound/cards")
GONE_S = 30.0
ABOUT_DEVICE = "E_DEVICE"  # prefix of E_DEVICE, E_DEVICE_GONE and E_DEVICE_STALLED


class SoundCheck:
    """Checks all sound outputs.

    Args:
        issues: the open ones.
        cards: the kernel's list of sound cards.
        now_mono_s: replaced in tests.
    """

    name = "sound"
    period_s = 10.0

    def __init__(
        self,
        issues: Callable[[], Sequence[Issue]],
        *,
        cards: Path = CARDS,
        now_mono_s: Callable[[], float] = mono_s,
    ) -> None:
        self._issues = issues
        self._cards = cards
        self._now_mono_s = now_mono_s
        self._since: dict[str, float] = {}

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        now = self._now_mono_s()
        lost = [
            issue.subject
            for issue in self._issues()
            if issue.kind == "engine_lost" and ABOUT_DEVICE in issue.hint
        ]
        self._since = {output: self._since.get(output, now) for output in lost}
        gone = [output for output, since in self._since.items() if now - since >= GONE_S]
        if not gone:
            return []
        here = await asyncio.to_thread(self._read_cards)
        return [
            CheckFinding("sound_device_gone", output, f"the kernel sees: {here}") for output in gone
        ]

    def _read_cards(self) -> str:
        try:
            lines = self._cards.read_text(errors="replace").splitlines()
        except OSError:
            return "no sound cards"
        # two lines a card; the first is ` 0 [Device         ]: USB-Audio - USB Audio Device`
        return "; ".join(line.strip() for line in lines if "]:" in line) or "no sound cards"
