"""The monitor of one output: its process lives while something plays there, and for a self-check.

The self-check is silent: at the start and every hour the input is opened for two seconds. An input
that is not there, or a microphone that gives nothing but zeros, is the issue `monitor_lost`; so a
dead microphone is known before it fails to hear.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from agent.contract.proof import ProofMethod, UnknownReason
from agent.contract.report import Play
from agent.errors import PlayError
from agent.play.ipc import AddReference, Compared, MonitorBeat, MonitorEvent
from agent.play.worker_process import WorkerProcess
from agent.signals import Signal
from agent.verifier.monitor_config import monitor_argv
from agent.verifier.play_evidence import Look

log = logging.getLogger(__name__)
SetIssue = Callable[[str, str, str | None], None]
LOST: Literal["monitor_lost"] = "monitor_lost"
LINGER_S = 3.0  # a pause between two items does not end the process
CHECK_S = 2.0
CHECK_EVERY_S = 3600.0
RETRY_S = 15.0
IDLE_RETRY_S = 120.0  # its process takes a second of a small box to start, and may do so for weeks
OPEN_LIMIT_S = 10.0
DEAD_DBFS = -95.0
PATH_LOOKS = 120
DROWNED_DB = 6.0  # envelopes are found down to about -5 dB
Spawn = Callable[
    [Callable[[MonitorEvent], None], Callable[[str], None]], WorkerProcess[MonitorEvent]
]


class HearingPath:
    """How much of what is played reaches the input, learnt while it is found.

    A play at a low level of the night may be fainter than the noise around: then nothing can be
    said, and no silence is claimed. Noise adds to what is heard, so the least of the last figures
    is the truest. Before any is known every look counts: a line that was dead from the start must
    not stay unnoticed.
    """

    def __init__(self) -> None:
        self._gains_db: deque[float] = deque(maxlen=PATH_LOOKS)

    def learn(self, found: Compared) -> None:
        """Take a look that found the sound."""
        self._gains_db.append(found.heard_db - found.played_db)

    def is_drowned(self, missed: Compared) -> bool:
        """Would the sound be too faint in what was heard to be found?"""
        if not self._gains_db:
            return False
        return missed.played_db + min(self._gains_db) < missed.heard_db - DROWNED_DB


class TappedOutput(Protocol):
    """A sound output whose engine copies what it plays."""

    def tap(self, fd: int) -> None:
        """Copy into this socket, owned from now on."""


class SoundMonitor:
    """One monitor input of the settings.

    Args:
        output: whose sound it hears.
        method: `line` or `microphone`.
        spawn: makes its process (not started).
        on_look: takes each comparison.
        on_blind: takes the output and the reason where a comparison could say nothing.
        set_issue: begins or ends `monitor_lost`.

    Attributes:
        opened: emitted when its process runs and wants to know what the engine plays.
        is_lost: its input could not be used when it was last needed.
    """

    def __init__(
        self,
        output: str,
        method: ProofMethod,
        spawn: Spawn,
        *,
        on_look: Callable[[Look], None],
        on_blind: Callable[[str, UnknownReason], None],
        set_issue: SetIssue,
    ) -> None:
        self.output = output
        self.opened = Signal[[]]()
        self.is_lost = False
        self._method = method
        self._spawn = spawn
        self._on_look = on_look
        self._on_blind = on_blind
        self._set_issue = set_issue
        self._path = HearingPath()
        self._plays = 0
        self._changed = asyncio.Event()
        self._worker: WorkerProcess[MonitorEvent] | None = None
        self._lost: str | None = None
        self._peak_dbfs = DEAD_DBFS

    def on_begin(self, play: Play) -> None:
        """A play begins to sound."""
        if play.output == self.output:
            self._plays += 1
            self._changed.set()

    def on_end(self, play: Play) -> None:
        """A play is over."""
        if play.output == self.output:
            self._plays -= 1
            self._changed.set()

    def tap(self, output: TappedOutput) -> None:
        """Have the output's engine tell what it plays, once both run."""
        if self._worker is None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._worker.send(AddReference(), theirs.detach())
        except PlayError:  # it is lost: `run` reports that
            ours.close()
            return
        output.tap(ours.detach())

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self._listen()
            except PlayError as error:
                await self._pause(error.hint)
                continue
            except Exception as error:  # a witness that fails must not end what it watches
                log.exception("monitor of %s failed", self.output)
                await self._pause(f"{type(error).__name__}: {error}")
                continue
            await self._wait_changed(CHECK_EVERY_S)

    async def _pause(self, why: str) -> None:
        self.is_lost = True
        self._on_blind(self.output, LOST)
        self._set_issue(LOST, self.output, why)
        await asyncio.sleep(RETRY_S)
        if not self._plays:
            await self._wait_changed(IDLE_RETRY_S)

    async def _listen(self) -> None:
        """Run the process until nothing plays any more, and at least for a self-check.

        Raises:
            PlayError: E_INPUT_LOST, the input is not there, or is gone.
        """
        self._lost, self._peak_dbfs = None, DEAD_DBFS
        worker = self._spawn(self._on_event, self._on_lost)
        try:
            await _start(worker, self.output)
            self._worker, self.is_lost = worker, False
            self.opened.emit()
            await self._wait_changed(CHECK_S)
            while self._lost is None and await self._is_wanted():
                pass
        finally:
            self._worker = None
            await worker.stop()
        if self._lost is not None:
            raise PlayError("E_INPUT_LOST", self.output, self._lost)
        is_dead = self.is_lost = self._method == "microphone" and self._peak_dbfs <= DEAD_DBFS
        self._set_issue(LOST, self.output, "it gives nothing but silence" if is_dead else None)

    async def _is_wanted(self) -> bool:
        """Wait for the next change; False once nothing has played for a while."""
        if self._plays:
            await self._wait_changed(CHECK_EVERY_S)
            return True
        await self._wait_changed(LINGER_S)
        return self._plays > 0

    async def _wait_changed(self, limit_s: float) -> None:
        """Wait until a play begins or ends, or the process is lost."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._changed.wait()
        self._changed.clear()

    def _on_event(self, event: MonitorEvent) -> None:
        if isinstance(event, MonitorBeat):
            self._peak_dbfs = max(self._peak_dbfs, event.peak_dbfs)
        elif isinstance(event, Compared):
            log.debug("%s: %s", self.output, event)
            if event.is_found or not self._path.is_drowned(event):
                self._on_look(Look(self._method, self.output, event.is_found, event.score))
            else:
                self._on_blind(self.output, "drowned")
            if event.is_found:
                self._path.learn(event)

    def _on_lost(self, reason: str) -> None:
        self._lost = reason.removeprefix("E_INPUT_LOST: ")
        self._changed.set()


async def _start(worker: WorkerProcess[MonitorEvent], output: str) -> None:
    try:
        async with asyncio.timeout(OPEN_LIMIT_S):
            await worker.start()
    except TimeoutError as error:
        raise PlayError("E_INPUT_LOST", output, "it gives no sound") from error


def spawn_monitor(output: str, driver: str, device: str) -> Spawn:
    """What makes the process of a monitor input."""

    def spawn(
        on_event: Callable[[MonitorEvent], None], on_lost: Callable[[str], None]
    ) -> WorkerProcess[MonitorEvent]:
        argv = monitor_argv(driver, device)
        # one thread is enough, and numpy's others would cost memory
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        name = f"monitor of {output}"
        return WorkerProcess(argv, MonitorEvent, on_event, on_lost, name=name, env=env)

    return spawn
