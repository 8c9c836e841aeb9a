"""What a radio says of its form is enough for the decoder: no sound waits for a guess."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from central.live.relay.decoder import decoder_argv, find_demuxer, run_decoder

BURST_BYTES = 8192  # a second of 64 kbit/s; to guess the form takes four times as much


def radio() -> bytes:
    """Two seconds of a radio, from the middle of a frame on."""
    argv = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "anoisesrc=d=2:r=48000:a=0.1"]
    argv += ["-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3", "pipe:1"]
    return subprocess.run(argv, capture_output=True, check=True).stdout[2500:]


async def test_the_first_second_of_a_radio_sounds_before_the_next_has_come() -> None:
    burst = await asyncio.to_thread(radio)
    async with run_decoder("mp3") as decoder:
        assert decoder.stdin is not None
        assert decoder.stdout is not None
        decoder.stdin.write(burst[:BURST_BYTES])
        await decoder.stdin.drain()
        assert await decoder.stdout.read(1 << 14)


@pytest.mark.parametrize(
    ("content_type", "demuxer"),
    [
        ("audio/mpeg", "mp3"), ("Audio/MPEG; charset=utf-8", "mp3"), ("audio/aacp", "aac"),
        ("application/ogg", "ogg"), ("application/octet-stream", None), ("", None),
    ],
)  # fmt: skip
def test_the_content_type_names_the_form(content_type: str, demuxer: str | None) -> None:
    assert find_demuxer(content_type) == demuxer


def test_what_is_not_named_is_one_of_the_forms_of_radios() -> None:
    assert "-format_whitelist" in decoder_argv(None)
    assert decoder_argv("aac")[decoder_argv("aac").index("-f") + 1] == "aac"
