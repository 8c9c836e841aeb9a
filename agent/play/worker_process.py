"""A child process over an inherited SOCK_SEQPACKET: the agent's side, for engine and board alike.

The child holds fd 3; when the agent dies, that socket ends and the child exits. The agent monitors
the child's heartbeat: after 1.5 s without one, a fault without an id, or the end of the socket, the
child is killed by its own pid and reported lost, once. If the socket has ended, the reason names
the signal or the exit code with which the child ended. The caller decides whether to start it
again; `start` may be called again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from agent.errors import PlayError
from agent.play.ipc import (
    BEAT_LIMIT_S,
    WORKER_FD,
    BoardCommand,
    CaptureCommand,
    EngineCommand,
    MonitorCommand,
    WorkerFault,
)
from agent.play.relay_ipc import RelayCommand

log = logging.getLogger(__name__)

MESSAGE_BYTES = 65_536
START_LIMIT_S = 15.0
STOP_LIMIT_S = 1.0
EXIT_LIMIT_S = 0.2  # between the end of its socket and its exit; the kernel takes some milliseconds
NO_BEAT = f"no beat for {BEAT_LIMIT_S} s"

E = TypeVar("E")


class WorkerProcess(Generic[E]):
    """One child, supervised.

    Args:
        argv: its command line.
        events: the union of messages it sends, such as `EngineEvent`.
        on_event: called in the loop for each of them, the first one included.
        on_lost: called once with a reason when the child is lost after a good start.
        name: for logs and errors.
        env: the child's environment; None means our own.
    """

    def __init__(
        self,
        argv: Sequence[str],
        events: Any,
        on_event: Callable[[E], None],
        on_lost: Callable[[str], None],
        *,
        name: str = "worker",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._argv = list(argv)
        self._decoder = msgspec.json.Decoder(events)
        self._on_event = on_event
        self._on_lost = on_lost
        self._name = name
        self._env = env
        self._socket: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ready: asyncio.Future[None] | None = None
        self._exited: asyncio.Future[None] | None = None
        self._end = ""  # how the child ended; empty while it is not known
        self._is_ending = False  # its socket has ended, and it is not reported lost yet
        self.pid: int | None = None

    @property
    def is_alive(self) -> bool:
        """Can it take commands?"""
        return self._socket is not None

    async def start(self) -> None:
        """Spawn it and wait for its first message.

        Raises:
            PlayError: it failed, ended or did not answer; no process is left.
            RuntimeError: it is already running.
        """
        if self.is_alive:
            raise RuntimeError(f"{self._name} is already running")
        if self._exited is not None:
            await self._exited
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        self._spawn(loop)
        self._timer = loop.call_later(START_LIMIT_S, self._lose, "no message after its start")
        try:
            await self._ready
        except asyncio.CancelledError:
            await self.stop()
            raise

    def send(
        self,
        command: EngineCommand | BoardCommand | CaptureCommand | MonitorCommand | RelayCommand,
        fd: int | None = None,
    ) -> None:
        """Send a command, with a descriptor if given; the descriptor is always closed here.

        Raises:
            PlayError: the child is gone, or so far behind that its socket is full.
        """
        try:
            if self._socket is None:
                raise PlayError("E_WORKER", self._name, "not running")
            data = msgspec.json.encode(command)
            socket.send_fds(self._socket, [data], [] if fd is None else [fd])
        except OSError as error:
            raise PlayError("E_WORKER", self._name, str(error)) from error
        finally:
            if fd is not None:
                os.close(fd)

    async def stop(self) -> None:
        """Stop it: its socket ends, after a second it is killed. No `on_lost` follows."""
        self._disconnect()
        exited = self._exited
        if exited is None:
            return
        done, _ = await asyncio.wait([exited], timeout=STOP_LIMIT_S)
        if not done:
            self._kill()
        await exited

    def _spawn(self, loop: asyncio.AbstractEventLoop) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(0)
        self._end = ""
        with theirs:
            try:
                # posix_spawn places the socket at fd 3 without running Python between fork and exec
                self.pid = os.posix_spawnp(
                    self._argv[0],
                    self._argv,
                    dict(os.environ if self._env is None else self._env),
                    file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), WORKER_FD)],
                )
            except OSError as error:  # no memory, or too many processes
                ours.close()
                raise PlayError("E_WORKER", self._name, str(error)) from error
        self._socket = ours
        self._exited = loop.create_future()
        pidfd = os.pidfd_open(self.pid)
        loop.add_reader(pidfd, self._reap, loop, pidfd, self.pid, self._exited)
        loop.add_reader(ours, self._receive)

    def _receive(self) -> None:
        while self._socket is not None:
            try:
                data = self._socket.recv(MESSAGE_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                self._lose(str(error))
                return
            if not data:
                self._await_end()
                return
            self._handle(data)

    def _await_end(self) -> None:
        """The child has closed its socket: report it lost as soon as its exit status is known."""
        loop = asyncio.get_running_loop()
        if self._socket is not None:
            loop.remove_reader(self._socket)
        if self._end:
            self._lose(self._end)
            return
        self._is_ending = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(EXIT_LIMIT_S, self._lose, "it closed its socket")

    def _handle(self, data: bytes) -> None:
        try:
            event = self._decoder.decode(data)
        except msgspec.DecodeError as error:
            self._lose(f"unreadable message: {error}")
            return
        if isinstance(event, WorkerFault) and event.id is None:
            if self._ready is None:
                self._on_event(event)  # type: ignore[arg-type]  # Fault is in every events union
            self._lose(event.detail, event.code)
            return
        self._rearm()
        self._on_event(event)
        if self._ready is not None:
            if not self._ready.done():
                self._ready.set_result(None)
            self._ready = None

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(BEAT_LIMIT_S, self._judge_silence, loop.time())

    def _judge_silence(self, since_s: float) -> None:
        """No beat was read in time: the child hangs, or it is this process that did not run."""
        self._timer = None
        self._receive()  # after a stop of this process its timers come before what is to be read
        if self._socket is None or self._timer is not None:
            return
        was_away = asyncio.get_running_loop().time() - since_s > 2 * BEAT_LIMIT_S
        if was_away:  # perhaps the whole machine was
            self._rearm()
        else:
            self._lose(NO_BEAT)

    def _lose(self, reason: str, code: str = "E_WORKER") -> None:
        self._disconnect()
        self._kill()
        log.warning("%s lost: %s: %s", self._name, code, reason)
        if self._ready is None:
            self._on_lost(f"{code}: {reason}")
            return
        if not self._ready.done():
            self._ready.set_exception(PlayError(code, self._name, reason))
        self._ready = None

    def _disconnect(self) -> None:
        self._is_ending = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _kill(self) -> None:
        # Our own child, not reaped yet: the pid cannot belong to another process.
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)

    def _reap(
        self,
        loop: asyncio.AbstractEventLoop,
        pidfd: int,
        pid: int,
        exited: asyncio.Future[None],
    ) -> None:
        loop.remove_reader(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        self.pid = None
        self._exited = None
        self._end = describe_end(os.waitstatus_to_exitcode(status))
        exited.set_result(None)
        if self._is_ending:
            self._lose(self._end)


def has_stalled(reason: str) -> bool:
    """Had a lost worker, or its device, done nothing for a while before it was noticed?"""
    return NO_BEAT in reason or reason.startswith("E_DEVICE")


def describe_end(code: int) -> str:
    """The text for a process's end: its exit code, or the negative number of its signal."""
    if code > 0:
        return f"it ended with exit code {code}"
    if code == 0:
        return "it ended"
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a real-time signal has no name
        name = str(-code)
    return f"it ended by signal {name}"
