"""Keys, signatures of one and of two, and what is read to the person who signs."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.document import (
    Body,
    Emergency,
    EmergencyBody,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    Silence,
    StationConfig,
    TextBody,
    When,
)
from agent.contract.ids import Place, StationId
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import Cap, StationPolicy
from agent.contract.topic import Topic
from agent.errors import ConfigError, TrustError
from agent.trust.authority import load_pinned
from agent.trust.tree import TreeAuthority, TreeFiles, load_root, load_tree
from agent.trust.verify import verify
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.authority.signing_key import load_public, load_signer, make_key
from central.documents.sign import (
    add_signature,
    build_header,
    combine,
    encode_document,
    read_document,
    sign_document,
)
from central.documents.summary import describe
from tests.harness.no_floors import NoFloors

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DIGEST = "ab" * 32


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return make_demo_authority(tmp_path_factory.mktemp("keys"), at=AT)


def _header(kind: str, issuer: str, class_: Any, **more: Any) -> dict[str, Any]:
    given = {"to": ["84/29266/*"], "slot": "tuan", "seq": 7, "lifetime": timedelta(hours=2), **more}
    return build_header(kind, issuer=issuer, class_=class_, now=AT, **given)


def _emergency() -> bytes:
    return encode_document(
        Emergency(
            **_header("emergency", "vn.84.em", "emergency"), event_id="e0" * 16, exercise=True,
            attention="two-tone", media=[], repeat=2, gap_ms=500, max_ms=600_000,
            bodies=[EmergencyBody("vi", text=TextBody(say="Lũ lên nhanh", show="LŨ LÊN NHANH"))],
        )
    )  # fmt: skip


def _judge(demo: DemoAuthority, envelope: bytes, kind: str) -> Accepted:
    authority = _load_tree(demo)
    place, station = Place("84", "29266", "tv-cl-0007"), StationId("tv-cl-0007")
    return verify(
        envelope, Topic(kind, "x", station=station), authority, place, station, NoFloors(),
        Now(AT, "SYNCED", 0.02),
    )  # fmt: skip


def test_the_demo_root_says_so_and_has_every_role(demo: DemoAuthority) -> None:
    tree = _load_tree(demo)
    for authority in (load_pinned(demo.pinned.read_bytes()), tree):
        assert authority.demo
        assert set(authority.roles) == {
            "vn.84.29266", "vn.84", "vn.84.em", "vn.time", "vn.receipt", "vn.head",
        }  # fmt: skip
        assert authority.roles["vn.84.em"].threshold == 2
        assert authority.roles["vn.84"].threshold == 2
    assert load_root(demo.root.read_bytes()).demo
    assert set(tree.versions) == {"root", "timestamp", "snapshot", "targets", "vn.84"}


def _load_tree(demo: DemoAuthority) -> TreeAuthority:
    raw = demo.files()
    return load_tree(
        TreeFiles(
            raw["1.root.json"], raw["timestamp.json"], raw["1.snapshot.json"],
            raw["1.targets.json"], {"vn.84": raw["1.vn.84.json"]},
        )
    )  # fmt: skip


def test_a_key_file_is_private_locked_by_its_passphrase_and_never_overwritten(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.pem"
    public = make_key(path, "mật khẩu")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert load_public(path, "mật khẩu") == public
    for wrong in ("sai", None):
        with pytest.raises(ConfigError) as caught:
            load_signer(path, wrong)
        assert caught.value.code == "E_KEY"
    with pytest.raises(ConfigError):
        make_key(path)
    assert make_key(tmp_path / "b.pem", scheme="ecdsa-sha2-nistp256").scheme == (
        "ecdsa-sha2-nistp256"
    )


def test_an_emergency_of_today_is_written_as_boxes_without_prepared_alarms_know_it() -> None:
    assert "trigger" not in json.loads(_emergency())


def test_a_second_person_adds_a_signature_under_the_same_bytes(demo: DemoAuthority) -> None:
    first, second = demo.signers("vn.84.em")
    payload = _emergency()
    one = sign_document(payload, "emergency", [first])
    with pytest.raises(TrustError) as caught:
        _judge(demo, one, "emergency")
    assert caught.value.code == "E_THRESHOLD"
    both = add_signature(one, second)
    assert _judge(demo, both, "emergency").payload == payload
    apart = combine(one, sign_document(payload, "emergency", [second]))
    assert len(_judge(demo, apart, "emergency").signers) == 2
    with pytest.raises(TrustError):
        add_signature(both, second)
    with pytest.raises(TrustError):
        combine(one, sign_document(_emergency(), "emergency", [second]))  # another doc_id


def test_nothing_is_signed_that_a_box_would_refuse(demo: DemoAuthority) -> None:
    signers = demo.signers("vn.84.em")
    with pytest.raises(TrustError) as caught:
        sign_document(_emergency().replace(b'"repeat":2', b'"repeat":0'), "emergency", signers)
    assert caught.value.code == "E_SCHEMA"


def test_an_envelope_is_read_back_for_showing(demo: DemoAuthority) -> None:
    payload = _emergency()
    envelope = sign_document(payload, "emergency", demo.signers("vn.84.em"))
    document = read_document(envelope)
    assert isinstance(document, Emergency)
    assert document.event_id == "e0" * 16


def test_a_playlist_is_described_in_plain_vietnamese() -> None:
    when = When(["05:00:00", "17:30:10"], [1, 2, 3, 4, 5, 6], "2026-11-23", "2027-01-05")
    scene = Scene([Element("qr", [0, 0, 9, 9], text="https://a.vn/{station}")], 12 * 3_600_000)
    entries = [
        Entry("e1", "Bản tin sáng", "vi", ["*"], when, EntryStart("at"), Body(media=[DIGEST])),
        Entry("e2", "Nước sạch", "km", ["mat-truoc"], when, EntryStart("within", ms=600_000),
              Body(scene=scene)),
    ]  # fmt: skip
    media = [Medium(DIGEST, 480_123, "audio/mpeg", 150_000, [])]
    header = _header("playlist", "vn.84.29266", "routine", editor="Lê Thị Bưởi")
    lines = describe(Playlist(**header, media=media, entries=entries))
    assert lines == [
        "LỊCH PHÁT, hạng thông thường",
        "Người ký: vai trò vn.84.29266; khe “tuan”, bản số 1.7",
        "Nơi nhận: mọi trạm của xã 29266 (tỉnh 84)",
        "Hiệu lực: từ 08:00 23/11/2026 đến 10:00 23/11/2026",
        "Người soạn: Lê Thị Bưởi; người duyệt: —",
        "Thay toàn bộ khe “tuan” bằng 2 mục:",
        (
            "  • “Bản tin sáng” (tiếng Việt); đúng 05:00, 17:30:10, cắt mục đang phát; "
            "thứ Hai đến thứ Bảy; từ 23/11/2026 đến hết 05/01/2027; "
            "PHÁT 1 tệp âm thanh, 2'30\"; mọi cụm loa và mặt bảng"
        ),
        (
            "  • “Nước sạch” (tiếng Khmer); 05:00, 17:30:10, chờ tối đa 10'00\"; "
            "thứ Hai đến thứ Bảy; từ 23/11/2026 đến hết 05/01/2027; "
            "HIỆN mã QR https://a.vn/{station}, trong 12 h 00'; cụm mat-truoc"
        ),
    ]


def test_other_kinds_are_described_too_in_both_languages(demo: DemoAuthority) -> None:
    envelope = sign_document(_emergency(), "emergency", demo.signers("vn.84.em"))
    lines = "\n".join(describe(read_document(envelope)))
    assert "DIỄN TẬP: phát ngay, cắt mọi mục" in lines
    assert "tiếng Việt: máy ở hộp ĐỌC “Lũ lên nhanh”" in lines
    assert "tiếng Việt: HIỆN “LŨ LÊN NHANH”" in lines
    assert "EXERCISE: at once" in "\n".join(describe(read_document(envelope), "en"))
    silence = Silence(**_header("silence", "vn.84", "silence"), state="on", why="bão")
    assert describe(silence)[-2].startswith("TẮT MỌI LOA VÀ BẢNG")
    config = StationConfig(
        **_header("station-config", "vn.84", "config", to=["84/29266/tv-cl-0007"]),
        place="84/29266/tv-cl-0007", groups=["84.29266"], zones=["nga-ba"],
        policy=StationPolicy(["21:00-05:00"], caps=[Cap("special", "05:00", "06:00", 45)]),
    )  # fmt: skip
    lines = "\n".join(describe(config))
    assert "Nơi nhận: riêng trạm tv-cl-0007" in lines
    assert "Mức to nhất tại nhà gần nhất, khu vực đặc biệt, 05:00–06:00: 45 dBA" in lines
