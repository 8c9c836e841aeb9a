"""The process that pulls one radio for one output, without the agent's secrets.

`python -m agent.live.relay.relay_process '<json>'`, messages on fd 3 (see `agent.play.ipc`). It
reads the radio over https, gives the bytes to a decoder, and writes the decoder's samples, or what
fills in for them, into the engine's pipe. It starts no program: the agent sends it sockets to
decoders, confined each, without network. It is confined before it opens its first connection: it
reads code, authorities and the name service, and no other file. It ends when the agent closes fd 3
or nobody reads its programme any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from functools import partial

import msgspec

from agent.clock import mono_s
from agent.link.backoff import BackOff
from agent.live.relay.paced_pipe import PacedPipe
from agent.live.relay.radio_tls import load_radio_context
from agent.live.relay.relay_config import RelayConfig
from agent.live.relay.signed_host import judge_address
from agent.play.ipc import BEAT_S, WORKER_FD, WorkerFault
from agent.play.realtime import raise_priority
from agent.play.relay_ipc import (
    AddDecoder,
    AddFiller,
    AddOutput,
    BeginRelay,
    DecoderWanted,
    FillerWanted,
    RelayBeat,
    RelayCommand,
    RelayEvent,
    RelayReady,
    RelayState,
)
from agent.radio.radio import Decoder, Radio
from agent.radio.radio_error import RadioError
from agent.radio.radio_programme import RadioProgramme, State
from agent.radio.radio_reader import RadioReader
from agent.sandbox.profile import confine_puller

MESSAGE_BYTES = 4_096
DECODER_LIMIT_S = 5.0
FIRST_WAIT_S, MOST_WAIT_S = 0.5, 3.0
SPREAD_S = 2.0  # after a radio was lost: a province's boxes do not come back at one moment
FILLER_GAP_S = 10.0  # a filler that cannot be decoded ends at once; one that comes later is found


class RelayProcess:
    """One relay: control socket, radio, programme, pipe.

    Args:
        config: the radio.
        control: the socket to the agent.
        tls: the trusted authorities.
    """

    def __init__(self, config: RelayConfig, control: socket.socket, tls: ssl.SSLContext) -> None:
        self._control = control
        self._commands = msgspec.json.Decoder(RelayCommand)
        self._over = asyncio.Event()
        self._decoder: asyncio.Future[socket.socket] | None = None
        self._filler: int | None = None
        self._ask_filler_mono_s = 0.0
        self._pipe: PacedPipe | None = None
        self._begin_mono_s: float | None = None
        self._told: State = "radio"
        self._programme = RadioProgramme(self._take_filler)
        judge = partial(judge_address, config.hosts, allow_private=config.allow_private)
        self._radio = Radio(
            RadioReader(config.url, judge, tls), self._programme, self._open_decoder,
            BackOff(FIRST_WAIT_S, MOST_WAIT_S, SPREAD_S),
        )  # fmt: skip

    async def run(self) -> int:
        """Run until the agent closes the socket, or the engine the pipe."""
        self._send(RelayReady())
        asyncio.get_running_loop().add_reader(self._control, self._receive)
        works = (self._radio.pull(), self._play(), self._beat(), self._wait_over())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return 0

    async def _wait_over(self) -> None:
        await self._over.wait()

    async def _play(self) -> None:
        while True:
            if self._pipe is not None:
                try:
                    self._pipe.write_due(mono_s())
                except BrokenPipeError:
                    return
            self._tell()
            await asyncio.sleep(self._programme.form.s)

    def _tell(self) -> None:
        """Report the state of the programme once each time it changes."""
        state = self._programme.state
        if state != self._told:
            self._told = state
            reason = (self._radio.why_lost or "no sound") if state == "lost" else ""
            self._send(RelayState(state, reason))

    async def _beat(self) -> None:
        while True:
            one = self._programme
            self._send(RelayBeat(one.radio_ms, one.filler_ms, one.silence_ms, self._radio.attempts))
            await asyncio.sleep(BEAT_S)

    @contextlib.asynccontextmanager
    async def _open_decoder(self, _content_type: str) -> AsyncIterator[Decoder]:
        samples, sink = await asyncio.open_connection(sock=await self._get_decoder())
        try:
            yield samples, sink
        finally:
            sink.transport.abort()

    async def _get_decoder(self) -> socket.socket:
        """Ask the agent for a decoder.

        Raises:
            RadioError: there is none.
        """
        self._decoder = asyncio.get_running_loop().create_future()
        self._send(DecoderWanted())
        try:
            async with asyncio.timeout(DECODER_LIMIT_S):
                return await self._decoder
        except TimeoutError as error:
            raise RadioError("E_DECODE: no decoder") from error
        finally:
            self._decoder = None

    def _take_filler(self, count: int) -> bytes:
        """At most so many bytes of the filler, whole samples; none while there is none."""
        if self._filler is None:
            if mono_s() >= self._ask_filler_mono_s:
                self._ask_filler_mono_s = mono_s() + FILLER_GAP_S
                self._send(FillerWanted())
            return b""
        got = b""
        with contextlib.suppress(BlockingIOError):
            while len(got) < count:
                part = os.read(self._filler, count - len(got))
                if not part:
                    os.close(self._filler)
                    self._filler = None
                    break
                got += part
        return got[: len(got) & ~1]

    def _receive(self) -> None:
        try:
            data, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        except BlockingIOError:
            return
        if not data:
            self._over.set()
            return
        command = self._commands.decode(data)
        if isinstance(command, BeginRelay):
            self._begin_mono_s = command.at_mono_s
        elif isinstance(command, AddDecoder):
            self._take_decoder(socket.socket(fileno=fds[0]))
        elif isinstance(command, AddFiller):
            os.set_blocking(fds[0], False)
            self._filler = fds[0]
        elif isinstance(command, AddOutput):
            os.set_blocking(fds[0], False)
            self._pipe = PacedPipe(fds[0], self._programme)
        if self._pipe is not None and self._begin_mono_s is not None:
            self._pipe.begin(self._begin_mono_s)

    def _take_decoder(self, sock: socket.socket) -> None:
        sock.settimeout(0)
        if self._decoder is None or self._decoder.done():
            sock.close()
        else:
            self._decoder.set_result(sock)

    def _send(self, event: RelayEvent) -> None:
        self._control.send(msgspec.json.encode(event))


def main(argv: list[str]) -> int:
    """Pull a radio; `argv` holds one JSON text, see `RelayConfig`."""
    config = msgspec.json.decode(argv[0], type=RelayConfig)
    raise_priority()  # as the engine: a frame that is written late is lost
    control = socket.socket(fileno=WORKER_FD)
    try:
        tls = load_radio_context(config)
    except OSError as error:
        control.send(msgspec.json.encode(WorkerFault("E_UNREADABLE", f"{config.ca}: {error}")))
        return 1
    confine_puller([])
    control.settimeout(0)
    try:
        return asyncio.run(_run(config, control, tls))
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the agent is gone


async def _run(config: RelayConfig, control: socket.socket, tls: ssl.SSLContext) -> int:
    return await RelayProcess(config, control, tls).run()


if __name__ == "__main__":
    # Not sys.exit: a name server that hangs must not keep the process alive.
    os._exit(main(sys.argv[1:]))
