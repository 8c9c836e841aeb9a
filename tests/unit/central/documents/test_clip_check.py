"""A ready document is judged by its clips too: what no schedule.yaml was compiled to, as well."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import UNSET

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.scene import Element, Scene
from agent.errors import AgentError, ConfigError, TrustError
from central.__main__ import main
from central.documents.clip_check import verify_clips
from central.documents.sign import encode_document, read_document, sign_document
from tests.harness.clip_file import encode_clip, store_clip

CALM = "testsrc=s=64x36:r=25:d=1"
# two changes in the last half second and two in the first: by itself calm, in a loop not
AT_BOTH_ENDS = (
    "color=black:s=64x36:r=25:d=3,geq=lum='255*(between(N,5,9)+between(N,65,69))':cb=128:cr=128"
)
FLICKER = "color=black:s=64x36:r=25:d=1,geq=lum='255*mod(floor(N/3),2)':cb=128:cr=128"


def build_playlist(medium: Medium, **element: object) -> Playlist:
    clip = Element("video", [0, 0, 1000, 1000], media=medium.sha256, **element)  # type: ignore[arg-type] # as named
    entry = Entry(
        "e1", "Phim", "vi", ["*"], When(["06:00:00"], [1], "2026-11-23", "2026-12-31", []),
        EntryStart("at"), Body(scene=Scene([clip], 60_000)),
    )  # fmt: skip
    return Playlist(
        kind="playlist", issuer="vn.84.29266", class_="routine", to=["84/29266/*"],
        doc_id="ab" * 16, slot="tuan", epoch=1, seq=1, issued="2026-11-22T08:00:00Z",
        not_before="2026-11-22T08:00:00Z", expires="2027-01-22T08:00:00Z", media=[medium],
        entries=[entry],
    )  # fmt: skip


def make(folder: Path, source: str, *options: str, ms: int = 1_000) -> Medium:
    encoded = encode_clip(source, folder / "c.mp4", "-profile:v", "main", *options)
    return store_clip(encoded.read_bytes(), folder, ms)


@pytest.mark.parametrize(
    ("source", "ms", "element", "found"),
    [
        (CALM, 1_000, {}, ""),
        (CALM, 60_000, {}, "E_CLIP_LIMIT: Phim: 60.0 s"),
        (FLICKER, 1_000, {}, "E_FLASH"),
        (AT_BOTH_ENDS, 3_000, {}, ""),
        (AT_BOTH_ENDS, 3_000, {"loop": True}, "E_FLASH"),
        ("testsrc=s=1920x1080:r=25:d=0.2", 200, {"fps": 60}, "E_CLIP_LIMIT: Phim: 1920x1080@60"),
    ],
)
def test_what_a_box_cannot_show_is_refused_by_name(
    source: str, ms: int, element: dict[str, object], found: str, tmp_path: Path
) -> None:
    document = build_playlist(make(tmp_path, source, ms=ms), **element)
    said = ""
    try:
        verify_clips(document, tmp_path, "pi4", "en")
    except TrustError as error:
        said = str(error)
    assert said.startswith(found) if found else not said, said


def test_a_clip_that_is_not_at_hand_or_another_file_cannot_be_judged(tmp_path: Path) -> None:
    medium = make(tmp_path, CALM)
    document = build_playlist(medium)
    with pytest.raises(ConfigError, match="E_USAGE"):
        verify_clips(document, None, "pi4", "vi")
    (tmp_path / medium.sha256).write_bytes(b"another")
    with pytest.raises(ConfigError, match="another file"):
        verify_clips(document, tmp_path, "pi4", "vi")
    (tmp_path / medium.sha256).unlink()
    with pytest.raises(ConfigError, match="E_MEDIA"):
        verify_clips(document, tmp_path, "pi4", "vi")
    assert medium.sha256 != hashlib.sha256(b"another").hexdigest()
    raw = b"no clip at all"
    broken = build_playlist(store_clip(raw, tmp_path, 1_000))
    with pytest.raises(AgentError, match="E_MEDIA"):
        verify_clips(broken, tmp_path, "pi4", "vi")


def test_the_command_refuses_a_payload_before_it_asks_for_a_key(tmp_path: Path) -> None:
    medium = make(tmp_path, "color=red:s=64x36:r=25:d=1", ms=60_000)
    payload, key = tmp_path / "p.json", tmp_path / "k.pem"
    payload.write_bytes(encode_document(build_playlist(medium)))
    run = CliRunner().invoke
    assert run(main, ["keys", "new", str(key), "--passphrase", "bí mật"]).exit_code == 0
    base = ["sign", str(payload), "--key", str(key), "--yes", "--passphrase", "bí mật"]
    base += ["--kind", "playlist", "--media-dir", str(tmp_path)]
    refused = run(main, base)
    assert refused.exit_code == 1
    assert "E_CLIP_LIMIT: Phim: hộp không kịp giải mã" in refused.output
    assert "60.0 s: độ dài đúng như tệp có: 1.0 s" in refused.output
    assert not payload.with_suffix(".signed").exists()
    calm = make(tmp_path, "color=red:s=64x36:r=25:d=1")
    payload.write_bytes(encode_document(build_playlist(calm, loop=UNSET)))
    taken = run(main, base)
    assert taken.exit_code == 0, taken.output
    signed = payload.with_suffix(".signed").read_bytes()
    assert read_document(signed).kind == "playlist"
    # somebody else signs the envelope, and has the same clip before the eyes
    lacking = ["sign", str(payload.with_suffix(".signed")), *base[2:7]]
    again = run(main, lacking)
    assert (again.exit_code, "--media-dir" in again.output) == (78, True)
    assert sign_document(payload.read_bytes(), "playlist", []) != signed
