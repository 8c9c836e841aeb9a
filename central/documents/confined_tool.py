"""Confines ffmpeg and ffprobe where they read what somebody brought: a file, a radio's bytes.

A tool that hostile bytes take over reads its file and its libraries; it opens no other file and no
connection, and writes nothing but its pipes. The limits are those of the boxes' helpers
(`agent.sandbox`, docs/decisions/0027). A computer without the mechanisms, such as an officer's
without Linux, decodes unconfined; `find_missing` names what it lacks.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from agent.errors import ConfigError
from central.messages.catalogue import translate
from texts.catalogue import LANGS

CPU_S = 3600  # four hours of a relay, or two of a recording with its limiter, take a tenth
MEMORY_BYTES = 1 << 32  # address space: ffmpeg reserves a stack for each core of a server
# What people bring. No playlist and no script is among it: they name other files and addresses.
SOUNDS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,eac3,flac,matroska,mov,mp3,mpeg,mpegts,ogg,tta,w64,"
    "wav,wv"
)
PACKAGES = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "espeak-ng": "espeak-ng"}
PICTURES = "image2,jpeg_pipe,png_pipe,webp_pipe"


def confine_reader(argv: Sequence[str], sources: Iterable[Path] = ()) -> list[str]:
    """The command line that runs a tool confined; its output goes to standard output alone.

    Args:
        argv: the tool, searched in PATH, and its arguments.
        sources: the files that it reads.

    Raises:
        ConfigError: E_CLIP, the name of a file cannot be handed over; E_NOT_INSTALLED.
    """
    verify_installed(argv[0])
    if sys.platform != "linux":
        return list(argv)
    from agent.sandbox.profile import ProgramProfile, confine_argv

    readable = tuple(str(path.absolute()) for path in sources)
    for path in readable:
        if "\n" in path:  # it would be a rule of its own
            raise ConfigError("E_CLIP", repr(path), "a line break in the name")
    return confine_argv(ProgramProfile(CPU_S, MEMORY_BYTES, readable), argv, ())


def verify_installed(tool: str) -> None:
    """Verify that a tool is on this computer; the refusal names the package, in both languages.

    Raises:
        ConfigError: E_NOT_INSTALLED.
    """
    package = PACKAGES.get(tool)  # of a voice of the operator's own nobody knows it
    if package is not None and shutil.which(tool) is None:
        hints = (translate(lang, "fault.no_tool", tool, package) for lang in LANGS)
        raise ConfigError("E_NOT_INSTALLED", tool, " · ".join(hints))


def find_missing() -> list[str]:
    """Which of `Landlock` and `seccomp` this computer does not offer."""
    if sys.platform != "linux":
        return ["Landlock", "seccomp"]
    from agent.sandbox.profile import find_missing as find_missing_here

    return find_missing_here()
