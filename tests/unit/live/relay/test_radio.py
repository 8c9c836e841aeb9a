"""What a box does with a radio whose answers bring about faults that nobody has thought of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import NoReturn, cast

import pytest

from agent.link.backoff import BackOff
from agent.link.http_get import HttpResponse
from agent.live.relay.radio import Radio
from agent.live.relay.radio_reader import RadioReader
from agent.live.relay.relay_programme import RelayProgramme


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


async def no_decoder() -> NoReturn:
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
    reader, programme = BrokenReader(error), RelayProgramme(lambda _: b"")
    radio = Radio(cast("RadioReader", reader), programme, no_decoder)
    radio._back_off = BackOff(1e-6, 1e-6)
    pulling = asyncio.create_task(radio.pull())
    await reader.twice.wait()
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)
    assert radio.why_lost == str(error)[:200]
    programme.next_frame()
    assert programme.state == "lost"
