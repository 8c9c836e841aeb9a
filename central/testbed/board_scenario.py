"""`make demo ONLY=board`: two faces of an LED wall, the evening, an intrusion, an emergency."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from agent.contract.document import Emergency, EmergencyBody, TextBody
from agent.contract.local_time import LOCAL
from central.documents.schedule_compiler import compile_schedule
from central.documents.sign import build_header, encode_document, new_doc_id, read_document
from central.store.records import list_issue_records, list_plays
from central.testbed.assertions import FACES, Assertion
from central.testbed.board_assertions import (
    FOUND,
    MARKET,
    MARKET_RGB,
    OFFICE,
    OFFICE_RGB,
    SCHOOL,
    SCHOOL_RGB,
    BoardStory,
    assert_board,
)
from central.testbed.board_wall import (
    CARD,
    DAY_PCT,
    DUSK_LUX,
    FOREIGN,
    NIGHT_PCT,
    SIGN,
    put_up_wall,
    wall_of,
)
from central.testbed.pulseaudio import Recording
from central.testbed.sample_documents import station_config
from central.testbed.scenario import ScenarioPart
from central.testbed.stations import BOARD_STATION, COMMUNE, PROVINCE
from central.testbed.testbed import Testbed, until

ROLE = f"vn.{PROVINCE}.{COMMUNE}"
DIMMED_S = 120.0  # half a minute until dusk counts, then one percent a second
SEEN_S = 15.0  # a sensor compares some readings before and after a change of the picture
DRAWN_S = 1.0  # the wall writes its picture five times a second
NOTICES = (
    (MARKET, FACES[0], MARKET_RGB, "Chợ phiên thứ Bảy, 5 giờ đến 11 giờ"),
    (SCHOOL, FACES[1], SCHOOL_RGB, "Thứ Hai học sinh trở lại trường"),
    (OFFICE, SIGN, OFFICE_RGB, "Tiếp dân thứ Năm"),
)


def _write_schedule(scene: Testbed, begin: datetime) -> bytes:
    studio = scene.folder / "studio"
    studio.mkdir(exist_ok=True)
    at = begin.astimezone(LOCAL)
    items = "".join(
        f'  - {{id: {entry}, title: "{text}", at: "{at:%H:%M:%S}", for: 5m, zones: [{face}],'
        f' show: {{text: "{text}", background: "#{r:02x}{g:02x}{b:02x}"}}}}\n'
        for entry, face, (r, g, b), text in NOTICES
    )
    path = studio / "lich.yaml"
    path.write_text(
        f'slot: tuan\nto: ["{PROVINCE}/{COMMUNE}/*"]\nfrom: {at.date() - timedelta(days=1)}\n'
        f"until: {at.date() + timedelta(days=2)}\nitems:\n{items}",
        encoding="utf-8",
    )
    return compile_schedule(
        path, issuer=ROLE, seq=1, epoch=1, now=datetime.now(UTC),
        media_dir=scene.folder / "media", media_base_url=scene.media.base_url,
        editor="Nguyễn Thị Lan (demo)", approver="Trần Văn Bình (demo)",
    )  # fmt: skip


def _alarm(now: datetime) -> bytes:
    """A warning for boards, in two languages; no exercise, whose banner is yellow."""
    header = build_header(
        "emergency", issuer=f"vn.{PROVINCE}.em", class_="emergency",
        to=[f"{PROVINCE}/{COMMUNE}/*"], slot="khan-cap", seq=1, now=now,
        lifetime=timedelta(minutes=10), editor="Trực ban thứ nhất (demo)",
        approver="Trực ban thứ hai (demo)",
    )  # fmt: skip
    words = (("vi", "Nước lũ đang lên, di dời ngay"), ("km", "ទឹកជំនន់កំពុងឡើង"))
    return encode_document(
        Emergency(
            **header, event_id=new_doc_id(), exercise=False, attention="two-tone", media=[],
            bodies=[EmergencyBody(lang, None, TextBody(show=text)) for lang, text in words],
            repeat=1, gap_ms=0, max_ms=12_000,
        )
    )  # fmt: skip


async def _start(scene: Testbed) -> None:
    scene.say("Trạm bảng LED khởi động", "The station of the LED wall starts")
    await scene.stations[BOARD_STATION].start()
    config = station_config(BOARD_STATION, datetime.now(UTC), scene.media.address)
    await scene.publish(
        scene.sign(config, "station-config", f"vn.{PROVINCE}"), station=BOARD_STATION
    )
    await until(partial(scene.database.has_accepted, BOARD_STATION, "station-config"), "the config")


def _level(scene: Testbed) -> float | None:
    """The brightness by the card's own word, as the station last reported it."""
    health = scene.database.health_of(BOARD_STATION) or {}
    reading = health.get("readings", {}).get(f"{CARD}.brightness", {})
    value = reading.get("value")
    return None if value is None else float(value)


