"""How loud a radio is behind its decoder: measured by ffmpeg's own EBU R 128 meter."""

from __future__ import annotations

import re
import subprocess

import pytest

from agent.contract.loudness import PEAK_DBTP, RADIO_LUFS
from agent.live.relay.relay_decoder import CODECS, relay_decoder_argv
from agent.play.decode.decoder import LIMITER
from agent.radio.radio_form import DEMUXERS

PINK = "anoisesrc=color=pink:d=25:r=48000:a=0.5:s=7"
TONE = "sine=frequency=1000:d=25:r=48000"
LOUDNESS = {PINK: -20.6, TONE: -21.1}  # LUFS; a sine of -18 dBFS RMS has -21.1 as one channel


def measure(source: str, lufs: float, high_pass_hz: int = 0) -> tuple[float, float]:
    """Loudness and true peak of a radio of so many LUFS, by the decoder's filters."""
    argv = relay_decoder_argv(high_pass_hz)
    filters = argv[argv.index("-af") + 1]
    louder = f"volume={lufs - LOUDNESS[source]}dB,alimiter=limit=1:level=0"
    graph = f"aformat=sample_fmts=flt,{louder},{filters},ebur128=peak=true"
    run = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-f", "lavfi", "-i", source, "-af", graph,
         "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loudness = float(re.findall(r"I:\s+(\S+) LUFS", run.stderr)[-1])
    peak = float(re.findall(r"Peak:\s+(\S+) dBFS", run.stderr)[-1])
    return loudness, peak


def test_radios_of_minus_9_to_minus_20_lufs_are_equally_loud_within_3_lu() -> None:
    found = [measure(PINK, lufs)[0] for lufs in (-9, -14, -20)]
    assert max(found) - min(found) <= 3.0, found
    assert found[0] == pytest.approx(-16.0, abs=2.0)  # as all other media


def test_no_radio_is_louder_than_what_counts_against_a_cap() -> None:
    loudness, peak = measure(TONE, -3.0)  # a tone at full scale: as loud as a file can be
    assert loudness <= RADIO_LUFS + 0.3
    assert peak <= PEAK_DBTP + 0.6  # the limiter holds samples, not what lies between them


def test_no_playlist_script_or_network_is_among_what_the_decoder_reads() -> None:
    argv = relay_decoder_argv(250)
    assert argv[argv.index("-protocol_whitelist") + 1] == "pipe"
    assert not {"hls", "concat", "dash", "applehttp", "sdp", "rtsp"} & set(DEMUXERS.split(","))
    assert not {"h264", "mjpeg", "png"} & set(CODECS.split(","))
    assert argv[argv.index("-i") + 1] == "pipe:0"
    assert LIMITER in argv[argv.index("-af") + 1]
    assert argv[argv.index("-af") + 1].count("highpass=f=250") == 2
