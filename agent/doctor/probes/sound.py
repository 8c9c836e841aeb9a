"""Sound outputs, by the name that a technician writes into `audio.device`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

from agent.doctor.context import DoctorContext
from agent.doctor.finding import ProbeFinding, fault, good, unseen, warning
from agent.doctor.run_program import run_program
from agent.settings.model import Audio, FallbackCard, Settings

CARDS = Path("/proc/asound/cards")
PROC = Path("/proc")
RAISED_NICE = -11
ENGINES = ("agent.play.sound.engine_process", "agent.play.sound.safe_engine_process")
CHOSEN = ("default", "sysdefault", "pulse", "pipewire", "dmix")  # of alsa.conf and its plugins
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
    for card, process in await asyncio.to_thread(list_playing, cards.parent):
        yield good("card_playing", card, process)
    for finding in await asyncio.to_thread(examine_engines, case.agent_pid):
        yield finding
    for finding in (*describe_orders(wanted), *find_unnamed(wanted, kernel)):
        yield finding
    for driver in sorted({audio.driver for _, audio in wanted} or {DRIVER}):
        found = await _list_devices(driver)
        if isinstance(found, ProbeFinding):
            yield found
            continue
        mine = [(name, audio) for name, audio in wanted if audio.driver == driver]
        for finding in examine_devices(found, mine, is_running=case.is_running):
            yield finding


def describe_orders(wanted: list[tuple[str, Audio]]) -> Iterator[ProbeFinding]:
    """The order of the cards of each output that has fallbacks."""
    for output, audio in wanted:
        if audio.fallbacks:
            others = [f"{one.device} ({one.gain_db:g} dB)" for one in audio.fallbacks]
            yield good("sound_order", output, " → ".join([audio.device, *others]))


def find_unnamed(wanted: list[tuple[str, Audio]], kernel: list[str]) -> Iterator[ProbeFinding]:
    """Devices that stand for whichever card the system chooses, on a box that has cards."""
    for output, audio in wanted:
        for card in _cards_of(audio):
            if kernel and card.device in CHOSEN:
                yield warning("sound_unnamed", card.device, output)


def list_playing(proc: Path) -> list[tuple[str, str]]:
    """The cards that are driven now, and by which process, as the kernel says.

    `card1/pcm0p/sub0/status` holds `state: RUNNING` and `owner_pid   : 1234`
    (Documentation/sound/designs/procfile.rst); `card1/id` the card's id.
    """
    found = []
    for status in sorted(proc.glob("card*/pcm*p/sub*/status")):
        try:
            text = status.read_text(encoding="ascii", errors="replace")
            card = (status.parents[2] / "id").read_text(errors="replace").strip()
        except OSError:  # pulled meanwhile
            continue
        values = dict(re.findall(r"^(\w+)\s*: *(\S+)$", text, re.MULTILINE))
        if values.get("state") == "RUNNING":
            found.append((card, values.get("owner_pid", "?")))
    return found


def goes_ahead(pid: int) -> bool:
    """Does a process go ahead of other work, by SCHED_RR or by its nice value?

    Raises:
        ProcessLookupError: it has ended.
    """
    is_realtime = os.sched_getscheduler(pid) == os.SCHED_RR
    return is_realtime or os.getpriority(os.PRIO_PROCESS, pid) <= RAISED_NICE


def examine_engines(
    agent_pid: int | None,
    proc: Path = PROC,
    is_ahead: Callable[[int], bool] = goes_ahead,
) -> list[ProbeFinding]:
    """Whether each engine of the running agent goes ahead of other work."""
    findings = []
    for engine in _list_engines(agent_pid, proc) if agent_pid is not None else ():
        try:
            is_raised = is_ahead(engine)
        except ProcessLookupError:  # it has ended meanwhile
            continue
        make, code = (good, "engine_raised") if is_raised else (warning, "engine_ordinary")
        findings.append(make(code, str(engine)))
    return findings


def _list_engines(agent_pid: int, proc: Path) -> Iterator[int]:
    """The engines among the agent's children (proc(5): `/proc/PID/task/TID/children`)."""
    try:
        children = (proc / f"{agent_pid}/task/{agent_pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        try:
            words = (proc / child / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if not {*ENGINES}.isdisjoint(words):
            yield int(child)


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
        users = [
            output for output, audio in wanted for card in _cards_of(audio) if card.device in names
        ]
        known |= names
        code = "sound_used" if users else "sound_free"
        findings.append(good(code, one["device"], ", ".join(users), one["name"]))
    for device, times in Counter(one["device"] for one in found).items():
        if times > 1:
            findings.append(warning("sound_twins", device, str(times)))
    for output, audio in wanted:
        for card in _cards_of(audio):
            if card.device not in known:
                make = unseen if is_running else fault if card is audio else warning
                code = "sound_held" if is_running else "sound_gone"
                findings.append(make(code, card.device, output))
    return findings or [warning("sound_none")]


def _cards_of(audio: Audio) -> list[Audio | FallbackCard]:
    return [audio, *audio.fallbacks]


def _list_wanted(settings: Settings) -> Iterator[tuple[str, Audio]]:
    for output in settings.outputs:
        if output.audio is not None:
            yield output.name, output.audio
