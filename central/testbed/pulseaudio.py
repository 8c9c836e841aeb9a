"""Sound without a sound card: a private PulseAudio with null sinks, its captures, microphones.

A virtual microphone is a null sink whose monitor is an ALSA input: what is played into it, the
agent captures.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from central.testbed.sound_capture import RATE_HZ, Recording, SinkCapture, find_sounds, read_samples

__all__ = ["Recording", "SinkCapture", "SoundServer", "find_sounds", "read_samples"]

SOCKET_PATH_LIMIT = 107  # sun_path of unix(7), less the closing zero
START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0
PRIORITY = 10


class SoundServer:
    """One private PulseAudio server with a null sink for each output.

    Args:
        directory: holds socket, configuration and log; made if absent. Its path must be short: a
            UNIX socket's path has at most 107 bytes.
        channels: of each sink.
    """

    def __init__(self, directory: Path, channels: int = 1) -> None:
        self.directory = directory.absolute()
        self._channels = channels
        self._socket = self.directory / "native"
        if len(os.fsencode(self._socket)) > SOCKET_PATH_LIMIT:
            raise ValueError(f"{self._socket}: too long for a UNIX socket")
        self._server: asyncio.subprocess.Process | None = None
        self._captures: list[SinkCapture] = []
        self._speakers: list[asyncio.subprocess.Process] = []

    @property
    def env(self) -> dict[str, str]:
        """The environment variables with which an agent plays here."""
        return {
            "ALSA_CONFIG_PATH": str(self.directory / "asound.conf"),
            "PULSE_SERVER": f"unix:{self._socket}",
        }

    @property
    def pid(self) -> int:
        """The server's process id.

        Raises:
            RuntimeError: it does not run.
        """
        if self._server is None:
            raise RuntimeError("the sound room is not started")
        return self._server.pid

    async def start(self, sinks: Sequence[str] = ("loa",), microphones: Sequence[str] = ()) -> None:
        """Start the server; returns when it takes clients.

        Args:
            sinks: the outputs, by the names of their ALSA devices.
            microphones: the inputs, likewise.

        Raises:
            RuntimeError: it did not come up; its log is `pulse.log` in the directory.
        """
        (self.directory / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
        self._socket.unlink(missing_ok=True)
        (self.directory / "default.pa").write_text(self._server_script([*sinks, *microphones]))
        (self.directory / "asound.conf").write_text(self._alsa_config(sinks, microphones))
        with (self.directory / "pulse.log").open("ab") as log:
            self._server = await asyncio.create_subprocess_exec(
                *_pulse_argv(self.directory),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._server_env(),
            )
        await self._wait_up()
        _raise_priority(self._server.pid)

    async def speak(self, microphone: str, samples: bytes) -> asyncio.subprocess.Process:
        """Play s16le mono into a virtual microphone; the process ends with the sound."""
        argv = ["pacat", "-d", microphone, f"--rate={RATE_HZ}", "--channels=1", "--format=s16le"]
        with tempfile.TemporaryFile() as spoken:  # a pipe would have to be fed in time
            spoken.write(samples)
            spoken.seek(0)
            process = await asyncio.create_subprocess_exec(
                *argv, "--latency-msec=20", "--raw",
                stdin=spoken, env=self._server_env() | self.env,
            )  # fmt: skip
        _raise_priority(process.pid)
        self._speakers.append(process)
        return process

    async def capture(
        self, sink: str, directory: Path | None = None, channel: str | None = None
    ) -> SinkCapture:
        """Record a sink from now on; return when samples arrive. `stop()` ends it.

        `channel`, such as `front-left`, records that one alone.
        """
        env = self._server_env() | self.env
        name = sink if channel is None else f"{sink}-{channel}"
        capture = SinkCapture(name, f"{sink}.monitor", directory or self.directory, env, channel)
        self._captures.append(capture)
        if not await asyncio.to_thread(capture.wait_flowing):
            raise RuntimeError(f"capture of {sink}: nothing flows")
        return capture

    async def finish(self, capture: SinkCapture) -> Recording:
        """Stop a capture without blocking the loop."""
        self._captures.remove(capture)
        return await asyncio.to_thread(capture.stop)

    async def stop(self) -> None:
        """Stop captures and the server; do nothing when it was not started."""
        try:
            while self._captures:
                with contextlib.suppress(RuntimeError):  # the result is no longer needed
                    await self.finish(self._captures[-1])
        finally:
            await self._end_speakers()
            await self._end_server()

    async def _end_speakers(self) -> None:
        for process in self._speakers:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    async def _end_server(self) -> None:
        if self._server is None:
            return
        if self._server.returncode is None:
            self._server.terminate()
        try:
            await asyncio.wait_for(self._server.wait(), STOP_LIMIT_S)
        except TimeoutError:
            self._server.kill()
            await self._server.wait()
        self._server = None

    def _server_script(self, sinks: Sequence[str]) -> str:
        lines = [
            ".fail",
            f"load-module module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
        ]
        # Without norewinds=1 an idle null sink sleeps up to 2 s and the first stream stalls.
        lines += [
            f"load-module module-null-sink sink_name={sink} rate={RATE_HZ}"
            f" channels={self._channels}"
            " format=s16le norewinds=1"
            for sink in sinks
        ]
        return "\n".join(lines) + "\n"

    def _alsa_config(self, sinks: Sequence[str], microphones: Sequence[str]) -> str:
        # PortAudio 19.6 aborts (assertion in BuildDeviceList) where every pcm opens and none is
        # called default, dmix or the like: so there is always a default.
        return "".join(
            f'pcm.{name} {{ type pulse server "unix:{self._socket}" device "{sink}" }}\n'
            for name, sink in [
                ("default", sinks[0]),
                *((sink, sink) for sink in sinks),
                *((name, f"{name}.monitor") for name in microphones),
            ]
        )

    def _server_env(self) -> dict[str, str]:
        home = str(self.directory)
        run = str(self.directory / "run")
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": home, "XDG_RUNTIME_DIR": run}

    async def _wait_up(self) -> None:
        assert self._server is not None  # noqa: S101 - called by start only
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while not await self._answers():
                    if self._server.returncode is not None:
                        raise RuntimeError("pulseaudio ended at once; see pulse.log")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            await self.stop()
            raise RuntimeError("pulseaudio did not come up; see pulse.log") from None

    async def _answers(self) -> bool:
        # A path, not asyncio.Path: one stat of a socket in our own directory
        if not self._socket.exists():
            return False
        try:
            _, writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            return False
        writer.close()
        return True


def _raise_priority(pid: int) -> None:
    """Let it run as a card or a microphone does, which wait for no scheduler, where allowed.

    PulseAudio leaves what real-time priority it is started with, so each of its threads is set.
    """
    with contextlib.suppress(PermissionError, ProcessLookupError, FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(PRIORITY))


def _pulse_argv(directory: Path) -> list[str]:
    return [
        *("pulseaudio", "-n", "-F", str(directory / "default.pa"), "--daemonize=no"),
        # A higher priority at least, where no real-time one is allowed: see `_raise_priority`.
        *("--exit-idle-time=-1", "--disallow-exit", "--realtime=no", "--high-priority=yes"),
        *("--use-pid-file=no", "--log-target=stderr"),
    ]
