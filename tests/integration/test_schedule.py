"""schedule.yaml to playlist with real files, ffprobe and espeak-ng."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.errors import ConfigError, YamlFaults
from central.documents.audio_tools import convert, make_chime, make_melody, speak
from central.documents.media import probe
from central.documents.schedule_compiler import compile_schedule

pytestmark = pytest.mark.skipif(
    not (shutil.which("ffprobe") and shutil.which("espeak-ng")), reason="needs ffmpeg, espeak-ng"
)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GOOD = """\
slot: tuan
class: routine
to: ["84/29266/*"]
from: 2026-11-23
until: 2027-01-05
items:
  - {title: Bản tin sáng, lang: vi, at: ["05:00", "17:00"], days: mon-sat, play: [chime, tin.mp3]}
  - {title: Tiếp âm VOV1, at: "05:30", for: 30m, relay: "https://radio.example.vn/vov1"}
  - {title: Phòng chống lũ, lang: km, start: {within: 10m}, at: "17:30:15", days: "t2,cn",
     play: lu.opus, when_cut: rejoin, zones: [nga-ba]}
  - {title: Nước sạch, show: {text: "Nước sạch cho mọi nhà", qr: "https://gopy.example.vn/b/{station}"},
     at: "06:00", for: 12h}
"""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    speak("Kính chào bà con", folder / "tin.mp3")
    make_melody(folder / "lu.opus", 1000)
    make_chime(folder / "chuong.wav")
    picture = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=64x32", "-frames:v", "1"]
    subprocess.run([*picture, str(folder / "anh.png")], check=True)
    return folder


def _compile(text: str, clips: Path, out: Path) -> dict[str, Any]:
    payload = compile_schedule(
        text, issuer="vn.84.29266", seq=42, epoch=1, now=NOW, media_dir=out,
        media_base_url="https://media.example.vn/m/", editor="A", approver="B",
        doc_id="6b1f" * 8, clip_dir=clips,
    )  # fmt: skip
    document: dict[str, Any] = json.loads(payload)
    return document


def test_the_example_of_the_contract_compiles_as_written_by_hand(
    clips: Path, tmp_path: Path
) -> None:
    document = _compile(GOOD, clips, tmp_path)
    head = {name: document[name] for name in document if name not in ("media", "entries")}
    assert head == {
        "kind": "playlist", "issuer": "vn.84.29266", "class": "routine", "to": ["84/29266/*"],
        "doc_id": "6b1f" * 8, "slot": "tuan", "epoch": 1, "seq": 42,
        "issued": "2026-11-22T08:00:00Z", "not_before": "2026-11-22T17:00:00Z",
        "expires": "2027-01-05T17:00:00Z", "editor": "A", "approver": "B",
    }  # fmt: skip
    chime, news, flood = (medium["sha256"] for medium in document["media"])
    entries = document["entries"]
    assert [entry["id"] for entry in entries] == ["e1", "e2", "e3", "e4"]
    assert entries[0] == {
        "id": "e1", "title": "Bản tin sáng", "lang": "vi", "zones": ["*"],
        "when": {"at": ["05:00:00", "17:00:00"], "weekdays": [1, 2, 3, 4, 5, 6],
                 "from": "2026-11-23", "until": "2027-01-05", "except": []},
        "start": {"kind": "at", "ms": None, "entry": None}, "max_ms": None, "when_cut": "resume",
        "sync": {"kind": "simultaneous", "gap_ms": 0},
        "body": {"media": [chime, news], "relay": None, "text": None, "scene": None,
                 "repeat": 1, "gap_ms": 0},
    }  # fmt: skip
    assert entries[1]["body"]["relay"]["url"] == "https://radio.example.vn/vov1"
    assert entries[1]["max_ms"] == 1_800_000
    assert entries[2]["start"] == {"kind": "within", "ms": 600_000, "entry": None}
    assert entries[2]["when"]["at"] == ["17:30:15"]
    assert entries[2]["when"]["weekdays"] == [1, 7]
    assert (entries[2]["zones"], entries[2]["when_cut"]) == (["nga-ba"], "rejoin")
    assert entries[2]["body"]["media"] == [flood]
    scene = entries[3]["body"]["scene"]
    assert scene["ms"] == 43_200_000
    assert [element["kind"] for element in scene["elements"]] == ["text", "qr"]
    assert scene["elements"][1]["text"] == "https://gopy.example.vn/b/{station}"


def test_media_are_kept_under_their_digest_with_length_type_and_duration(
    clips: Path, tmp_path: Path
) -> None:
    document = _compile(GOOD, clips, tmp_path)
    assert [medium["mime"] for medium in document["media"]] == [
        "audio/wav", "audio/mpeg", "audio/ogg",
    ]  # fmt: skip
    for medium in document["media"]:
        kept = (tmp_path / medium["sha256"]).read_bytes()
        assert hashlib.sha256(kept).hexdigest() == medium["sha256"]
        assert len(kept) == medium["bytes"]
        assert medium["urls"] == [f"https://media.example.vn/m/{medium['sha256']}"]
    assert document["media"][0]["duration_ms"] == 2000  # the chime
    assert 1000 <= document["media"][2]["duration_ms"] <= 1020  # Opus pads by its pre-skip


def test_sound_with_a_picture_becomes_two_entries(clips: Path, tmp_path: Path) -> None:
    text = GOOD + '  - {title: X, at: "07:00", play: chuong.wav, show: {image: anh.png}}\n'
    sound, picture = _compile(text, clips, tmp_path)["entries"][4:]
    assert (sound["id"], picture["id"]) == ("e5", "e5-hinh")
    assert picture["body"]["scene"]["ms"] == 2000
    assert picture["body"]["scene"]["elements"][0]["box"] == [0, 0, 1000, 1000]


FAULTS = """\
slot: tuan
to: ["84/29266/*"]
from: 2026-11-23
until: 2027-03-05
items:
  - {title: A, at: "05:00", play: thieu.mp3}
  - {title: B, at: "05:00", play: ../../etc/passwd}
  - {title: C, at: "05:00", days: sat-mon, play: chime}
  - {title: D, at: "05:00"}
  - {title: E, at: "05:00", relay: "http://radio.example.vn/vov1", for: 30m}
  - {title: F, at: "05:00", show: {text: a}}
  - {title: G, play: chime}
  - {title: H, at: "05:00", play: anh.png}
  - {title: I, start: {after: e99}, play: chime}
