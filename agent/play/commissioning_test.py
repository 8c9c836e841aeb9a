"""Trials of a technician on site: a quiet tone on one line, pictures on one face.

A trial is always the first to go. A tone has the lowest level of all and begins only when nothing
sounds or is about to; the mixer drops it for whatever begins. Pictures stand over what is
scheduled, never over a higher level, and give way to any new item. Trials are no plays: they leave
no play record, whoever ordered them journals the order.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import os
import sys
from array import array
from collections import deque
from collections.abc import Callable, Sequence

from agent.clock import mono_s
from agent.contract.document import Element, Scene
from agent.errors import PlayError
from agent.play.ipc import RATE_HZ, BoardCommand, EngineCommand, Fire, Hold, ShowScene, Stop, Test
from agent.play.speaker_line import SpeakerLine

TONE = "trial-tone"
TONE_HZ = 1000.0
TONE_S = 2.0
EDGE_S = 0.05
PEAK_DBFS = -30.0  # to be heard under the horn, not in the next street
LOWEST = 0
PATIENCE_S = 5.0  # beyond the tone itself, for the engine's word that it ended
STEP_S = 10.0
FADE_MS = 20

_ids = itertools.count(1)
log = logging.getLogger(__name__)


def quiet_tone() -> bytes:
    """Two seconds of s16le, 48 kHz, mono, with soft edges."""
    frames, edge = int(TONE_S * RATE_HZ), int(EDGE_S * RATE_HZ)
    peak = 32_767 * 10 ** (PEAK_DBFS / 20)
    wave = [
        peak
        * math.sin(2 * math.pi * TONE_HZ * n / RATE_HZ)
        * min(1.0, n / edge, (frames - n) / edge)
        for n in range(frames)
    ]
    samples = array("h", map(round, wave))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def open_quiet_tone() -> int:
    """The same as a readable descriptor in memory, to be handed to an engine."""
    fd = os.memfd_create(TONE)
    with open(fd, "wb", closefd=False) as file:
        file.write(quiet_tone())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


class ToneTest:
    """One quiet tone on one line.

    Args:
        line: the loudspeaker line.
        send: to the engine; the descriptor, if any, is passed along and closed.
    """

    def __init__(
        self, line: SpeakerLine, send: Callable[[EngineCommand, int | None], None]
    ) -> None:
        self.id = f"{next(_ids)}.trial"
        self.line = line
        self._send = send
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Line on, tone, line off after its tail.

        Raises:
            PlayError: the engine is gone.
        """
        self._send(Hold(TONE), await asyncio.to_thread(open_quiet_tone))
        is_on = await self.line.claim()
        try:
            if is_on and not self._over.is_set():
                self._send(Fire(TONE, self.id, LOWEST), None)
                async with asyncio.timeout(TONE_S + PATIENCE_S):
                    await self._over.wait()
        except TimeoutError:
            self._send(Stop(self.id, FADE_MS), None)
        finally:
            self.line.release()

    def on_ended(self) -> None:
        """The engine is through with it, or gone."""
        self._over.set()

    def preempt(self) -> None:
        """Something else begins."""
        if not self._over.is_set():
            self._over.set()
            with contextlib.suppress(PlayError):  # a lost engine is told by the worker
                self._send(Stop(self.id, FADE_MS), None)


class ToneTests:
    """The tones on one output's lines, one at a time.

    Args:
        output: the output's name.
        send: to the engine; the descriptor, if any, is passed along and closed.
    """

    def __init__(self, output: str, send: Callable[[EngineCommand, int | None], None]) -> None:
        self._output = output
        self._send = send
        self._current: ToneTest | None = None

    @property
    def line(self) -> str | None:
        """The line on which a tone sounds, or is about to."""
        return self._current.line.name if self._current is not None else None

    def begin(self, line: SpeakerLine, group: asyncio.TaskGroup) -> None:
        """Sound a tone on a line, in a task of the group."""
        trial = self._current = ToneTest(line, self._send)
        group.create_task(self._run(trial), name=f"trial of {line.name}")

    async def _run(self, trial: ToneTest) -> None:
        try:
            await trial.run()
        except PlayError as error:
            log.warning("%s: %s", self._output, error)  # its loss is told by the worker
        finally:
            self._current = None

    def owns(self, slot: str) -> bool:
        """Is this slot a tone's?"""
        return self._current is not None and self._current.id == slot

    def on_ended(self) -> None:
        """The engine is through with the tone, or gone."""
        if self._current is not None:
            self._current.on_ended()

    def preempt(self) -> None:
        """Something else begins."""
        if self._current is not None:
            self._current.preempt()


class FaceTest:
    """Pictures on one face, one after the other, ten seconds each.

    Args:
        deed: what the technician asked for.
        face: on which face.
        commands: what the board is told, in order.
        over_key: the item that it stands over; None: over black.
    """

    def __init__(
        self, deed: str, face: str, commands: Sequence[BoardCommand], over_key: str | None
    ) -> None:
        self.deed = deed
        self.face = face
        self.over_key = over_key
        begin_mono_s = mono_s()
        self._due = deque((begin_mono_s + n * STEP_S, one) for n, one in enumerate(commands))
        self._ends_mono_s = begin_mono_s + len(commands) * STEP_S

    @property
    def is_over(self) -> bool:
        """Has the last picture had its time?"""
        return mono_s() >= self._ends_mono_s

    def take_due(self) -> list[BoardCommand]:
        """What the board is to be told now; each command once."""
        due: list[BoardCommand] = []
        while self._due and self._due[0][0] <= mono_s():
            due.append(self._due.popleft()[1])
        return due


def pattern_commands(face: str) -> list[BoardCommand]:
    """Colours first, then the grid whose outermost pixels tell whether the size is right."""
    return [Test("bars", [face]), Test("grid", [face])]


def label_commands(station: str, face: str) -> list[BoardCommand]:
    """Station and face by name, so that nobody mounts the front behind."""
    elements = [
        _line(station, [0, 80, 1000, 480], "#ffffff"),
        _line(face, [0, 560, 1000, 360], "#ffd23f"),
    ]
    until_mono_s = mono_s() + 3 * STEP_S
    name = f"{next(_ids)}.label"
    return [ShowScene(name, Scene(elements, 0), [face], {}, until_mono_s) for _ in range(3)]


def _line(text: str, box: list[int], colour: str) -> Element:
    return Element(
        kind="text", box=box, text=text, lang="vi", colour=colour, background="#003049",
        align="centre",
    )  # fmt: skip


def not_ready(where: str) -> PlayError:
    """The error for a trial on something that is away."""
    return PlayError("E_NOT_READY", where, "its process is being started again")


def busy(where: str) -> PlayError:
    """The error for a trial that would be in the way."""
    return PlayError("E_BUSY", where, "something more important is on, or about to be")