async def _watch_evening(scene: Testbed, story: BoardStory) -> None:
    """Note each brightness that the centre is told, until it is that of the night."""
    while story.levels[-1:] != [NIGHT_PCT]:
        level = _level(scene)
        is_known = bool(story.levels) or level == DAY_PCT  # at first what the card has stored
        if level is not None and is_known and story.levels[-1:] != [level]:
            story.levels.append(level)
        await asyncio.sleep(0.2)


def _states(scene: Testbed, what: str) -> list[str]:
    return [str(one["state"]) for one in _list_issues(scene) if one["what"] == what]


def _list_issues(scene: Testbed) -> list[dict[str, Any]]:
    return [one["detail"] for one in list_issue_records(scene.database)]


def _is_on_air(scene: Testbed, titles: set[str]) -> bool:
    health = scene.database.health_of(BOARD_STATION) or {"on_air": {}}
    return titles <= {one["title"] for one in health["on_air"].values() if one is not None}


async def _intrude(scene: Testbed, story: BoardStory) -> None:
    await until(lambda: len(_states(scene, FOUND)) % 2 == 0, "the card to be as it should")
    before = story.former_findings = len(_states(scene, FOUND))
    scene.say(
        "Kẻ lạ đổi ngõ vào ở card NovaStar", "A stranger selects another input at the NovaStar card"
    )
    wall_of(scene).change_card(lux=DUSK_LUX, input=FOREIGN)
    await until(lambda: len(_states(scene, FOUND)) > before, "the centre knows of it")
    scene.say("Trung tâm đã biết, hộp đổi lại", "The centre knows; the box takes it back")
    await until(lambda: len(_states(scene, FOUND)) > before + 1, "the input is ours again")


async def _raise_alarm(scene: Testbed, story: BoardStory) -> None:
    scene.say("KHẨN CẤP trên cả hai mặt", "EMERGENCY on both faces")
    alarm = scene.sign(_alarm(datetime.now(UTC)), "emergency", f"vn.{PROVINCE}.em")
    document = read_document(alarm)
    assert isinstance(document, Emergency)  # noqa: S101 - just signed
    story.event = document.event_id
    await scene.publish(alarm)
    health = scene.database.health_of
    await until(
        lambda: all(
            one is not None and story.event in one["title"]
            for one in (health(BOARD_STATION) or {"on_air": {"": None}})["on_air"].values()
        ),
        "the emergency on the wall",
    )
    await _keep_picture(scene, story.alarm.name, story)


async def _keep_picture(scene: Testbed, name: str, story: BoardStory) -> None:
    await asyncio.sleep(DRAWN_S)
    await asyncio.to_thread(shutil.copy, wall_of(scene).picture, story.folder / name)


async def _tell(scene: Testbed) -> partial[list[Assertion]]:
    story = BoardStory(wall_of(scene).folder)
    await _start(scene)
    watching = asyncio.create_task(_watch_evening(scene, story), name="evening")
    try:
        await until(lambda: story.levels[:1] == [DAY_PCT], "the wall at its brightness by day")
        begin = datetime.now(UTC) + timedelta(seconds=5)
        payload = await asyncio.to_thread(_write_schedule, scene, begin)
        await scene.publish(scene.sign(payload, "playlist", ROLE))
        scene.say("Lịch đã ký: mỗi mặt một chương trình", "A signed playlist: a programme a face")
        await until(lambda: _is_on_air(scene, {one[3] for one in NOTICES}), "both programmes")
        seeing = asyncio.get_running_loop().time() + SEEN_S
        await _keep_picture(scene, story.programmes.name, story)
        await asyncio.to_thread(shutil.copy, wall_of(scene).sign, story.sign)
        scene.say("Trời tối dần", "It is getting dark")
        wall_of(scene).change_card(lux=DUSK_LUX)
        await _intrude(scene, story)
        await asyncio.sleep(seeing - asyncio.get_running_loop().time())
        scene.say(
            "Cảm biến sáng nhìn bảng ở cổng: hình có hiện thật không",
            "A light sensor looks at the sign at the gate: is the picture really there",
        )
        await _raise_alarm(scene, story)
        scene.say("Bảng giảm dần độ sáng", "The wall dims step by step")
        await until(watching.done, "the brightness of the night", DIMMED_S)
    finally:
        watching.cancel()
    await until(partial(_are_recorded, scene, story), "all records at the centre")
    return partial(_judge, scene, story)


def _are_recorded(scene: Testbed, story: BoardStory) -> bool:
    plays = list_plays(scene.database)
    entries = [play["entry"] for play in plays]
    is_judged = all(one["proof"] == "B3" for one in plays if one["entry"] == OFFICE)
    return is_judged and {MARKET, SCHOOL, OFFICE} <= set(entries) and entries.count(story.event) > 1


def _judge(scene: Testbed, story: BoardStory, _recording: Recording) -> list[Assertion]:
    return assert_board(list_plays(scene.database), _list_issues(scene), story)


BOARD = ScenarioPart((BOARD_STATION,), lambda _scene: None, _tell, put_up_wall)
