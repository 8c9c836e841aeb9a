"""A text is read aloud at the centre: its words are settled, then rendered, then heard by a person.

The voice is a program of the operator's choice: espeak-ng, or whatever reads words from its
standard input and writes a WAV. Its sound goes through the same preparation as a recording.
"""

from __future__ import annotations

import shlex
import tempfile
import wave
from collections.abc import Callable, Mapping
from pathlib import Path

from agent.errors import ConfigError
from central.documents.audio_tools import run_tool
from central.documents.preparation.prepare import Preparation, Prepared, prepare
from speech.chunk import split_chunks
from speech.dialect import Dialect

ESPEAK = "espeak-ng -v {voice} -s 115 -w {out} --stdin"


def read_aloud(
    words: str,
    dialect: Dialect,
    target: Path,
    wanted: Preparation,
    *,
    engine: str = ESPEAK,
    tell: Callable[[str, int], None] = lambda _name, _ms: None,
) -> Prepared:
    """Render words sentence by sentence, with pauses, and prepare the sound like a recording.

    Args:
        words: as `pronunciation.settle_words` gives them.
        dialect: in which they are read.
        target: .opus, .mp3 or .wav.
        wanted: chime and level.
        engine: the command line of the voice; it reads words from standard input. `{out}` becomes
            the WAV that it writes, `{voice}` espeak-ng's name of the dialect, `{dialect}` ours.
        tell: is told how far the preparation is.

    Raises:
        ConfigError: E_USAGE, the command has no `{out}`; E_CLIP, it failed or wrote no WAV.
        SoundError: what it said cannot be prepared.
    """
    if "{out}" not in engine:
        raise ConfigError("E_USAGE", "--engine", "{out}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".read-") as scratch:
        spoken = Path(scratch) / f"{target.stem}.wav"
        _render(words, dialect, engine, spoken)
        return prepare([spoken], target, wanted, tell)


def _render(words: str, dialect: Dialect, engine: str, target: Path) -> None:
    part = target.with_name("sentence.wav")
    values = {"{out}": str(part), "{voice}": dialect.voice, "{dialect}": dialect.name}
    argv = [_fill(word, values) for word in shlex.split(engine)]
    sentences = [(_say(chunk.text, argv, part), chunk.pause_ms) for chunk in split_chunks(words)]
    first = sentences[0][0][0]
    frame_bytes = first.sampwidth * first.nchannels
    with wave.open(str(target), "wb") as whole:
        whole.setparams(first)
        for (_, samples), pause_ms in sentences:
            whole.writeframes(samples + bytes(first.framerate * pause_ms // 1000 * frame_bytes))


def _say(words: str, argv: list[str], part: Path) -> tuple[wave._wave_params, bytes]:
    """The format and the samples of one sentence."""
    part.unlink(missing_ok=True)
    run_tool(argv, text=words)
    try:
        with wave.open(str(part), "rb") as sentence:
            return sentence.getparams(), sentence.readframes(sentence.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise ConfigError("E_CLIP", argv[0], str(error)) from error


def _fill(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word
