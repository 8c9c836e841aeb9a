"""A confined ffmpeg that decodes a file to samples: s16, 48 kHz, mono, by a pipe."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO

from agent.errors import ConfigError
from central.documents.confined_tool import confine_reader

RATE_HZ = 48_000
BLOCK_BYTES = 1 << 16
TAIL_BYTES = 1 << 16  # of what it says; a hostile file may say any amount
# for ffmpeg-python
SAMPLES = {"format": "s16le", "acodec": "pcm_s16le", "ac": 1, "ar": RATE_HZ}


@dataclass
class Decoding:
    """A decoder that runs.

    Attributes:
        samples: to be read to their end.
        said: the end of its error output, whole once the decoding is over.
        returncode: of the process, once the decoding is over.
    """

    samples: IO[bytes]
    said: str = ""
    returncode: int = 0
    _tail: bytearray = field(default_factory=bytearray)

    def keep_tail(self, errors: IO[bytes]) -> None:
        """Read the error output to its end: a full pipe would block the decoder."""
        while data := errors.read1(BLOCK_BYTES):  # type: ignore[attr-defined]  # a buffered reader
            self._tail += data
            del self._tail[:-TAIL_BYTES]

    def end(self, returncode: int) -> None:
        """The process and its output have ended."""
        self.returncode = returncode
        self.said = self._tail.decode(errors="replace")


@contextlib.contextmanager
def run_decoder(argv: Sequence[str], source: Path, limit_s: float) -> Iterator[Decoding]:
    """Decode a file while the block reads the samples; killed when it takes too long.

    Args:
        argv: ffmpeg, with its samples on standard output.
        source: the file.
        limit_s: so long it may run.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing.
    """
    confined = confine_reader(argv, [source])
    try:
        process = subprocess.Popen(confined, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise ConfigError("E_CLIP", "ffmpeg", str(error)) from error
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - pipes
    decoding = Decoding(process.stdout)
    reader = threading.Thread(target=decoding.keep_tail, args=[process.stderr], name="ffmpeg says")
    limit = threading.Timer(limit_s, process.kill)
    with process:
        reader.start()
        limit.start()
        try:
            yield decoding
        except BaseException:
            process.kill()
            raise
        finally:
            reader.join()
            process.wait()
            limit.cancel()
    decoding.end(process.returncode)


def write_wav(argv: Sequence[str], source: Path, target: Path, limit_s: float) -> Path:
    """Decode a file into mono WAV, s16, 48 kHz.

    Raises:
        ConfigError: E_CLIP, ffmpeg is missing, failed or took longer than `limit_s`.
    """
    with wave.open(str(target), "wb") as out, run_decoder(argv, source, limit_s) as decoding:
        out.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        while block := decoding.samples.read(BLOCK_BYTES):
            out.writeframesraw(block)
    if decoding.returncode:
        raise ConfigError("E_CLIP", "ffmpeg", decoding.said.strip()[-400:])
    return target
