"""A confined ffmpeg: a radio's bytes in, samples out (s16, 48 kHz, mono).

It has no network and no files: the gateway fetches, ffmpeg reads a pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from pathlib import Path

from agent.errors import ConfigError
from agent.radio.radio import Decoder
from agent.radio.radio_form import GUESS, PROBE
from central.documents.confined_tool import SOUNDS, confine_reader

_OF_TYPE = {
    **dict.fromkeys(("audio/mpeg", "audio/mp3", "audio/x-mpeg", "audio/mpeg3"), "mp3"),
    **dict.fromkeys(("audio/aac", "audio/aacp", "audio/x-aac"), "aac"),
    **dict.fromkeys(("audio/ogg", "application/ogg", "audio/opus", "audio/vorbis"), "ogg"),
}
SAMPLES = ("-map", "0:a:0", "-vn", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:1")
LEAST = ("-hide_banner", "-loglevel", "error")


def find_demuxer(content_type: str) -> str | None:
    """What a radio's content type says of its form; None: ffmpeg finds out."""
    return _OF_TYPE.get(content_type.partition(";")[0].strip().lower())


def decoder_argv(demuxer: str | None = None) -> list[str]:
    """The command line of ffmpeg, which reads its standard input alone.

    Args:
        demuxer: of the radio; None: ffmpeg guesses.
    """
    form = ("-f", demuxer) if demuxer else GUESS
    return [
        "ffmpeg", *LEAST, "-protocol_whitelist", "pipe", *form, *PROBE, "-i", "pipe:0", *SAMPLES,
    ]  # fmt: skip


@contextlib.asynccontextmanager
async def open_decoder(content_type: str) -> AsyncIterator[Decoder]:
    """A decoder; killed at the end.

    Args:
        content_type: of the radio; empty: nobody has said it.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing.
    """
    argv = decoder_argv(find_demuxer(content_type))
    confined = await asyncio.to_thread(confine_reader, argv)  # looks for the program on the disk
    try:
        process = await asyncio.create_subprocess_exec(
            *confined, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
    except OSError as error:
        raise ConfigError("E_CLIP", "ffmpeg", str(error)) from error
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes
    try:
        yield process.stdout, process.stdin
    finally:
        if process.returncode is None:
            process.kill()
        process.stdin.close()
        await process.stdout.read()  # a pipe that nobody reads keeps `wait` from returning
        await process.wait()


async def decode_file(file: Path) -> bytes:
    """The samples of a file, ten minutes of it at the most.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing, or it is no sound.
    """
    argv = ["ffmpeg", "-nostdin", *LEAST, "-protocol_whitelist", "file"]
    argv += ["-format_whitelist", SOUNDS, "-t", "600", "-i", f"file:{file}", *SAMPLES]
    confined = await asyncio.to_thread(confine_reader, argv, [file])
    try:
        process = await asyncio.create_subprocess_exec(
            *confined, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
    except OSError as error:
        raise ConfigError("E_CLIP", "ffmpeg", str(error)) from error
    samples, told = await process.communicate()
    if process.returncode or not samples:
        raise ConfigError("E_CLIP", str(file), told.decode(errors="replace")[-300:].strip())
    return samples
