"""Commissioning tests of a technician on site: a quiet tone on one line, pictures on one face.

Everything else pre-empts a test. A tone has the lowest level and begins only when nothing sounds or
is about to; the mixer drops it for whatever begins. Pictures cover what is scheduled, never a
higher level, and any new item ends them. Tests are no plays: they leave no play record; their
caller records the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import sys
from array import array
from collections import deque
from collections.abc import Callable, Sequence

from agent.clock import mono_s
from agent.contract.scene import Element, Scene
from agent.errors import PlayError
from agent.play.ipc import RATE_HZ, BoardCommand, EngineCommand, Fire, Hold, ShowScene, Stop, Test
from agent.play.sample_memory import open_samples
from agent.play.speaker_line import SpeakerLine

TONE = "trial-tone"
TONE_HZ = 1000.0
TONE_S = 2.0
EDGE_S = 0.05
PEAK_DBFS = -30.0  # audible below the horn, not in the next street
LOWEST = 0
END_WAIT_S = 5.0  # after the tone itself, for the engine's event that it ended
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
    """The same as a readable descriptor in memory, to be passed to an engine."""
    return open_samples(TONE, quiet_tone())


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
                channels = dict.fromkeys(self.line.channels, 0.0)
                self._send(Fire(TONE, self.id, LOWEST, channels=channels), None)
                async with asyncio.timeout(TONE_S + END_WAIT_S):
                    await self._over.wait()
        except TimeoutError:
            self._send(Stop(self.id, FADE_MS), None)
        finally:
            self.line.release()

    def on_ended(self) -> None:
        """The engine has finished it, or is lost."""
        self._over.set()

    def preempt(self) -> None:
        """End the tone: something else begins."""
        if not self._over.is_set():
            self._over.set()
            with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
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
        test = self._current = ToneTest(line, self._send)
        group.create_task(self._run(test), name=f"tone test of {line.name}")

    async def _run(self, test: ToneTest) -> None:
        try:
            await test.run()
        except PlayError as error:
            log.warning("%s: %s", self._output, error)  # the supervisor reports its loss
        finally:
            self._current = None

    def owns(self, slot: str) -> bool:
        """Does this slot belong to a tone?"""
        return self._current is not None and self._current.id == slot

    def on_ended(self) -> None:
        """The engine has finished the tone, or is lost."""
        if self._current is not None:
            self._current.on_ended()

    def preempt(self) -> None:
        """End the tone: something else begins."""
        if self._current is not None:
            self._current.preempt()


class FaceTest:
    """Pictures on one face, one after the other, ten seconds each.

    Args:
        operation: what the technician requested.
        face: on which face.
        commands: to the board, in order.
        over_key: the item that it covers; None: black.
    """

    def __init__(
        self, operation: str, face: str, commands: Sequence[BoardCommand], over_key: str | None
    ) -> None:
        self.operation = operation
        self.face = face
        self.over_key = over_key
        begin_mono_s = mono_s()
        self._due = deque((begin_mono_s + n * STEP_S, one) for n, one in enumerate(commands))
        self._ends_mono_s = begin_mono_s + len(commands) * STEP_S

    @property
    def is_over(self) -> bool:
        """Is the time of the last picture over?"""
        return mono_s() >= self._ends_mono_s

    def take_due(self) -> list[BoardCommand]:
        """The commands to send to the board now; each one once."""
        due: list[BoardCommand] = []
        while self._due and self._due[0][0] <= mono_s():
            due.append(self._due.popleft()[1])
        return due


def pattern_commands(face: str) -> list[BoardCommand]:
    """Colours first, then the grid whose outermost pixels show whether the size is right."""
    return [Test("bars", [face]), Test("grid", [face])]


def label_commands(station: str, face: str) -> list[BoardCommand]:
    """Names of station and face, so that nobody swaps front and back."""
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
    """The error for a test on a process that is not running."""
    return PlayError("E_NOT_READY", where, "its process is being started again")


def busy(where: str) -> PlayError:
    """The error for a test that would disturb something else."""
    return PlayError("E_BUSY", where, "something more important is on, or about to be")
