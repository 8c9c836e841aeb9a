"""What every box refuses is not signed: named, with the next step, before a key is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from agent.contract.document import (
    Body,
    Command,
    Entry,
    EntryStart,
    Playlist,
    Relay,
    StationConfig,
    StreamGrant,
    Sync,
    TextBody,
    When,
)
from agent.contract.feature import PARTS, UNSUPPORTED, ignored_features, needed_features
from agent.contract.scene import Element, Scene
from agent.contract.station_policy import Cap, ChimeCheck, PolicyLevel, Stagger, StationPolicy
from agent.errors import TrustError
from central.__main__ import main
from central.authority.demo_authority import make_demo_authority
from central.documents.sign import build_header, encode_document, mark_critical
from central.documents.summary import describe
from central.documents.unsupported import verify_supported
from central.messages.support_messages import PHRASES

NOW = datetime.now(UTC)
DAILY = When(["05:00:00"], [1, 2, 3], "2026-11-23", "2026-11-29")
AT_ONCE = EntryStart("at")
SHOWN = Body(text=TextBody(show="Nước sạch"))


def header(kind: str, class_: Any = "routine") -> dict[str, Any]:
    return build_header(
        kind, issuer="vn.84.29266", class_=class_, to=["84/29266/*"], slot="tuan", seq=1, now=NOW,
        lifetime=timedelta(hours=1),
    )  # fmt: skip


def playlist(body: Body = SHOWN, start: EntryStart = AT_ONCE) -> Playlist:
    first = Entry("e0", "Bản tin", "vi", ["*"], DAILY, EntryStart("at"), SHOWN)
    entry = Entry("e1", "Tiếp âm VOV1", "vi", ["*"], DAILY, start, body)
    return Playlist(**header("playlist"), media=[], entries=[first, entry])


def scene(kind: Any, **more: Any) -> Body:
    return Body(scene=Scene([Element(kind, [0, 0, 9, 9], **more)], 1000))


def test_an_item_that_no_box_plays_is_named_with_the_next_step() -> None:
    document = playlist(scene("clock", format="%c"))
    with pytest.raises(TrustError) as caught:
        verify_supported(document, "vi")
    assert caught.value.code == "E_UNSUPPORTED"
    assert "mục “Tiếp âm VOV1”" in caught.value.hint
    assert "%H %M %S" in caught.value.hint
    assert "Bản tin" not in caught.value.hint
    with pytest.raises(TrustError, match="item “Tiếp âm VOV1”"):
        verify_supported(document, "en")


def test_the_faults_of_all_items_are_reported_at_once() -> None:
    document = playlist(scene("clock", format="%A"))
    first, second = document.entries
    faulty = msgspec.structs.replace(first, body=second.body)
    with pytest.raises(TrustError) as caught:
        verify_supported(msgspec.structs.replace(document, entries=[faulty, second]), "vi")
    assert all(f"mục “{title}”" in caught.value.hint for title in ("Bản tin", "Tiếp âm VOV1"))


@pytest.mark.parametrize(
    "start", [EntryStart("next"), EntryStart("within", 60_000), EntryStart("after", None, "e0")]
)
def test_what_waits_is_signed_and_needs_boxes_that_wait(start: EntryStart) -> None:
    document = playlist(start=start)
    verify_supported(document, "vi")
    assert f"entries.start.kind={start.kind}" in needed_features(document)


def test_what_boxes_can_do_is_let_through() -> None:
    verify_supported(playlist(), "vi")
    verify_supported(playlist(scene("clock", format="%H:%M")), "vi")


def test_each_part_that_boxes_refuse_has_a_text_and_nothing_else_has_one() -> None:
    of_form = {"entry", "clock"}  # the sentence around a text, and a rule about a value
    named = {code.removeprefix("unsupported.") for code in PHRASES if "unsupported." in code}
    assert named - of_form == UNSUPPORTED


def test_a_part_that_is_built_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    document = playlist(Body(relay=Relay("https://a.vn/vov1")))
    monkeypatch.setitem(PARTS, "entries.body.relay", "refused")
    with pytest.raises(TrustError):
        verify_supported(document, "vi")
    monkeypatch.setitem(PARTS, "entries.body.relay", "applied")
    verify_supported(document, "vi")


def test_a_grant_is_signed() -> None:
    grant = StreamGrant(
        **header("stream-grant"), stream_id="ab" * 16, stream_key="cd" * 32, first_seq=0,
        codec="opus", max_segment_bytes=65536, hosts=["live.example.vn"],
    )  # fmt: skip
    verify_supported(grant, "vi")


def test_a_command_that_no_box_obeys_is_refused_before_the_key_is_requested(tmp_path: Path) -> None:
    made = make_demo_authority(tmp_path / "authority", "x")
    fields = {**header("command", "command"), "issuer": "vn.84"}
    file = tmp_path / "lenh.json"
    file.write_bytes(encode_document(Command(**fields, do="resend", args={})))
    words = ("sign", file, "--key", made.keys["vn.84"][0], "--kind", "command")
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == 1
    assert "E_UNSUPPORTED" in result.output
    assert "hộp tự gửi lại nhật ký" in result.output
    assert "Mật khẩu" not in result.output
    assert not file.with_suffix(".signed").exists()


def test_a_schedule_of_items_that_only_follow_each_other_is_not_signed(tmp_path: Path) -> None:
    made = make_demo_authority(tmp_path / "authority", "x")
    day = (NOW + timedelta(hours=7)).date()
    file = tmp_path / "lich.yaml"
    file.write_text(
        f'slot: tuan\nto: ["84/29266/*"]\nfrom: {day}\nuntil: {day + timedelta(days=6)}\nitems:\n'
        '  - {title: Bão, id: a, at: "05:30", show: {text: "Bão"}, for: 30m}\n'
        '  - {title: VOV1, id: b, start: {after: c}, show: {text: "VOV1"}, for: 30m}\n'
        '  - {title: VOV2, id: c, start: {after: b}, show: {text: "VOV2"}, for: 30m}\n'
    )
    words = (
        "sign", file, "--key", made.keys["vn.84.29266"][0], "--issuer", "vn.84.29266",
        "--media-dir", tmp_path / "media", "--media-url", "https://m.example.vn", "--yes",
    )  # fmt: skip
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == 78
    assert "items[1].start.after" in result.output
    assert "items[2].start.after" in result.output
    assert "items[0]" not in result.output
    assert not file.with_suffix(".signed").exists()


LIMITS = {
    "policy.caps": "Mức to nhất tại nhà gần nhất, khu vực thường",
    "policy.relay_hosts": "Được tiếp âm từ: r.vn",
    "policy.mic": "Được dùng micro",
}


@pytest.mark.parametrize(("part", "beginning"), LIMITS.items())
def test_a_limit_that_is_signed_and_not_obeyed_is_called_so(
    part: str, beginning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = StationPolicy(
        [], caps=[Cap("ordinary", "06:00", "21:00", 70)], relay_hosts=["r.vn"], mic=True
    )
    config = StationConfig(
        **header("station-config", "config"), place="84/29266/tv-cl-0007", groups=[], zones=[],
        policy=policy,
    )  # fmt: skip
    for one in LIMITS:
        monkeypatch.setitem(PARTS, one, "applied")
    assert not any("CHƯA ĐƯỢC THỰC HIỆN" in line for line in describe(config))
    monkeypatch.setitem(PARTS, part, "not obeyed")
    marked = [line for line in describe(config) if "CHƯA ĐƯỢC THỰC HIỆN" in line]
    assert len(marked) == 1
    assert marked[0].startswith(beginning)
    assert sum("NOT OBEYED" in line for line in describe(config, "en")) == 1


def test_the_turn_of_a_station_and_the_gap_of_an_item_are_told() -> None:
    policy = StationPolicy([], stagger=Stagger(2, 60_000))
    config = StationConfig(
        **header("station-config", "config"), place="84/29266/tv-cl-0007", groups=[], zones=[],
        policy=policy,
    )  # fmt: skip
    assert any("group 2 (0 is the first)" in line for line in describe(config, "en"))
    assert mark_critical(config).crit == config.crit
    for gap_ms, told in ((0, "as each station's config says"), (180_000, "3'00\" apart")):
        sync = Sync("staggered", gap_ms)
        entry = Entry("e1", "Bản tin", "vi", ["*"], DAILY, AT_ONCE, SHOWN, sync=sync)
        document = Playlist(**header("playlist"), media=[], entries=[entry])
        lines = "\n".join(describe(document, "en"))
        assert told in lines
        assert "NOT OBEYED" not in lines


def test_the_chime_that_checks_loudspeakers_is_told_and_is_not_critical() -> None:
    policy = StationPolicy([], chime_check=ChimeCheck([7], "17:00"))
    config = StationConfig(
        **header("station-config", "config"), place="84/29266/tv-cl-0007", groups=[], zones=[],
        policy=policy,
    )  # fmt: skip
    told = "\n".join(describe(config, "en"))
    assert "Chime that checks the loudspeakers: 17:00, " in told
    assert "; all zones" in told
    assert mark_critical(config).crit == config.crit
    assert "policy.chime_check" not in needed_features(config)
    assert ignored_features(config) == {"policy.chime_check"}


def test_levels_are_told_as_they_are_signed() -> None:
    policy = StationPolicy(
        [], caps=[Cap("special", "21:00", "06:00", 45)], cap_distance_m=15,
        levels=[PolicyLevel("18:00", "21:00", -6)],
    )  # fmt: skip
    config = StationConfig(
        **header("station-config", "config"), place="84/29266/tv-cl-0007", groups=[], zones=[],
        policy=policy,
    )  # fmt: skip
    told = "\n".join(describe(config, "en"))
    assert "Loudest at the nearest home, special area, 21:00–06:00: 45 dBA" in told
    assert "The nearest home counts as 15 m from the horn" in told
    assert "Volume 18:00–21:00: -6 dB" in told
    signed = mark_critical(config)
    assert signed.crit == ["policy.cap_distance_m", "policy.levels"]
    encode_document(signed)
    with pytest.raises(TrustError, match="crit"):
        encode_document(config)
