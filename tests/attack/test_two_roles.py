"""Attacks 146 to 150, 155: who runs a board puts nothing on it, who fills it cannot put it out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from agent.clock import Now
from agent.contract.document import Playlist, StationConfig
from agent.contract.station_policy import FaceIssuers
from agent.errors import TrustError
from agent.plan.policy import effective_policy
from agent.plan.timeline import build_in_slices
from agent.playout.output_schedule import BoardSchedule
from agent.playout.schedule import Schedule
from agent.trust.authority import load_pinned
from tests.harness.command_box import HOUR, CommandBox, command
from tests.harness.schedule_documents import FakeHeld
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    PROVINCE,
    cancel,
    code_of,
    emergency,
    judge,
    make_role,
    playlist,
    seal,
    silence,
    station_config,
    utc_text,
)
from tests.harness.silent_schedule import START
from tests.harness.silent_schedule import emergency as held_emergency
from tests.harness.silent_schedule import playlist as held_playlist

FACE = {"zones": ["mat-truoc"]}
WEEK = timedelta(days=7)
EVERY_DAY = {
    "at": ["10:00:00"], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "2026-11-01",
    "until": "2026-12-31", "except": [],
}  # fmt: skip


def blank(until: Any, **changes: Any) -> dict[str, Any]:
    return command("blank", args={**FACE, "until": utc_text(until)}, **changes)


def scene_entry(**more: Any) -> dict[str, Any]:
    element = {"kind": "text", "box": [0, 0, 1000, 1000], "text": "cá cược"}
    body = {"scene": {"elements": [element], "ms": 60_000}, "repeat": 1, "gap_ms": 0}
    (entry,) = playlist()["entries"]
    return {**entry, "body": body, **more}


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[CommandBox]:
    """In its place, its clock right."""
    box = await (await CommandBox(tmp_path).start()).place()
    yield box
    await box.stop()


@pytest.mark.parametrize("more", [{}, {"standby": True}])
def test_attack_146_who_may_only_command_puts_a_picture_on_a_board(more: dict[str, Any]) -> None:
    slot = "base" if more else "tuan"
    picture = playlist(issuer="vn.84", slot=slot, media=[], entries=[scene_entry(**more)])
    assert code_of(lambda: judge(seal(picture, PROVINCE), "playlist")) in ("E_ROLE", "E_SCOPE")


@pytest.mark.parametrize("do", ["blank", "unblank", "dim"])
def test_attack_147_who_may_only_publish_puts_a_board_out(do: str) -> None:
    args = {"blank": {"until": utc_text(AT + HOUR)}, "dim": {"pct": 1}}.get(do, {})
    order = command(do, issuer="vn.84.29266", args={**FACE, **args})
    assert code_of(lambda: judge(seal(order, COMMUNE), "command")) in ("E_ROLE", "E_SCOPE")


def test_attack_148_a_blank_face_shows_an_emergency_all_the_same() -> None:
    schedule = Schedule(None, lambda _digest: None, is_blank=lambda _face, _now: True)
    picture = BoardSchedule(schedule, ["mat-truoc"])
    now = Now(START + timedelta(seconds=10), "SYNCED", 0.01)
    schedule.update([held_playlist()], now)
    assert picture.wanted(now) is None
    assert picture.standby(now) == []
    schedule.update([held_playlist(), held_emergency()], now)
    alarm = picture.wanted(now)
    assert alarm is not None
    assert alarm.level_name == "emergency"
    assert picture.is_entitled(alarm, now)
    assert picture.why_silenced(alarm, now) is None


def test_attack_149_a_face_that_is_blank_for_longer_than_seven_days() -> None:
    assert judge(seal(blank(AT + WEEK), PROVINCE), "command").document.kind == "command"
    longer = blank(AT + WEEK + timedelta(seconds=1))
    assert code_of(lambda: judge(seal(longer, PROVINCE), "command")) == "E_SCHEMA"


@pytest.mark.parametrize("pct", [0, 101, 300, -1])
def test_attack_149_a_brightness_that_does_not_exist(pct: int) -> None:
    order = command("dim", args={**FACE, "pct": pct})
    assert code_of(lambda: judge(seal(order, PROVINCE), "command")) == "E_SCHEMA"


@pytest.mark.parametrize("do", ["blank", "dim"])
def test_attack_149_an_order_that_an_older_box_would_misread(do: str) -> None:
    order = command(do, args={**FACE, "pct": 50, "until": utc_text(AT + HOUR)})
    del order["crit"]
    assert code_of(lambda: judge(seal(order, PROVINCE), "command")) == "E_SCHEMA"


async def test_attack_149_a_blank_face_comes_back_by_itself_and_each_order_is_on_record(
    box: CommandBox,
) -> None:
    assert await box.receive(blank(AT + HOUR)) == "done"
    assert box.levels.is_muted("mat-truoc", box.box.clock.now())
    assert not box.levels.is_muted("nga-ba", box.box.clock.now())
    await box.restart()
    assert box.levels.is_muted("mat-truoc", box.box.clock.now())
    box.box.pass_time(HOUR)
    assert not box.levels.is_muted("mat-truoc", box.box.clock.now())
    assert [(one["do"], one["subject"]) for one in box.records] == [("blank", "mat-truoc")]


async def test_a_face_is_shown_again_by_order(box: CommandBox) -> None:
    assert await box.receive(blank(AT + HOUR)) == "done"
    assert await box.receive(command("unblank", args=FACE)) == "done"
    assert box.levels.in_force(box.box.clock.now()) == {}


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (command("dim", args={**FACE, "pct": 20}), "E_UNSUPPORTED"),  # nothing dims a folder
        (command("unblank", args={"zones": ["nga-ba"]}), "E_UNKNOWN"),
        (command("mute", args={**FACE, "until": utc_text(AT + HOUR)}), "E_UNKNOWN"),
    ],
)
async def test_what_a_station_cannot_do_is_refused_by_name(
    box: CommandBox, order: dict[str, Any], code: str
) -> None:
    assert await box.receive(order) == code
    assert box.levels.in_force(box.box.clock.now()) == {}


def _faces_of(issuer: str, zones: list[str], rights: list[FaceIssuers]) -> tuple[list[str], str]:
    """The faces that an entry of this issuer is planned for, and the rule of what is refused."""
    document = msgspec.convert(
        playlist(issuer=issuer, media=[], entries=[scene_entry(zones=zones, when=EVERY_DAY)]),
        Playlist,
    )
    config = msgspec.convert(station_config(), StationConfig)
    policy = msgspec.structs.replace(config.policy, face_issuers=rights)
    limits = effective_policy(
        msgspec.structs.replace(config, policy=policy), None, faces=["mat-truoc", "mat-sau"]
    )
    one = FakeHeld(document, "56" * 32, AT)
    slices = build_in_slices([one], limits, AT, AT + timedelta(hours=23))  # type: ignore[list-item]  # has what a plan reads
    try:
        while True:
            next(slices)
    except StopIteration as end:
        timeline = end.value
    found = [face for one in timeline.occurrences for face in one.entry.zones]
    return found, next((one.rule for one in timeline.refusals), "")


OWN = [FaceIssuers("mat-truoc", ["vn.84.29266"])]


@pytest.mark.parametrize(
    ("issuer", "zones", "faces", "rule"),
    [
        ("vn.84.29266", ["*"], ["*"], ""),
        ("vn.84.29266.tre", ["mat-truoc"], ["mat-truoc"], ""),  # a role below it
        ("vn.84.29267", ["*"], ["mat-sau"], "face_issuers mat-truoc"),
        ("vn.84.29267", ["mat-truoc"], [], "face_issuers mat-truoc"),
        ("vn.84.292667", ["mat-truoc"], [], "face_issuers mat-truoc"),  # no role below it
        ("vn.84", ["mat-sau"], ["mat-sau"], ""),
    ],
)
def test_attack_150_a_picture_on_a_face_to_which_its_issuer_has_no_right(
    issuer: str, zones: list[str], faces: list[str], rule: str
) -> None:
    assert _faces_of(issuer, zones, OWN) == (faces, rule)


def test_attack_150_rights_that_an_older_box_would_not_know_are_listed() -> None:
    policy = {"quiet_hours": [], "face_issuers": [{"face": "mat-truoc", "issuers": ["vn.84"]}]}
    config = station_config(policy=policy)
    assert code_of(lambda: judge(seal(config, PROVINCE), "station-config")) == "E_SCHEMA"
    listed = seal({**config, "crit": ["policy.face_issuers"]}, PROVINCE)
    assert judge(listed, "station-config").document.kind == "station-config"


OPERATOR, FILLER = (CryptoSigner(Ed25519PrivateKey.generate()) for _ in range(2))
RUNS, FILLS = "vn.84.van-hanh", "vn.84.noi-dung"
TWO_ROLES = load_pinned(
    json.dumps(
        {
            "format": "tramtin-pinned-1", "demo": True, "version": 1,
            "roles": [
                make_role(RUNS, ["command"], ["command/84/29266/*"], OPERATOR),
                make_role(
                    FILLS, ["playlist", "cancel"],
                    ["routine/84/29266/*", "priority/84/29266/*"], FILLER,
                ),
            ],
        }
    ).encode()
)  # fmt: skip


def picture(issuer: str, entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return playlist(issuer=issuer, media=[], entries=[entry], **changes)


def live_entry() -> dict[str, Any]:
    entry = scene_entry(when=EVERY_DAY)
    entry["body"]["scene"]["input"] = "sdi"
    return entry


# what can be signed → who may: `runs` the board, `fills` it, or neither
TABLE: list[tuple[str, Callable[[str], dict[str, Any]], str]] = [
    ("a picture", lambda who: picture(who, scene_entry()), FILLS),
    ("a standby picture", lambda who: picture(who, scene_entry(standby=True), slot="base"), FILLS),
    (
        "a banner",
        lambda who: picture(who, scene_entry(banner="bottom"), crit=["entries.banner"]),
        FILLS,
    ),
    (
        "a live picture",
        lambda who: picture(who, live_entry(), crit=["entries.body.scene.input"]),
        FILLS,
    ),
    ("a withdrawal", lambda who: cancel(issuer=who), FILLS),
    ("blank", lambda who: blank(AT + HOUR, issuer=who), RUNS),
    ("unblank", lambda who: command("unblank", issuer=who, args=FACE), RUNS),
    ("dim", lambda who: command("dim", issuer=who, args={**FACE, "pct": 30}), RUNS),
    (
        "mute",
        lambda who: command("mute", issuer=who, args={**FACE, "until": utc_text(AT + HOUR)}),
        RUNS,
    ),
    ("an emergency", lambda who: emergency(issuer=who), ""),
    ("a silence", lambda who: silence(issuer=who), ""),
    ("a station-config", lambda who: station_config(issuer=who), ""),
]  # fmt: skip


def verdict(document: dict[str, Any], signer: CryptoSigner) -> str:
    """Its code; empty where it is accepted."""
    try:
        judge(seal(document, signer), document["kind"], authority=TWO_ROLES)
    except TrustError as error:
        return error.code
    return ""


@pytest.mark.parametrize(("make", "may"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_attack_155_neither_of_two_roles_does_what_is_the_others(
    make: Callable[[str], dict[str, Any]], may: str
) -> None:
    for role, own, other in ((RUNS, OPERATOR, FILLER), (FILLS, FILLER, OPERATOR)):
        code = verdict(make(role), own)
        assert (code == "") == (role == may), code
        assert code in ("", "E_ROLE", "E_SCOPE")
        # in the name of whoever may, with the key of the other one
        assert verdict(make(role), other) in ("E_ROLE", "E_SCOPE", "E_SIG", "E_THRESHOLD")
