"""ffmpeg for a radio: without network and files, of the formats of radios, levelled as it plays.

Nobody has measured the loudness of a radio: `RADIO_LEVELLER` brings it to the level of the other
media, the limiter keeps the peaks below the ceiling. Radios of -9 to -18 LUFS come out within some
3 LU, none above `RADIO_LUFS`, which is what counts against a cap.
"""

from __future__ import annotations

from agent.contract.loudness import RADIO_LEVELLER
from agent.play.decode.decoder import BUTTERWORTH_4, LIMITER, RATE_HZ, TO_FLOAT
from agent.radio.radio_form import GUESS, PROBE

CODECS = "mp3float,mp3,aac,opus,libopus,vorbis,libvorbis,flac"


def relay_decoder_argv(high_pass_hz: int = 0) -> list[str]:
    """The command line: a radio's bytes on standard input, s16 48 kHz mono on standard output.

    Args:
        high_pass_hz: below this the loudspeakers give nothing; 0: they give all.
    """
    cut = [f"highpass=f={high_pass_hz}:width_type=q:width={q}" for q in BUTTERWORTH_4]
    filters = [TO_FLOAT, *(cut if high_pass_hz else []), RADIO_LEVELLER, LIMITER]
    return [
        "ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1",
        "-protocol_whitelist", "pipe", *GUESS, "-codec_whitelist", CODECS, *PROBE,
        "-i", "pipe:0", "-map", "0:a:0",
        "-af", ",".join(filters), "-flush_packets", "1",
        "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "pipe:1",
    ]  # fmt: skip
