"""Ogg pages: read by ffmpeg, whose decoder we did not write; checksums by the specification."""

from __future__ import annotations

import struct
import subprocess
from array import array

import pytest

from agent.contract.ogg_opus import OggOpusWriter, ogg_crc
from agent.live.live_source import decoder_argv
from central.live.ogg_reader import OggReader

SILENCE = bytes.fromhex("f8fffe")


def decode(stream: bytes, high_pass_hz: int = 0) -> array[int]:
    done = subprocess.run(decoder_argv(high_pass_hz), input=stream, capture_output=True, check=True)
    return array("h", done.stdout)


def encode_click() -> tuple[int, list[bytes]]:
    """Look-ahead and packets of 400 ms, with a click at 200 ms."""
    argv = [
        "ffmpeg", "-v", "error", "-f", "lavfi",
        "-i", "aevalsrc='between(t,0.2,0.21)*0.8*sin(2*PI*1000*t)':s=48000:d=0.4",
        "-c:a", "libopus", "-b:a", "24k", "-frame_duration", "20", "-f", "ogg", "pipe:1",
    ]  # fmt: skip
    reader = OggReader()
    packets = list(reader.feed(subprocess.run(argv, capture_output=True, check=True).stdout))
    return reader.pre_skip, packets


def test_the_checksum_of_a_page() -> None:
    page = OggOpusWriter().begin()
    # a page of libogg's `test1` (framing.c) has this layout; here only the algorithm counts:
    # the sum over a page with its field at zero is what stands in the field.
    (stated,) = struct.unpack_from("<I", page, 22)
    first = page[:22] + bytes(4) + page[26:47]
    assert ogg_crc(first) == stated


@pytest.mark.parametrize("skip_frames", [0, 312, 4176])
def test_a_decoder_gets_every_sample_behind_those_that_are_left_out(skip_frames: int) -> None:
    look_ahead, packets = encode_click()
    writer = OggOpusWriter()
    stream = writer.begin(skip_frames) + writer.write(packets[:7]) + writer.write(packets[7:])
    samples = decode(stream)
    assert len(samples) == 960 * len(packets) - skip_frames
    loud = next(n for n, sample in enumerate(samples) if abs(sample) > 3000)
    assert loud == pytest.approx(9600 + look_ahead - skip_frames, abs=48)


def test_a_packet_of_silence_is_silent_and_as_long_as_the_others() -> None:
    _, packets = encode_click()
    writer = OggOpusWriter()
    samples = decode(writer.begin() + writer.write([*packets, *[SILENCE] * 60]))
    assert len(samples) == 960 * (len(packets) + 60)
    assert max(map(abs, samples[960 * (len(packets) + 10) :])) < 4


def test_what_is_written_is_read_as_it_was() -> None:
    packets = [bytes([n]) * (n * 30 + 1) for n in range(43)]
    writer = OggOpusWriter()
    assert list(OggReader().feed(writer.begin() + writer.write(packets, is_last=True))) == packets


def test_what_a_horn_cannot_give_is_left_out_and_nothing_is_moved() -> None:
    look_ahead, packets = encode_click()
    writer = OggOpusWriter()
    samples = decode(writer.begin() + writer.write(packets), 250)
    assert len(samples) == 960 * len(packets)
    loud = next(n for n, sample in enumerate(samples) if abs(sample) > 3000)
    assert loud == pytest.approx(9600 + look_ahead, abs=48)
