"""Attack 145: a file or a radio that is brought to the centre, and what its ffmpeg reaches.

Each ffmpeg here is more willing than ours: its demuxer and its protocols are allowed. So the tests
show what holds when a file has taken ffmpeg over, and its own lists count for nothing.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import ConfigError
from central.documents.confined_tool import confine_reader, find_missing
from central.documents.media import probe
from central.documents.preparation.measurement import measure
from central.documents.preparation.sound_error import SoundError
from central.live.relay.decoder import decode_file, decoder_argv

WILLING = ("-protocol_whitelist", "file,pipe,tcp,http,crypto,data", "-safe", "0", "-f", "concat")
OUT = ("-map", "0:a:0", "-f", "s16le", "pipe:1")

pytestmark = pytest.mark.skipif("seccomp" in find_missing(), reason="the kernel has no seccomp")
needs_landlock = pytest.mark.skipif("Landlock" in find_missing(), reason="no Landlock")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Somebody else's recording; a file of another form would not show whether it was read."""
    path = tmp_path / "kin.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes(bytes(range(256)) * 375)
    return path


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who waits for a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def script(folder: Path, address: str) -> Path:
    path = folder / "ban-tin.mp3"
    path.write_text(f"ffconcat version 1.0\nfile '{address}'\n")
    return path


def run(argv: list[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, input=data, capture_output=True, timeout=60, check=False)


@needs_landlock
def test_attack_145_a_script_reads_another_file_only_where_ffmpeg_is_not_confined(
    tmp_path: Path, secret: Path
) -> None:
    source = script(tmp_path, str(secret))
    argv = ["ffmpeg", "-v", "error", *WILLING, "-i", f"file:{source}", *OUT]
    assert run(argv).stdout, "the script is one that ffmpeg would follow"
    confined = run(confine_reader(argv, [source]))
    assert (confined.stdout, b"Permission denied" in confined.stderr) == (b"", True)


@needs_landlock
def test_attack_145_what_comes_by_a_pipe_reads_no_file_at_all(tmp_path: Path, secret: Path) -> None:
    source = script(tmp_path, f"file:{secret}").read_bytes()
    argv = ["ffmpeg", "-v", "error", *WILLING, "-i", "pipe:0", *OUT]
    assert run(argv, source).stdout
    assert run(confine_reader(argv), source).stdout == b""


def test_attack_145_a_script_opens_no_connection(tmp_path: Path, listener: socket.socket) -> None:
    source = script(tmp_path, f"tcp://127.0.0.1:{listener.getsockname()[1]}?timeout=200000")
    argv = ["ffmpeg", "-v", "error", *WILLING, "-i", f"file:{source}", *OUT]
    run(confine_reader(argv, [source]))
    with pytest.raises(BlockingIOError):
        listener.accept()
    run(argv)
    listener.accept()[0].close()  # the script is one that ffmpeg would follow


@pytest.mark.parametrize("suffix", [".mp3", ".m3u8"])
def test_attack_145_a_playlist_among_officers_files_is_no_sound(
    tmp_path: Path, secret: Path, suffix: str
) -> None:
    source = (tmp_path / "ban-tin.x").with_suffix(suffix)
    head = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n"
    source.write_text(f"{head}file://{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(SoundError) as refused:
        measure(source)
    assert refused.value.reason == "unreadable"
    with pytest.raises(ConfigError, match="E_MEDIA"):
        probe(source)


async def test_attack_145_a_playlist_as_filler_is_no_sound(tmp_path: Path, secret: Path) -> None:
    with pytest.raises(ConfigError, match="E_CLIP"):
        await decode_file(script(tmp_path, str(secret)))


def test_attack_145_a_radio_that_sends_a_script_is_not_decodable(
    tmp_path: Path, secret: Path
) -> None:
    for demuxer in (None, "mp3"):
        done = run(decoder_argv(demuxer), script(tmp_path, str(secret)).read_bytes())
        assert (done.stdout, done.returncode != 0) == (b"", True)


def test_attack_145_the_name_of_a_file_adds_no_rule(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a line break"):
        confine_reader(["ffprobe"], [tmp_path / "a\n4:\n.mp3"])


def test_attack_145_a_computer_without_linux_decodes_unconfined_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    # what looks for programs would look as Windows does, too
    monkeypatch.setattr(shutil, "which", lambda tool: f"C:/{tool}.exe")
    assert confine_reader(["ffprobe", "a.mp3"], [Path("a.mp3")]) == ["ffprobe", "a.mp3"]
    assert find_missing() == ["Landlock", "seccomp"]
