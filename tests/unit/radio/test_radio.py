"""What box and gateway do with a radio whose answers bring about faults of every kind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import NoReturn, cast

import pytest

from agent.errors import ConfigError
from agent.link.backoff import BackOff
from agent.link.http_get import HttpResponse
from agent.radio import radio as radio_module
from agent.radio.radio import Decoder, Radio, Trouble
from agent.radio.radio_feed import RadioFeed
from agent.radio.radio_programme import RadioProgramme
from agent.radio.radio_reader import RadioReader


class BrokenReader:
    """Each request fails with the same fault."""

    url = "https://radio.example.vn/vov1"

    def __init__(self, error: Exception) -> None:
        self._error = error
        self._asked = 0
        self.twice = asyncio.Event()

    @contextlib.asynccontextmanager
    async def open(self, _url: str) -> AsyncIterator[HttpResponse]:
        self._asked += 1
        if self._asked == 2:
            self.twice.set()
        raise self._error
        yield


def no_decoder(_content_type: str) -> NoReturn:
    pytest.fail("a radio that sends nothing costs a decoder")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Invalid IPv6 URL"),  # urllib's, for a redirect to `//[x/`
        OSError("m3u8: " + "9" * 250_000),  # longer than a message to the agent may be
        KeyError("nobody has thought of it"),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_whatever_an_answer_brings_about_is_one_lost_attempt_with_a_short_reason(
    error: Exception,
) -> None:
    reader, programme = BrokenReader(error), RadioProgramme(lambda _: b"")
    told: list[tuple[Trouble | None, str]] = []
    radio = Radio(
        cast("RadioReader", reader), programme, no_decoder, BackOff(1e-6, 1e-6),
        lambda *what: told.append(what),
    )  # fmt: skip
    pulling = asyncio.create_task(radio.pull())
    await reader.twice.wait()
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)
    assert radio.why_lost == str(error)[:200]
    assert set(told) == {("lost", radio.why_lost)}
    programme.next_frame()
    assert programme.state == "lost"


class Waiting:
    """A radio that answers, and sends nothing."""

    url = "https://radio.example.vn/vov1"

    @contextlib.asynccontextmanager
    async def open(self, _url: str) -> AsyncIterator[HttpResponse]:
        yield HttpResponse(200, {}, self._nothing())

    async def _nothing(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    def read_blocks(self, answer: HttpResponse) -> AsyncIterator[bytes]:
        return answer.blocks


async def test_a_host_that_is_connected_and_sends_nothing_has_stalled_and_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(radio_module, "RadioFeed", partial(RadioFeed, stall_s=0.01))
    told: asyncio.Queue[tuple[Trouble | None, str]] = asyncio.Queue()
    radio = Radio(
        cast("RadioReader", Waiting()), RadioProgramme(lambda _: b""), no_decoder,
        BackOff(1e-6, 1e-6), lambda *what: told.put_nowait(what),
    )  # fmt: skip
    pulling = asyncio.create_task(radio.pull())
    assert await told.get() == ("stalled", "nothing for 0 s")
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)


async def test_a_machine_without_a_decoder_ends_it_with_the_code() -> None:
    class Sounding(Waiting):
        async def _nothing(self) -> AsyncIterator[bytes]:
            yield b"\xff"

    @contextlib.asynccontextmanager
    async def missing(_content_type: str) -> AsyncIterator[Decoder]:
        raise ConfigError("E_CLIP", "ffmpeg", "not installed")
        yield

    reader = cast("RadioReader", Sounding())
    with pytest.raises(ConfigError, match="E_CLIP"):
        await Radio(reader, RadioProgramme(lambda _: b""), missing, BackOff()).pull()
