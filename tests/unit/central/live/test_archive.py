"""What was spoken is kept as it was signed, and can be listened to again."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import ConfigError
from central.__main__ import main
from central.live.archive import (
    GRANTS,
    SEGMENTS,
    ArchivedStream,
    export_ogg,
    find_stream,
    list_folders,
    read_stream,
)
from central.live.archive_writer import ArchiveWriter
from central.live.grant import LiveOrder, draft_grant, sign_grant
from central.live.segment_signer import SegmentSigner
from central.live.voice_source import VoicePacket
from tests.harness.live_documents import SILENCE
from tests.harness.signed_documents import COMMUNE

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
AT_US = 1_795_334_400_000_000
ORDER = LiveOrder("vn.84.29266", ["84/29266/*"], title="Họp dân", editor="Nguyễn Thị Lan")


def speak(folder: Path, *, gap: int = 0, ends: bool = True) -> None:
    """Two seconds, with so many packets missing behind the first."""
    signer = SegmentSigner("56" * 16)
    with ArchiveWriter(folder, signer.stream_id, AT) as archive:
        payload = draft_grant(
            ORDER, signer.stream_id, signer.public_hex, begun_at=AT, now=AT, seq=1
        )
        archive.add_grant(sign_grant(payload, [COMMUNE]))
        for n in range(100):
            at_us = AT_US + (n + (gap if n >= 50 else 0)) * 20_000
            for message in signer.add(VoicePacket(at_us, SILENCE)):
                archive.add_segment(message)
        if ends:
            archive.add_segment(signer.end())


def read_archive(folder: Path) -> list[ArchivedStream]:
    return [read_stream(path) for path in list_folders(folder)]


def test_a_stream_is_read_back_with_its_grant(tmp_path: Path) -> None:
    speak(tmp_path)
    (stream,) = read_archive(tmp_path)
    assert (stream.begun_at, stream.length_ms, stream.is_ended, stream.bad) == (AT, 2000, True, 0)
    assert (stream.title, stream.grant.editor) == ("Họp dân", "Nguyễn Thị Lan")
    assert find_stream(tmp_path, "5656").path == stream.path
    with pytest.raises(ConfigError):
        find_stream(tmp_path, "none")


def test_a_folder_without_a_grant_is_refused_by_name(tmp_path: Path) -> None:
    name = f"20261130T000000Z-{'57' * 16}"
    (tmp_path / name).mkdir()
    speak(tmp_path)
    with pytest.raises(ConfigError) as caught:
        find_stream(tmp_path, "5757")
    assert caught.value.code == "E_UNREADABLE"
    listed = list_voices(tmp_path)
    assert f"{name}  KHÔNG ĐỌC ĐƯỢC: E_UNREADABLE" in listed
    assert "“Họp dân”" in listed


def test_half_a_grant_hides_no_other(tmp_path: Path) -> None:
    speak(tmp_path)
    file = next(tmp_path.iterdir()) / GRANTS
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + b"\n" + whole)
    (stream,) = read_archive(tmp_path)
    assert stream.is_complete


def test_what_the_archive_lacks_is_counted_by_the_numbers_of_the_segments(tmp_path: Path) -> None:
    speak(tmp_path)
    file = next(tmp_path.iterdir()) / SEGMENTS
    raw = file.read_bytes()
    length = 4 + int.from_bytes(raw[:4], "big")
    file.write_bytes(raw[:length] + raw[3 * length :])  # all have ten packets of the same length
    (stream,) = read_archive(tmp_path)
    assert (stream.is_ended, stream.missing, stream.is_complete) == (True, 2, False)
    assert "kết thúc đúng  KHÔNG ĐỦ, thiếu 2 đoạn" in list_voices(tmp_path)


def test_a_stream_that_broke_off_is_told_as_such(tmp_path: Path) -> None:
    speak(tmp_path, ends=False)
    file = next(tmp_path.iterdir()) / SEGMENTS
    file.write_bytes(file.read_bytes()[:-5])
    (stream,) = read_archive(tmp_path)
    assert (stream.is_ended, stream.length_ms, stream.bad) == (False, 1800, 0)


def test_a_segment_that_was_changed_afterwards_is_counted_and_left_out(tmp_path: Path) -> None:
    speak(tmp_path)
    file = next(tmp_path.iterdir()) / SEGMENTS
    raw = bytearray(file.read_bytes())
    raw[100] ^= 1
    file.write_bytes(raw)
    (stream,) = read_archive(tmp_path)
    assert stream.bad >= 1


def test_an_export_is_as_long_as_what_was_spoken_gaps_included(tmp_path: Path) -> None:
    speak(tmp_path, gap=30)
    target = tmp_path / "out.opus"
    target.write_bytes(export_ogg(find_stream(tmp_path, "5656")))
    argv = ["ffmpeg", "-v", "error", "-i", str(target), "-f", "s16le", "-ac", "1", "pipe:1"]
    samples = subprocess.run(argv, capture_output=True, check=True).stdout
    assert len(samples) // 2 == 130 * 960


def list_voices(folder: Path) -> str:
    return CliRunner().invoke(main, ["live", "list", "--archive", str(folder)]).output


def test_the_command_lists_and_exports(tmp_path: Path) -> None:
    speak(tmp_path / "voices")
    listed = CliRunner().invoke(main, ["live", "list", "--archive", str(tmp_path / "voices")])
    assert "22/11/2026 15:00:00  2.0 s  thông thường  “Họp dân”" in listed.output
    out = tmp_path / "nghe-lai.wav"
    words = ["live", "export", "5656", "--archive", str(tmp_path / "voices"), "--out", str(out)]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert out.stat().st_size == pytest.approx(2 * 96_000, abs=4000)
