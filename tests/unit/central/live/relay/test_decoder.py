"""A radio sounds from its first second on: no sound waits for a guess at its form."""

from __future__ import annotations

import asyncio
import subprocess
from asyncio.subprocess import DEVNULL, PIPE

import pytest

from agent.live.relay.relay_decoder import relay_decoder_argv
from central.live.relay.decoder import decoder_argv, find_demuxer

BURST_BYTES = 12_000  # 1.5 s of 64 kbit/s
FORMS = {
    "mp3": ["-c:a", "libmp3lame", "-f", "mp3"],
    "aac": ["-c:a", "aac", "-f", "adts"],
    "ogg": ["-c:a", "libopus", "-f", "ogg"],
    "mpegts": ["-c:a", "aac", "-f", "mpegts"],
}


def radio(form: str) -> bytes:
    """Some seconds of a radio; MP3 and AAC from the middle of a frame on."""
    argv = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "anoisesrc=d=4:r=48000:a=0.1"]
    argv += ["-b:a", "64k", *FORMS[form], "pipe:1"]
    sound = subprocess.run(argv, capture_output=True, check=True).stdout
    return sound[2500:] if form in ("mp3", "aac") else sound


async def has_sound(argv: list[str], burst: bytes) -> bool:
    """Does it give samples of a burst that nothing follows?"""
    decoder = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    assert decoder.stdin is not None
    assert decoder.stdout is not None
    try:
        decoder.stdin.write(burst)
        await decoder.stdin.drain()
        return bool(await decoder.stdout.read(1 << 14))
    finally:
        decoder.kill()
        decoder.stdin.close()
        await decoder.stdout.read()
        await decoder.wait()


@pytest.mark.parametrize("form", FORMS)
async def test_the_gateway_and_the_box_decode_a_burst_before_more_has_come(form: str) -> None:
    burst = (await asyncio.to_thread(radio, form))[:BURST_BYTES]
    assert await has_sound(decoder_argv(None), burst)
    assert await has_sound(relay_decoder_argv(), burst)
    if form != "mpegts":
        assert await has_sound(decoder_argv(form), burst)


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
