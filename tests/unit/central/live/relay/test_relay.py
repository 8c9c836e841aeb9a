"""What a relay does with a radio that fails in ways that nobody has thought of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from agent.errors import ConfigError
from central.live.relay import relay as relay_module
from central.live.relay.https_source import EndlessResponse, HttpsSource
from central.live.relay.programme import Programme, loop_filler
from central.live.relay.relay import Relay


class BrokenSource:
    """A radio whose answer is a fault of our own."""

    url = "https://radio.example.vn/vov1"

    @contextlib.asynccontextmanager
    async def open_stream(self) -> AsyncIterator[EndlessResponse]:
        raise ValueError("Invalid IPv6 URL")
        yield


def relay_of(source: object, report: Any) -> Relay:
    return Relay(cast("HttpsSource", source), Programme(loop_filler(b"")), report)


async def test_an_answer_that_nobody_expects_is_an_attempt_that_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(relay_module, "FIRST_BACK_OFF_S", 0.0)
    reports: list[tuple[str, str]] = []
    twice = asyncio.Event()

    def report(event: str, reason: str) -> None:
        reports.append((event, reason))
        if len(reports) == 2:
            twice.set()

    pulling = asyncio.create_task(relay_of(BrokenSource(), report).pull())
    await twice.wait()
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)
    assert set(reports) == {("failed", "Invalid IPv6 URL")}
    assert "an attempt to hear the radio" in caplog.text


async def test_a_gateway_without_ffmpeg_ends_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sounding(BrokenSource):
        @contextlib.asynccontextmanager
        async def open_stream(self) -> AsyncIterator[EndlessResponse]:
            async def sound() -> AsyncIterator[bytes]:
                yield b"\xff"

            yield EndlessResponse("audio/mpeg", sound())

    @contextlib.asynccontextmanager
    async def no_decoder(_demuxer: str | None) -> AsyncIterator[None]:
        raise ConfigError("E_CLIP", "ffmpeg", "not installed")
        yield

    monkeypatch.setattr(relay_module, "run_decoder", no_decoder)
    with pytest.raises(ConfigError, match="E_CLIP"):
        await relay_of(Sounding(), lambda *_: None).pull()
