"""A relay: pulls a radio, and writes what is to be sent into the encoder at the speed of time."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from agent.errors import ConfigError
from agent.link.backoff import BackOff
from agent.radio.radio import OnConnection, Radio
from agent.radio.radio_programme import FrameForm, RadioProgramme, State
from central.live.relay.decoder import open_decoder
from central.live.relay.named_radio import open_reader
from central.live.voice_source import VoicePacket, VoiceSource, capture

log = logging.getLogger(__name__)
FRAMES = FrameForm(20, 0.0)  # those of the encoder, which levels the radio
# A radio that is back is heard within five seconds, and one gateway a commune is no load.
FIRST_WAIT_S, MOST_WAIT_S = 0.5, 1.0
MOST_UNWRITTEN = 50 * FRAMES.byte_count  # a second: the encoder hangs
OnSent = Callable[[State], None]


class LoopedFiller:
    """Samples again and again; none where there are none."""

    def __init__(self, samples: bytes) -> None:
        self._samples = samples[: len(samples) & ~1]
        self._at = 0

    def take(self, byte_count: int) -> bytes:
        """The next of them."""
        if not self._samples:
            return b""
        part = b""
        while len(part) < byte_count:
            more = self._samples[self._at : self._at + byte_count - len(part)]
            self._at = (self._at + len(more)) % len(self._samples)
            part += more
        return part


def build_radio(url: str, ca: Path | None, filler: bytes, on_connection: OnConnection) -> Radio:
    """A radio as the gateway pulls it; nothing is asked yet.

    Args:
        url: that the officer names.
        ca: PEM of the authority of its certificate; None: those of the system.
        filler: samples that are sent where the radio gives none; empty: silence.
        on_connection: see `Radio`.

    Raises:
        ConfigError: E_USAGE, the address; E_UNREADABLE, the PEM file.
    """
    programme = RadioProgramme(LoopedFiller(filler).take, FRAMES)
    back_off = BackOff(FIRST_WAIT_S, MOST_WAIT_S, spread_s=0.0)
    return Radio(open_reader(url, ca), programme, open_decoder, back_off, on_connection)


async def send_frames(programme: RadioProgramme, on_sent: OnSent, write_fd: int) -> None:
    """Write frames at the speed of time until cancelled, or until nobody reads; owns the fd.

    Args:
        programme: what is sent.
        on_sent: called with each change of what that is.
        write_fd: of a pipe to the encoder.
    """
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_write_pipe(
        asyncio.Protocol, os.fdopen(write_fd, "wb", buffering=0)
    )
    state, next_s = programme.state, loop.time()
    try:
        while not transport.is_closing():
            frame = programme.next_frame()
            if transport.get_write_buffer_size() < MOST_UNWRITTEN:
                transport.write(frame)
            if programme.state != state:
                state = programme.state
                on_sent(state)
            next_s += programme.form.s
            await asyncio.sleep(next_s - loop.time())
    finally:
        transport.abort()


async def relay_packets(
    programme: RadioProgramme,
    on_sent: OnSent,
    stop: asyncio.Event,
    meter: Callable[[float], None],
) -> AsyncIterator[VoicePacket]:
    """The packets of a relay until `stop` is set; an encoder that dies is followed by another.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing, or fails before its first packet.
    """
    while not stop.is_set():
        has_encoded = False
        try:
            async for packet in _encode(programme, on_sent, stop, meter):
                has_encoded = True
                yield packet
        except ConfigError as error:
            if not has_encoded:
                raise
            log.warning("the encoder has ended: %s", error)


async def _encode(
    programme: RadioProgramme,
    on_sent: OnSent,
    stop: asyncio.Event,
    meter: Callable[[float], None],
) -> AsyncIterator[VoicePacket]:
    read_fd, write_fd = os.pipe()
    sending = asyncio.create_task(send_frames(programme, on_sent, write_fd), name="relay frames")
    try:
        async for packet in capture(VoiceSource("samples"), stop, meter, read_fd):
            yield packet
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
