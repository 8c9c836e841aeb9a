"""A radio that the box pulls itself, as a source of sound: radio → relay process ⇄ ffmpeg → PCM.

The agent starts both processes and connects them; it sees neither the radio's bytes nor samples.
The relay process writes the radio or its filler into the slot's pipe until the item's end, so a
radio that stalls never starves the slot. A moment of silence is in the pipe before the process
runs: the slot begins when it should.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.clock import mono_s
from agent.errors import AgentError, PlayError
from agent.live.relay.relay_access import RelayAccess
from agent.live.relay.relay_config import RelayConfig, relay_argv, relay_environment
from agent.live.relay.relay_count import NOTHING_YET, count_heard
from agent.live.relay.relay_decoder import relay_decoder_argv
from agent.play.decode.decoder import FfmpegDecoder, start_decoder
from agent.play.decode.ffmpeg_process import start_ffmpeg
from agent.play.decode.media_reader import open_tracks
from agent.play.ipc import RATE_HZ
from agent.play.item import Item, MediaFiles
from agent.play.process_end import kill_process
from agent.play.relay_ipc import (
    AddDecoder,
    AddFiller,
    AddOutput,
    BeginRelay,
    DecoderWanted,
    FillerWanted,
    RelayBeat,
    RelayEvent,
    RelayState,
)
from agent.play.sound_source import Feed, SourceEnd
from agent.play.task_end import end_task
from agent.play.worker_process import WorkerProcess

log = logging.getLogger(__name__)
LEAD_S = 0.3
FILLER_ROUNDS = 1_000
MOST_MISSING_MS = 3_000  # of a play that counts as whole: a stall that is bridged
MOST_MISSING = 0.01
KEPT_BEATS = 8  # four seconds: the engine tells a second and a delay later what was heard
EVENTS_PER_S, MOST_EVENTS = 4.0, 40.0  # two beats a second; whoever sends more is ended


@dataclass(eq=False)
class RelaySource:
    """One radio on one output (see `SoundSource`).

    Args:
        item: with the radio.
        access: see there.
        media: the files in store, for the filler.
    """

    item: Item
    access: RelayAccess
    media: MediaFiles
    _worker: WorkerProcess[RelayEvent] | None = None
    _decoder: Process | None = None
    _filler: FfmpegDecoder | None = None
    _works: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _allowance: float = MOST_EVENTS
    _allowed_mono_s: float = field(default_factory=mono_s)
    _beats: deque[RelayBeat] = field(default_factory=lambda: deque(maxlen=KEPT_BEATS))
    _why: str = ""
    _lost: str | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_endless(self) -> bool:
        """True: its item's end ends it."""
        return True

    @property
    def relayed(self) -> Mapping[str, int]:
        """Of what consists what was written so far, a second ahead of its sound."""
        return _describe(self._beats[-1] if self._beats else NOTHING_YET)

    def count_relayed(self, heard_ms: int, missing_ms: int) -> Mapping[str, int]:
        """Of what the play consisted, for the record."""
        return _describe(self._count(heard_ms, missing_ms))

    def find_shortfall(self, heard_ms: int, missing_ms: int) -> str | None:
        """Why it was not the radio as planned: more was missing than a bridged stall."""
        told = self._count(heard_ms, missing_ms)
        other_ms = told.filler_ms + told.silence_ms
        whole_ms = told.radio_ms + other_ms
        if other_ms <= max(MOST_MISSING_MS, MOST_MISSING * whole_ms):
            return None
        heard = f"{told.radio_ms // 1000} of {whole_ms // 1000} s were the radio"
        return f"E_STALLED: {heard}" + (f"; {self._why}" if self._why else "")

    def _count(self, heard_ms: int, missing_ms: int) -> RelayBeat:
        return count_heard(self._beats, round(1000 * LEAD_S), heard_ms, missing_ms)

    async def prepare(self, offset_ms: int) -> Feed:  # noqa: ARG002 - a radio has no positions
        """Start the relay process; it connects at once.

        Raises:
            PlayError: E_POLICY, nobody signed the host; E_RELAY, the process did not start.
        """
        config = self._configure()
        read_fd, write_fd = os.pipe()
        worker = self._worker = WorkerProcess(
            relay_argv(config), RelayEvent, self._on_event, self._on_lost,
            name=f"relay {self.item.title}", env=relay_environment(),
        )  # fmt: skip
        try:
            os.set_blocking(write_fd, False)
            os.write(write_fd, bytes(2 * round(LEAD_S * RATE_HZ)))  # half of what a pipe holds
            await worker.start()
            worker.send(AddOutput(), os.dup(write_fd))
        except BaseException as error:
            os.close(read_fd)
            await worker.stop()
            if isinstance(error, PlayError):
                raise PlayError("E_RELAY", self.item.title, error.hint) from error
            raise
        finally:
            os.close(write_fd)
        return Feed(read_fd)

    def _configure(self) -> RelayConfig:
        hosts, relay = tuple(sorted(self.access.hosts())), self.item.relay
        if relay is None or not hosts:
            raise PlayError("E_POLICY", self.item.title, "no host is signed for relays")
        return RelayConfig(
            relay.url, hosts, self.access.allow_private, self.access.ca,
            self.access.clock.now(), mono_s(), relay.host_key,
        )  # fmt: skip

    def start(self, at_mono_s: float) -> None:
        """The programme begins behind the moment of silence."""
        self._tell(BeginRelay(at_mono_s + LEAD_S))

    def position_ms(self, played_ms: int) -> int:
        """What was heard: a radio has no positions."""
        return played_ms

    async def wait_end(self) -> SourceEnd:
        """Wait until the process is gone; it may work when it is tried again."""
        await self._over.wait()
        return SourceEnd(None if self._lost is None else f"E_RELAY: {self._lost}", may_retry=True)

    async def stop(self) -> None:
        """End relay process, decoders and issues."""
        await self._end_works()
        if self._worker is not None:
            await self._worker.stop()
        await self._end_works()  # until its end it may have asked for another decoder
        await self._end_decoder()
        if self._filler is not None:
            await self._filler.stop()
        for kind in ("radio_lost", "radio_blank"):
            self.access.on_fault(kind, self.item.title, None)
        self._over.set()

    async def _end_works(self) -> None:
        for work in list(self._works.values()):
            await end_task(work)

    def _tell(self, command: BeginRelay | AddDecoder | AddFiller, fd: int | None = None) -> None:
        worker = self._worker
        if worker is None or not worker.is_alive:
            if fd is not None:
                os.close(fd)
            return
        try:
            worker.send(command, fd)
        except PlayError as error:
            log.warning("%s: %s", self.item.title, error)

    def _on_event(self, event: RelayEvent) -> None:
        if not self._may_send():
            return
        if isinstance(event, RelayBeat):
            self._beats.append(event)
        elif isinstance(event, RelayState):
            self._report(event)
        elif isinstance(event, DecoderWanted):
            self._do("decoder", self._give_decoder)
        elif isinstance(event, FillerWanted):
            self._do("filler", self._give_filler)

    def _may_send(self) -> bool:
        """Bound what a process that was taken over can make the agent do; one that floods ends."""
        now_mono_s = mono_s()
        gained = (now_mono_s - self._allowed_mono_s) * EVENTS_PER_S
        self._allowance = min(MOST_EVENTS, self._allowance + gained) - 1
        self._allowed_mono_s = now_mono_s
        if self._allowance < 0 and self._lost is None and self._worker is not None:
            self._on_lost("it sends too much")
            self._do("end", self._worker.stop)
        return self._lost is None

    def _report(self, event: RelayState) -> None:
        log.info("%s: %s %s", self.item.title, event.state, event.reason)
        self._why = event.reason or self._why
        hints = {
            "radio_lost": event.reason if event.state == "lost" else None,
            "radio_blank": "silence for 15 s" if event.state == "blank" else None,
        }
        for kind, hint in hints.items():
            self.access.on_fault(kind, self.item.title, hint)

    def _on_lost(self, reason: str) -> None:
        self._lost = reason.removeprefix("E_WORKER: ")
        self._over.set()

    def _do(self, what: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do one of each at a time."""
        if what not in self._works or self._works[what].done():
            self._works[what] = asyncio.create_task(work(), name=f"relay {what}")

    async def _give_decoder(self) -> None:
        """Start a decoder on one end of a socket pair, and send the other."""
        from agent.sandbox.profile import LIVE_DECODER, confine_argv

        await self._end_decoder()
        argv = confine_argv(LIVE_DECODER, relay_decoder_argv(self.media.high_pass_hz), [])
        try:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                self._decoder = await start_ffmpeg(argv, theirs.fileno(), stdin=theirs.fileno())
                self._tell(AddDecoder(), os.dup(ours.fileno()))
        except (PlayError, OSError) as error:  # no ffmpeg, or no descriptor is left
            log.warning("%s: %s", self.item.title, error)

    async def _end_decoder(self) -> None:
        process, self._decoder = self._decoder, None
        if process is not None:
            kill_process(process)
            await process.wait()

    async def _give_filler(self) -> None:
        """Start to decode the filler, over and over; without any the process stays silent."""
        if self._filler is not None:
            await self._filler.stop()
            self._filler = None
        clips = self.access.find_filler(self.item.source.issuer)
        try:
            if clips:
                tracks = await open_tracks(self.media, clips)
                self._filler = await start_decoder(tracks, repeat=FILLER_ROUNDS)
                self._tell(AddFiller(), self._filler.read_fd)
        except (AgentError, OSError) as error:
            log.warning("%s: no filler: %s", self.item.title, error)


def _describe(told: RelayBeat) -> dict[str, int]:
    return {
        "radio_ms": told.radio_ms, "filler_ms": told.filler_ms,
        "silence_ms": told.silence_ms, "connections": told.connections,
    }  # fmt: skip