"""


def test_all_faults_are_told_at_once_with_their_places(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(YamlFaults) as caught:
        _compile(FAULTS, clips, tmp_path)
    places = [(fault.line, fault.key) for fault in caught.value.faults]
    assert places == [
        (4, "until"),
        (6, "items[0].play"),
        (7, "items[1].play"),
        (8, "items[2].days"),
        (9, "items[3]"),
        (10, "items[4].relay"),
        (11, "items[5]"),
        (12, "items[6]"),
        (13, "items[7].play"),
        (14, "items[8].start.after"),
    ]


def test_what_is_not_a_schedule_is_refused_by_the_loader(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(YamlFaults) as caught:
        _compile(GOOD.replace('"05:30"', '"5h30"').replace("days:", "day:"), clips, tmp_path)
    assert {fault.line for fault in caught.value.faults} == {7, 8, 9}


def test_a_file_that_is_no_sound_is_not_a_medium(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("#EXTM3U\nhttp://127.0.0.1/x\n")
    with pytest.raises(ConfigError) as caught:
        probe(tmp_path / "a.mp3")
    assert caught.value.code == "E_MEDIA"


def test_a_clip_converts_between_the_three_formats_keeping_its_length(
    clips: Path, tmp_path: Path
) -> None:
    for suffix, mime in ((".wav", "audio/wav"), (".mp3", "audio/mpeg"), (".opus", "audio/ogg")):
        target = convert(clips / "chuong.wav", tmp_path / f"a{suffix}")
        found, duration_ms = probe(target)
        assert found == mime
        assert 2000 <= duration_ms <= 2080  # MP3 and Opus pad to whole frames


def test_an_unknown_format_is_named(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        convert(clips / "chuong.wav", tmp_path / "a.wma")
    assert caught.value.code == "E_CLIP"
