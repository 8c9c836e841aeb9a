"""Sound outputs, by the name that a technician writes into `audio.device`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.doctor.run_program import run_program
from agent.settings.model import Audio, Settings

CARDS = Path("/proc/asound/cards")
LIMIT_S = 15.0
DRIVER = "portaudio"  # without settings: the one that a box has


async def check(case: DoctorContext, cards: Path = CARDS) -> AsyncGenerator[ProbeFinding, None]:
    """What the kernel sees, what the driver finds, and what the settings name."""
    wanted = list(_list_wanted(case.settings)) if case.settings is not None else []
    if case.settings is not None and not wanted:
        yield good("sound_unneeded")
        return
    kernel = await asyncio.to_thread(list_cards, cards)
    yield good("cards_good", "; ".join(kernel)) if kernel else unseen("cards_none")
    for driver in sorted({audio.driver for _, audio in wanted} or {DRIVER}):
        found = await _list_devices(driver)
        if isinstance(found, ProbeFinding):
            yield found
            continue
        mine = [(name, audio) for name, audio in wanted if audio.driver == driver]
        for finding in examine_devices(found, mine, is_running=case.is_running):
            yield finding


def list_cards(cards: Path) -> list[str]:
    """The kernel's cards: two lines each, ` 0 [Device    ]: USB-Audio - USB Audio Device` first."""
    try:
        lines = cards.read_text(errors="replace").splitlines()
    except OSError:
        return []
    return [line.partition("]: ")[2].strip() for line in lines if "]: " in line]


async def _list_devices(driver: str) -> list[dict[str, str]] | ProbeFinding:
    answer = await run_program(
        sys.executable, "-m", "agent.doctor.list_sound_outputs", driver, limit_s=LIMIT_S
    )
    if answer is None or answer.code != 0:
        detail = "" if answer is None else f"exit {answer.code}: {answer.err.strip()[-300:]}"
        return fault("sound_list_died", driver, detail=detail)
    found: list[dict[str, str]] = json.loads(answer.out)
    return found


def examine_devices(
    found: list[dict[str, str]], wanted: list[tuple[str, Audio]], *, is_running: bool
) -> list[ProbeFinding]:
    """Each device with the outputs that use it, then what is named and not there.

    Args:
        found: `device` and `name` of each.
        wanted: (output, its sound path) of the settings.
        is_running: an agent that plays holds its card, and a card that is held is not listed.
    """
    findings = []
    known: set[str] = set()
    for one in found:
        names = {one["device"], one["name"], one["name"].partition(" (")[0]}
        users = [output for output, audio in wanted if audio.device in names]
        known |= names
        code = "sound_used" if users else "sound_free"
        findings.append(good(code, one["device"], ", ".join(users), one["name"]))
    for device, times in Counter(one["device"] for one in found).items():
        if times > 1:
            findings.append(warning("sound_twins", device, str(times)))
    for output, audio in wanted:
        if audio.device not in known:
            make = unseen if is_running else fault
            findings.append(
                make("sound_held" if is_running else "sound_gone", audio.device, output)
            )
    return findings or [warning("sound_none")]


def _list_wanted(settings: Settings) -> Iterator[tuple[str, Audio]]:
    for output in settings.outputs:
        if output.audio is not None:
            yield output.name, output.audio
